"""Use cases of lost cards: reported by whatever way, found again, free again when nobody asks for another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import repository as cards
from card_service.cards.counter import ensure_few_wrong
from card_service.cards.lifecycle import USABLE, Action
from card_service.cards.models import Card, Step
from card_service.cards.service import LOST, OFFICE, card_of, free, move, stop
from card_service.dependencies import Dependencies
from card_service.keys import LOST_DAYS
from card_service.losses import codes, repository
from card_service.losses.errors import BreadCodesTooOften, CardNotLost, CardWasNotActive, FoundCodeRefused
from card_service.losses.models import Channel, IdentifiedBy, Issued, Report
from card_service.proofs import codes as holder_codes
from card_service.proofs.errors import HolderNotReached, HolderNumberTooNew
from card_service.proofs.models import ProofResult, SentCode
from card_service.registry import repository as register
from chassis import outbox
from chassis.principal import Principal
from chassis.problems import InsufficientScope
from chassis.refusals import Refusal
from contracts.losses import CardReportedLost, LostBlockLapsed
from contracts.scopes import Scope
from policybook.calendar import after_working_days

COUNTERS: Final = (Scope.CARDS_WRITE, Scope.CARDS_HANDOVER)  # who see a holder's document
FOUND: Final = "found"


@dataclass(frozen=True, slots=True)
class Reported:
    """A card that was reported lost, and the code that is on its way, or why there is none."""

    card: Card
    code: Issued | None
    no_code: str | None


async def report(
    session: AsyncSession,
    deps: Dependencies,
    caller: Principal,
    card_id: UUID,
    channel: Channel,
    identified_by: IdentifiedBy,
) -> Reported:
    """Block a card as lost and send its holder a code for bread. Raises CardUnknown or CardStateConflict."""
    card = await card_of(session, caller, card_id, lock=True)
    move(caller, card.state, Action.REPORT_LOSS)
    given = Report(card_id, channel, identified_by, caller.subject, deps.now())
    code = await _lost(session, deps, card, given, caller.bound.site_id)
    stands = await card_of(session, caller, card_id)
    if isinstance(code, Refusal):
        return Reported(stands, None, code.code)
    return Reported(stands, code, None)


async def report_of_citizen(session: AsyncSession, deps: Dependencies, citizen_id: UUID, reported_at: datetime) -> None:
    """Block the cards of a citizen who has said so by SMS, unless that number is too new to be believed."""
    citizen = await register.find_citizen(session, citizen_id)
    if citizen is None or (citizen.mobile_new_until is not None and citizen.mobile_new_until > deps.now()):
        return
    for one in await cards.of_citizen(session, citizen_id):
        card = await cards.find(session, one.card_id, lock=True) if one.state in USABLE else None
        if card is not None and card.state in USABLE:
            given = Report(card.card_id, "sms", "registered_mobile", str(citizen_id), reported_at)
            await _lost(session, deps, card, given)


async def report_own(session: AsyncSession, deps: Dependencies, caller: Principal, card: Card) -> Reported:
    """Block the card of a citizen who has signed in by a code to the registered mobile; its row is locked.

    Raises CardStateConflict, and HolderNumberTooNew where that number is too new to be believed.
    """
    move(caller, card.state, Action.REPORT_LOSS)
    citizen = await register.find_citizen(session, card.citizen_id)
    if citizen is not None and citizen.mobile_new_until is not None and citizen.mobile_new_until > deps.now():
        raise HolderNumberTooNew(
            "Report it at a counter.", detail_ar="رقم المحمول جديد. أبلغ عن الفقد في مكتب الاستلام."
        )
    code = await _lost(
        session, deps, card, Report(card.card_id, "page", "registered_mobile", caller.subject, deps.now())
    )
    stands = await cards.find(session, card.card_id)
    if stands is None:
        raise TypeError("a card that was locked is there")
    return Reported(stands, None, code.code) if isinstance(code, Refusal) else Reported(stands, code, None)


async def _lost(
    session: AsyncSession, deps: Dependencies, card: Card, given: Report, where: UUID | None = None
) -> Issued | Refusal:
    step = Step(Action.REPORT_LOSS, deps.now(), given.reported_by, where, LOST)
    await stop(session, deps, card, step, given.channel)
    await repository.report(session, given)
    stands = await cards.find(session, card.card_id, lock=True)
    if stands is None:
        raise TypeError("a card that was locked is there")
    try:
        return await codes.send(session, deps, stands)
    except (HolderNotReached, HolderNumberTooNew, CardWasNotActive, BreadCodesTooOften) as refusal:
        return refusal


async def send_code(session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID) -> Issued:
    """Send another code to the registered mobile. Raises CardUnknown, or as `codes.send`."""
    return await codes.send(session, deps, await card_of(session, caller, card_id, lock=True))


async def show_code(session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID) -> Issued:
    """Make a code that a counter shows to the holder, whose document it has seen. Raises as `codes.show`."""
    return await codes.show(session, deps, await card_of(session, caller, card_id, lock=True))


async def found(session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID, code: str | None) -> Card:
    """Let a lost card be used again, whose holder was known by a document, or by this code; its bread code ends.

    The code is tried before the card is freed, as a wrong one is kept. Raises CardUnknown, CardNotLost,
    PinChecksExceeded, FoundCodeRefused, ReplacementWaiting; InsufficientScope where the caller sees no documents.
    """
    if code is None and caller.scopes.isdisjoint(COUNTERS):
        raise InsufficientScope(
            "Without a counter the holder says a code.", detail_ar="اطلب من صاحب الكارت الرمز المرسل إليه."
        )
    card = await _lost_card(session, caller, card_id)
    if code is not None:
        await ensure_few_wrong(session, deps, caller)
        result, left = await holder_codes.tried(session, deps, caller, _found_by(card_id), code)
        if result is not ProofResult.PROVED:
            raise FoundCodeRefused(detail_ar="أرسل رمزاً جديداً أو أعد المحاولة.", tries_left=left)
    await free(session, card, Step.of(caller, Action.REPORT_FOUND, deps.now()))
    return await card_of(session, caller, card_id)


async def send_found_code(session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID) -> SentCode:
    """Send the holder a code by which this desk lets the lost card be used again.

    Raises CardUnknown, CardNotLost, PinChecksExceeded, or as `proofs.codes.send`.
    """
    await ensure_few_wrong(session, deps, caller)
    card = await _lost_card(session, caller, card_id)
    return await holder_codes.send(session, deps, caller, card, _found_by(card_id), FOUND, 0)


async def _lost_card(session: AsyncSession, caller: Principal, card_id: UUID) -> Card:
    card = await card_of(session, caller, card_id, lock=True)
    if not codes.is_lost(card):
        raise CardNotLost(detail_ar="الكارت الموقوف لسبب آخر لا يعاد تشغيله من هنا.")
    return card


def _found_by(card_id: UUID) -> str:
    return f"{card_id}|{FOUND}"


async def date(session: AsyncSession, deps: Dependencies, undated: Sequence[Card]) -> None:
    """Let blocks of lost cards lapse that had no day: counted from now on, for that is when the holder is told."""
    now = deps.now()
    lapses_at = after_working_days(deps.policies.book, now, deps.figure(LOST_DAYS))
    for card in undated:
        await cards.lapses(session, card.card_id, lapses_at)
        told = CardReportedLost(
            card_id=card.card_id,
            citizen_id=card.citizen_id,
            household_id=card.household_id,
            channel=OFFICE,
            blocked_at=card.blocked_at or now,
            lapses_at=lapses_at,
        )
        await outbox.add(session, told, at=now)


async def lapse(session: AsyncSession, lapsed: Sequence[Card]) -> None:
    """Let lost cards be used again that nobody has asked a replacement for, from the moment that was told."""
    for card in lapsed:
        if card.lapses_at is None:
            raise TypeError("what has lapsed has its moment")
        await free(session, card, Step(Action.LAPSE, card.lapses_at, cards.LAPSES))
        told = LostBlockLapsed(
            card_id=card.card_id,
            citizen_id=card.citizen_id,
            household_id=card.household_id,
            lapsed_at=card.lapses_at,
        )
        await outbox.add(session, told, at=card.lapses_at)
