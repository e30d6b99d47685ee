"""Routes of lost cards."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from card_service.cards.api import CARD, card_out
from card_service.cards.errors import CardStateConflict, CardUnknown, PinChecksExceeded, ReplacementWaiting
from card_service.cards.schemas import CardOut
from card_service.context import WithDependencies
from card_service.losses import codes, service
from card_service.losses.errors import BreadCodesTooOften, CardNotLost, CardWasNotActive, FoundCodeRefused
from card_service.losses.schemas import (
    BreadCodeIn,
    BreadCodeSent,
    BreadCodeShown,
    BreadProofOut,
    FoundIn,
    LossIn,
    LossOut,
    SeenIn,
)
from card_service.proofs.errors import HolderCodesTooOften, HolderNotReached, HolderNumberTooNew
from card_service.proofs.schemas import HolderCodeOut
from chassis.auth import Caller
from chassis.db import Work
from chassis.endpoints import Rate
from chassis.principal import CallerKind
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["lost cards"])

_DESKS: Final = (*service.COUNTERS, Scope.CARDS_REPORT)
_MAKING: Final = (CardNotLost, CardWasNotActive, BreadCodesTooOften)


@routes.post(
    "/v1/cards/{card_id}/loss",
    scopes=_DESKS,
    problems=(CardUnknown, CardStateConflict),
    rows=CARD,
    purpose="card_block",
    despite_restriction="it protects the citizen",
)
async def report_loss(card_id: UUID, given: LossIn, caller: Caller, session: Work, deps: WithDependencies) -> LossOut:
    """Block a lost card at once, at a counter or by telephone, and send its holder a code for bread."""
    reported = await service.report(session, deps, caller, card_id, given.channel, given.identified_by)
    card, code = reported.card, reported.code
    return LossOut(
        card_id=card_id,
        state=card.state,
        blocked_at=card.blocked_at,
        lapses_at=card.lapses_at,
        bread_code_until=code.expires_at if code else None,
        no_bread_code=reported.no_code,
    )


@routes.post(
    "/v1/cards/{card_id}/found",
    scopes=_DESKS,
    problems=(CardUnknown, CardNotLost, ReplacementWaiting, PinChecksExceeded, FoundCodeRefused),
    rows=CARD,
    purpose="card_found",
    despite_restriction="the card goes on giving what it gives",
)
async def report_found(card_id: UUID, given: FoundIn, caller: Caller, session: Work, deps: WithDependencies) -> CardOut:
    """Let a lost card be used again; its bread code ends.

    Its holder shows it at a counter, with a document, or says on the telephone the code that this desk has sent.
    """
    return card_out(deps, caller, await service.found(session, deps, caller, card_id, given.code))


@routes.post(
    "/v1/cards/{card_id}/found-codes",
    scopes=_DESKS,
    status_code=201,
    problems=(CardUnknown, CardNotLost, PinChecksExceeded, HolderNotReached, HolderNumberTooNew, HolderCodesTooOften),
    purpose="card_found",
    despite_restriction="the card goes on giving what it gives",
)
async def send_found_code(card_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> HolderCodeOut:
    """Send a code to the registered mobile, by which this desk alone lets the lost card be used again."""
    sent = await service.send_found_code(session, deps, caller, card_id)
    return HolderCodeOut(card_id=card_id, expires_at=sent.expires_at)


@routes.post(
    "/v1/cards/{card_id}/bread-codes",
    scopes=_DESKS,
    status_code=201,
    problems=(CardUnknown, HolderNotReached, HolderNumberTooNew, *_MAKING),
    purpose="bread_code",
    despite_restriction="the card goes on giving what it gives",
)
async def send_bread_code(card_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> BreadCodeSent:
    """Send the holder of a lost card another code for bread, to the registered mobile; the one before is over."""
    sent = await service.send_code(session, deps, caller, card_id)
    return BreadCodeSent(card_id=card_id, expires_at=sent.expires_at)


@routes.post(
    "/v1/cards/{card_id}/shown-bread-codes",
    scopes=service.COUNTERS,
    status_code=201,
    problems=(CardUnknown, *_MAKING),
    purpose="bread_code",
    despite_restriction="the card goes on giving what it gives",
)
async def show_bread_code(
    card_id: UUID, given: SeenIn, caller: Caller, session: Work, deps: WithDependencies
) -> BreadCodeShown:
    """Make a code for bread that the counter hands to the holder of a lost card, whose document it has seen."""
    shown = await service.show_code(session, deps, caller, card_id)
    return BreadCodeShown(card_id=card_id, expires_at=shown.expires_at, bread_code=shown.digits)


@routes.post(
    "/v1/bread-code-proofs",
    scopes=Scope.REDEMPTIONS_CREATE,
    callers=frozenset({CallerKind.TERMINAL}),
    problems=PinChecksExceeded,
    purpose="bread_code",
    despite_restriction="the card goes on giving what it gives",
    rate=Rate.SALE,
)
async def prove_by_bread_code(
    given: BreadCodeIn, caller: Caller, session: Work, deps: WithDependencies
) -> BreadProofOut:
    """Try a code for bread in the place of a lost card; the answer to a wrong one is 200 as well, so that it counts.

    The proof permits one draw of this day's bread with the card it names, at this terminal.
    """
    tried = await codes.tried(session, deps, caller, given.code, given.max_amount)
    if (proof := tried.proof) is None:
        return BreadProofOut(result=tried.result)
    return BreadProofOut(
        result=tried.result,
        card_id=proof.card_id,
        proof_id=proof.proof_id,
        proof=deps.proofs.sign(proof),
        expires_at=proof.expires_at,
    )
