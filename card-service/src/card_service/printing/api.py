"""Routes of printed cards."""

from __future__ import annotations

from base64 import b64encode
from uuid import UUID

from card_service.cards.errors import CardStateConflict, CardUnknown
from card_service.cards.schemas import KeySetOut
from card_service.context import WithDependencies
from card_service.printing import service
from card_service.printing.schemas import PrintedCode, SheetCard, SheetIn, SheetOut
from chassis.auth import Caller
from chassis.db import Recording
from chassis.endpoints import OFFICES, Rate
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["printed cards"])


@routes.get(
    "/v1/cards/{card_id}/printed-code",
    scopes=Scope.CARDS_PRINT,
    callers=OFFICES,
    problems=(CardUnknown, CardStateConflict),
    purpose="card_print",
)
async def read_printed_code(card_id: UUID, caller: Caller, session: Recording, deps: WithDependencies) -> PrintedCode:
    """The code to be printed on a card that was not handed over yet; the same one as often as it is asked for."""
    code, last_day = await service.code_of(session, deps, caller, card_id)
    return PrintedCode(card_id=card_id, code=code, expires_on=last_day)


@routes.post(
    "/v1/card-sheets",
    scopes=Scope.CARDS_PRINT,
    callers=OFFICES,
    problems=(CardUnknown, CardStateConflict),
    rate=Rate.BULK,
    deadline=30,
    purpose="card_print",
)
async def make_sheet(given: SheetIn, caller: Caller, session: Recording, deps: WithDependencies) -> SheetOut:
    """Sheets of cards for a trial, printed on both sides and cut: fronts with name and number, backs with the code."""
    printed, content = await service.sheet(session, deps, caller, given.card_ids)
    cards = [
        SheetCard(
            card_id=card.card_id,
            citizen_id=card.citizen_id,
            household_id=card.household_id,
            expires_on=face.expires_on,
            printed=face.name,
        )
        for card, face in printed
    ]
    return SheetOut(cards=cards, content=b64encode(content).decode())


@routes.get("/v1/printed-code-keys", public=True)
async def printed_code_keys(deps: WithDependencies) -> KeySetOut:
    """The public keys that check printed codes."""
    return KeySetOut.model_validate(deps.printed_codes.public_jwks())
