"""Routes of holder's proofs."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from card_service.cards.api import CARD
from card_service.cards.errors import (
    CardStateConflict,
    CardUnknown,
    PinChecksExceeded,
    PinEnvelopeStale,
    PinEnvelopeUsed,
    PinMalformed,
    PinUnreadable,
    PinWeak,
)
from card_service.cards.schemas import KeySetOut, PinStatus
from card_service.context import Running, WithDependencies
from card_service.mandates.errors import NotAProxy
from card_service.proofs import desk, service
from card_service.proofs.errors import (
    ChipProofOff,
    ChipUnknown,
    HolderCodesTooOften,
    HolderHasMobile,
    HolderNotReached,
    HolderNumberTooNew,
    NoHeadsCard,
    PinCodeRefused,
    PinProofNeeded,
)
from card_service.proofs.schemas import (
    HolderCodeOut,
    HolderProofIn,
    HolderProofOut,
    NewPinIn,
    OperationIn,
    ResetIn,
)
from chassis.area import OutsideBound
from chassis.auth import Caller
from chassis.db import Work
from chassis.endpoints import Rate
from chassis.principal import CallerKind
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["holder's proofs"])

_SCOPES: Final = (Scope.REDEMPTIONS_CREATE, Scope.PAYMENTS_CREATE, Scope.ENCOUNTERS_CREATE)
_TERMINALS: Final = frozenset({CallerKind.TERMINAL})
_CARD: Final = (CardUnknown, CardStateConflict, NoHeadsCard, NotAProxy, PinChecksExceeded)
_SENDING: Final = (HolderNotReached, HolderNumberTooNew, HolderCodesTooOften)


@routes.post(
    "/v1/holder-proof-codes",
    scopes=_SCOPES,
    callers=_TERMINALS,
    status_code=201,
    problems=(*_CARD, *_SENDING),
    purpose="holder_proof",
    despite_restriction="the card goes on giving what it gives",
    rate=Rate.SALE,
)
async def send_code(given: OperationIn, caller: Caller, session: Work, deps: WithDependencies) -> HolderCodeOut:
    """Send a code by SMS to the holder's registered mobile, for a card without a PIN or a holder who has forgotten it.

    It proves nothing but this operation, at this terminal.
    """
    sent = await service.send_code(session, deps, caller, given.operation())
    return HolderCodeOut(card_id=given.card_id, expires_at=sent.expires_at)


@routes.post(
    "/v1/holder-proofs",
    scopes=_SCOPES,
    callers=_TERMINALS,
    problems=(*_CARD, PinUnreadable, PinEnvelopeStale, PinEnvelopeUsed, ChipProofOff, ChipUnknown),
    purpose="holder_proof",
    despite_restriction="the card goes on giving what it gives",
    rate=Rate.SALE,
)
async def prove(given: HolderProofIn, caller: Caller, session: Work, deps: WithDependencies) -> HolderProofOut:
    """Prove that a card's holder is at the terminal; the answer to a wrong try is 200 as well, so that it counts."""
    wanted = given.operation()
    if given.pin_jwe is not None:
        tried = await service.by_pin(session, deps, caller, wanted, given.pin_jwe)
    elif given.code is not None:
        tried = await service.by_code(session, deps, caller, wanted, given.code)
    else:
        tried = await service.by_chip(session, deps, wanted)
    out = HolderProofOut(card_id=given.card_id, result=tried.result, tries_left=tried.tries_left)
    if (proof := tried.proof) is None:
        return out
    signed = {"proof_id": proof.proof_id, "proof": deps.proofs.sign(proof), "expires_at": proof.expires_at}
    return out.model_copy(update=signed)


@routes.post(
    "/v1/cards/{card_id}/pin-codes",
    scopes=Scope.CARDS_HANDOVER,
    status_code=201,
    problems=(CardUnknown, CardStateConflict, PinChecksExceeded, *_SENDING),
    purpose="pin_desk",
    despite_restriction="the card goes on giving what it gives",
)
async def send_pin_code(card_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> HolderCodeOut:
    """Send a code to the holder's registered mobile, with which this desk sets the PIN: at whatever office."""
    sent = await desk.send_code(session, deps, caller, card_id)
    return HolderCodeOut(card_id=card_id, expires_at=sent.expires_at)


@routes.post(
    "/v1/cards/{card_id}/pin-resets",
    scopes=Scope.CARDS_HANDOVER,
    status_code=202,
    problems=(CardUnknown, CardStateConflict, HolderHasMobile, OutsideBound, ProposalOpen),
    rows=CARD,
    purpose="pin_desk",
    despite_restriction="the card goes on giving what it gives",
)
async def ask_pin_reset(
    card_id: UUID, given: ResetIn, caller: Caller, session: Work, runtime: Running
) -> ProposalReply:
    """Ask that this desk may set the PIN once, where the holder has no mobile and a document was seen.

    Another person decides (`/v1/proposals/card`); from then on `PUT …/pin` needs no code here, for a while.
    """
    asked = await desk.ask_reset(session, runtime, caller, card_id, given.document)
    return ProposalReply.of(asked, runtime.clock.now())


@routes.put(
    "/v1/cards/{card_id}/pin",
    scopes=Scope.CARDS_HANDOVER,
    problems=(
        CardUnknown,
        CardStateConflict,
        PinUnreadable,
        PinEnvelopeStale,
        PinEnvelopeUsed,
        PinMalformed,
        PinWeak,
        PinChecksExceeded,
        PinProofNeeded,
        PinCodeRefused,
    ),
    purpose="pin_desk",
    despite_restriction="the card goes on giving what it gives",
)
async def set_pin(card_id: UUID, given: NewPinIn, caller: Caller, session: Work, deps: WithDependencies) -> PinStatus:
    """Set or reset the PIN of a card with its holder's code, at any office; a locked PIN is free again."""
    await desk.set_pin(session, deps, caller, card_id, given.pin_jwe, given.code)
    return PinStatus(card_id=card_id)


@routes.get("/v1/holder-proof-keys", public=True)
async def proof_keys(deps: WithDependencies) -> KeySetOut:
    """The public keys that check holder's proofs."""
    return KeySetOut.model_validate(deps.proofs.public_jwks())
