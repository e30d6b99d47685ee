"""Routes of credentials."""

from __future__ import annotations

import hashlib
from typing import Annotated, Final
from uuid import UUID

from fastapi import Header, Response

from card_service.cards.errors import CardStateConflict, CardUnknown
from card_service.cards.schemas import KeySetOut
from card_service.context import WithDependencies
from card_service.credentials import service
from card_service.credentials.errors import CardNotPresented
from card_service.credentials.schemas import Credential
from chassis.auth import Caller
from chassis.db import Reading
from chassis.endpoints import Rate
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["cards"])

_ETAG: Final = {"ETag": {"description": "the credential's version", "schema": {"type": "string"}}}


@routes.get(
    "/v1/cards/{card_id}/credential",
    scopes=(Scope.CARDS_WRITE, Scope.CARDS_HANDOVER, Scope.REDEMPTIONS_CREATE),  # who only looks at cards makes none
    problems=(CardUnknown, CardStateConflict, CardNotPresented),
    purpose="card_lookup",
    despite_restriction="the card goes on giving what it gives",
    rate=Rate.SALE,
    response_model=Credential,
    responses={200: {"headers": _ETAG}, 304: {"description": "Whoever asks has this one already.", "headers": _ETAG}},
)
async def read_credential(
    card_id: UUID,
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    response: Response,
    code: Annotated[
        str | None,
        Header(
            alias="Presented-Card", max_length=1000, description="the code printed on the card, which terminals send"
        ),
    ] = None,
    known: Annotated[str | None, Header(alias="If-None-Match", max_length=200, description="an ETag of before")] = None,
) -> Credential | Response:
    """What a terminal without a network knows a card by: services, sizes by programme, and the months they are for.

    A terminal gets that of a card of its governorate whose code it has read. It changes with the month, and when
    services or sizes do; a terminal sends the `ETag` of what it has and is answered 304 as long as that holds.
    """
    given = await service.credential(session, deps, caller, card_id, code)
    etag = f'"{hashlib.sha256(given.compact.encode()).hexdigest()}"'
    if known == etag:
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return Credential(card_id=card_id, credential=given.compact, expires_at=given.expires_at)


@routes.get("/v1/credential-keys", public=True)
async def credential_keys(deps: WithDependencies) -> KeySetOut:
    """The public keys that check credentials."""
    return KeySetOut.model_validate(deps.credentials.public_jwks())
