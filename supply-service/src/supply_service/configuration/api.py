"""Routes of terminals' configuration."""

from __future__ import annotations

import hashlib
from typing import Annotated, Final

from fastapi import Header, Response

from chassis.auth import Caller
from chassis.clock import business_day
from chassis.principal import CallerKind
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.configuration.schemas import TYPE, ConfigurationKeys, ConfigurationReply
from supply_service.configuration.service import configuration_of, printed_at
from supply_service.context import Running
from supply_service.offline import contacts
from supply_service.redemptions.service import place_of
from supply_service.rules import refusals

routes = router(tags=["offline sales"])

_TERMINALS: Final = frozenset({CallerKind.TERMINAL})
_ETAG: Final = {"ETag": {"description": "the document's version", "schema": {"type": "string"}}}


@routes.get(
    "/v1/terminal-configuration",
    scopes=Scope.REDEMPTIONS_CREATE,
    callers=_TERMINALS,
    problems=(refusals.TerminalUnknown, refusals.TerminalNotActive, refusals.PolicyNotInForce),
    response_model=ConfigurationReply,
    responses={200: {"headers": _ETAG}, 304: {"description": "The terminal has this one already.", "headers": _ETAG}},
)
async def read_configuration(
    runtime: Running,
    caller: Caller,
    response: Response,
    known: Annotated[str | None, Header(alias="If-None-Match", max_length=200, description="an ETag of before")] = None,
) -> ConfigurationReply | Response:
    """What this terminal sells by while it has no network: price lists, floors of households and of its spells.

    Beside them the notices that its receipts are printed with. Sales without a network are judged by the same rows. It
    changes once a day, and when policies or notices do. Asking for it is a
    contact, from which the hours without a network count.
    """
    place = await place_of(runtime, caller)
    await contacts.note(runtime.sessions, place.terminal_id, runtime.clock.now())
    today = business_day(runtime.clock.now())
    printed = await printed_at(runtime, place, today)
    content = configuration_of(place, today, runtime.state.snapshot.figures, printed)
    leave_out = None if printed else {"notices"}
    said = content.model_dump(mode="json", by_alias=True, exclude=leave_out)
    signed = runtime.state.configurations.compact(TYPE, said)
    etag = f'"{hashlib.sha256(signed.encode()).hexdigest()}"'
    if known == etag:
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return ConfigurationReply(configuration=signed)


@routes.get("/v1/terminal-configuration-keys", public=True)
async def configuration_keys(runtime: Running) -> ConfigurationKeys:
    """The public keys that check terminals' configurations."""
    return ConfigurationKeys.model_validate(runtime.state.configurations.public_jwks())
