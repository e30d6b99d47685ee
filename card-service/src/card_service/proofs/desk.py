"""Use cases of an office: setting a PIN with the holder's agreement, by a code or by a document that two have seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from card_service.cards import counter
from card_service.cards import repository as cards
from card_service.cards.errors import CardUnknown
from card_service.cards.lifecycle import Action
from card_service.cards.models import Card
from card_service.cards.service import card_of, move
from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.keys import PIN_PERMIT_MINUTES
from card_service.proofs import codes, repository
from card_service.proofs.errors import HolderHasMobile, PinCodeRefused, PinProofNeeded
from card_service.proofs.models import ProofResult, SeenDocument, SentCode
from card_service.proposals import PROPOSALS
from card_service.registry import repository as register
from card_service.sealing import HOLDER_CODE
from chassis.principal import Principal
from contracts.scopes import Scope

PURPOSE: Final = "pin"


class _Reset(BaseModel):
    """What is decided: that this desk may set the PIN of this card, whose holder has shown a document."""

    model_config = ConfigDict(extra="forbid")

    card_id: UUID
    citizen_id: UUID
    document: SeenDocument
    desk: str


async def send_code(session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID) -> SentCode:
    """Send a code with which this desk sets the PIN, wherever the holder stands. Raises what `send` raises."""
    await counter.ensure_few_wrong(session, deps, caller)
    return await codes.send(session, deps, caller, await _anywhere(session, card_id), _bound(card_id), PURPOSE, 0)


async def set_pin(
    session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID, pin_jwe: str, code: str | None
) -> None:
    """Set or reset a PIN: with the holder's code at any office, or once where two have seen a document.

    The code is tried before anything else is done, as a wrong one is kept. Raises PinCodeRefused, PinProofNeeded, or
    as `new_pin`.
    """
    await counter.ensure_few_wrong(session, deps, caller)
    card = await (_anywhere(session, card_id) if code else _own(session, caller, card_id))
    if code is None:
        mark = _permit_mark(deps, caller.subject, card_id)
        if not await repository.use_permit(session, mark, deps.now()):
            raise PinProofNeeded(detail_ar="أرسل رمزاً لصاحب الكارت أو اطلب موافقة موظف آخر بعد الاطلاع على المستند.")
    else:
        result, left = await codes.tried(session, deps, caller, _bound(card_id), code)
        if result is not ProofResult.PROVED:
            raise PinCodeRefused(detail_ar="الرمز غير صحيح أو انتهت مدته.", tries_left=left)
    pin = await counter.new_pin(session, deps, caller, card, pin_jwe)
    await counter.keep_pin(session, deps, card, pin)


async def ask_reset(
    session: AsyncSession, runtime: Runtime, caller: Principal, card_id: UUID, document: SeenDocument
) -> Proposal:
    """Ask that this desk may set the PIN once: its holder has no mobile, and has shown a document.

    Raises HolderHasMobile where a code can go to the holder.
    """
    card = await card_of(session, caller, card_id)
    move(caller, card.state, Action.SET_PIN)
    citizen = await register.find_citizen(session, card.citizen_id)
    if citizen is not None and citizen.mobile_sealed is not None and citizen.mobile_usable:
        raise HolderHasMobile(detail_ar="أرسل الرمز إلى رقم المحمول المسجل، أو غيّر الرقم أولاً.")
    wanted = _Reset(card_id=card_id, citizen_id=card.citizen_id, document=document, desk=caller.subject)
    return await PROPOSALS.enter(
        session, runtime, caller, RESET, str(card_id), wanted.model_dump(mode="json"), area=card.area
    )


async def _permit(session: AsyncSession, runtime: Runtime, proposal: Proposal, _: Principal) -> None:
    decided, deps = _Reset.model_validate(proposal.content), runtime.state.dependencies
    until = deps.now() + timedelta(minutes=deps.figure(PIN_PERMIT_MINUTES))
    await repository.put_permit(session, _permit_mark(deps, decided.desk, decided.card_id), until)


def _whose(proposal: Proposal) -> UUID | None:
    return _Reset.model_validate(proposal.content).citizen_id


async def _anywhere(session: AsyncSession, card_id: UUID) -> Card:
    """A card of any governorate, its row locked, whose PIN may be set. Raises CardUnknown or CardStateConflict."""
    card = await cards.find(session, card_id, lock=True)
    if card is None:
        raise CardUnknown
    move(None, card.state, Action.SET_PIN)
    return card


async def _own(session: AsyncSession, caller: Principal, card_id: UUID) -> Card:
    card = await card_of(session, caller, card_id, lock=True)
    move(caller, card.state, Action.SET_PIN)
    return card


def _bound(card_id: UUID) -> str:
    return f"{card_id}|{PURPOSE}"


def _permit_mark(deps: Dependencies, desk: str, card_id: UUID) -> bytes:
    return deps.vault.fingerprint(f"permit|{desk}|{card_id}", HOLDER_CODE)


RESET: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(
        name="pin-reset",
        enters=Scope.CARDS_HANDOVER,
        decides=Scope.REQUESTS_APPROVE,
        execute=_permit,
        whose=_whose,
    )
)
