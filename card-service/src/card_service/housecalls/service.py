"""Use cases of house calls: asked for, planned for a day with room, withdrawn, missed and planned again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.lifecycle import Action, allowed
from card_service.cards.models import Card
from card_service.cards.service import card_of
from card_service.dependencies import Dependencies
from card_service.distribution import repository as appointments
from card_service.housecalls import repository
from card_service.housecalls.errors import (
    CardNotAtSite,
    HouseCallAhead,
    HouseCallOpen,
    HouseCallOver,
    HouseCallsFull,
    HouseCallsUsedUp,
    HouseCallUnknown,
)
from card_service.housecalls.models import CallReason, HouseCall, Visit
from card_service.housecalls.schemas import HouseCallIn
from card_service.keys import HOUSE_CALL_HORIZON, HOUSE_CALL_LEAD, HOUSE_CALLS_A_DAY, HOUSE_CALLS_OF_CARD
from chassis import outbox
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal
from contracts.housecalls import HouseCallEnded, HouseCallPlanned
from policybook.calendar import nth_working_day, rests


@dataclass(frozen=True)
class _Wanted:
    card: Card
    reason: CallReason
    number: int
    by: str
    not_before: date


async def ask(
    session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID, given: HouseCallIn
) -> HouseCall:
    """Plan that a card is brought home; what was to be collected at the site is cancelled.

    Raises CardUnknown, CardNotAtSite, HouseCallOpen, HouseCallsUsedUp or HouseCallsFull.
    """
    card = await card_of(session, caller, card_id, lock=True)
    if card.site_id is None or Action.HAND_OVER not in allowed(card.state):
        raise CardNotAtSite(detail_ar="تطلب الزيارة بعد وصول الكارت إلى مكان الاستلام وقبل تسليمه.")
    before = await repository.of_card(session, card_id)
    if any(call.state == "planned" for call in before):
        raise HouseCallOpen(detail_ar="ألغ الزيارة المحددة أولاً.")
    missed = sum(call.state == "missed" for call in before)
    if missed >= deps.figure(HOUSE_CALLS_OF_CARD):
        raise HouseCallsUsedUp(detail_ar="يستلم الكارت من مكانه، أو يستلمه وكيل.")
    number = before[0].number + 1 if before else 1
    wanted = _Wanted(card, given.reason, number, caller.subject, given.not_before or date.min)
    call = await _plan(session, deps, wanted)
    await appointments.cancel(session, [card_id])
    return call


async def _plan(session: AsyncSession, deps: Dependencies, wanted: _Wanted) -> HouseCall:
    """Take a place of the first working day with one, and tell. Raises HouseCallsFull."""
    card, most = wanted.card, deps.figure(HOUSE_CALLS_A_DAY)
    days = list(_days(deps, wanted.not_before))
    taken = await repository.taken(session, card.district, days[0], days[-1]) if days else {}
    for day in days:
        if taken.get(day, 0) < most and await repository.take(session, card.district, day, most):
            break
    else:
        raise HouseCallsFull(detail_ar="اختر تاريخاً آخر، أو يستلم الكارت وكيل.")
    call = HouseCall(
        call_id=new_id(),
        card_id=card.card_id,
        citizen_id=card.citizen_id,
        household_id=card.household_id,
        governorate=card.governorate,
        district=card.district,
        reason=wanted.reason,
        day=day,
        number=wanted.number,
        state="planned",
        asked_by=wanted.by,
        asked_at=deps.now(),
    )
    await repository.put(session, call)
    told = HouseCallPlanned(
        call_id=call.call_id,
        card_id=call.card_id,
        citizen_id=call.citizen_id,
        household_id=call.household_id,
        day=day,
        number=call.number,
    )
    await outbox.add(session, told)
    return call


def _days(deps: Dependencies, not_before: date) -> Iterator[date]:
    """The working days on which a call may be planned: after those that a team needs, within the horizon."""
    book, today = deps.policies.book, deps.today()
    first = max(nth_working_day(book, today, deps.figure(HOUSE_CALL_LEAD)), not_before)
    last = today + timedelta(days=deps.figure(HOUSE_CALL_HORIZON))
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if not rests(book, day):
            yield day


async def visits(
    session: AsyncSession, caller: Principal, day: date, district: str | None, page: Paging[UUID]
) -> list[Visit]:
    """The calls that are planned for a day, those that are done among them."""
    return await repository.page(session, caller.bound, day, district, ("planned", "done", "missed"), page)


async def miss(session: AsyncSession, deps: Dependencies, caller: Principal, call_id: UUID) -> HouseCall:
    """Keep that nobody was met, and plan the next call. Where there is none any more, that is told.

    Raises HouseCallUnknown, HouseCallOver, HouseCallAhead.
    """
    call, card = await _open(session, caller, call_id)
    if call.day > deps.today():
        raise HouseCallAhead(f"It is on {call.day}.", detail_ar=f"موعدها يوم {call.day}")
    await repository.end(session, [(call_id, "missed", caller.subject, deps.now())])
    calls = await repository.of_card(session, call.card_id)
    if sum(one.state == "missed" for one in calls) >= deps.figure(HOUSE_CALLS_OF_CARD):
        await _tell_ended(session, call, "missed", deps.now())
        return next(one for one in calls if one.call_id == call_id)
    return await _plan(session, deps, _Wanted(card, call.reason, call.number + 1, caller.subject, date.min))


async def withdraw(session: AsyncSession, deps: Dependencies, caller: Principal, call_id: UUID) -> HouseCall:
    """Call a visit off: the holder collects the card at its site. Raises HouseCallUnknown or HouseCallOver."""
    call, _ = await _open(session, caller, call_id)
    await repository.end(session, [(call_id, "withdrawn", caller.subject, deps.now())])
    await repository.free(session, [call_id], deps.today())
    await _tell_ended(session, call, "withdrawn", deps.now())
    return await repository.find(session, call_id) or call


async def end_for(session: AsyncSession, cards: Sequence[UUID], now: datetime, today: date) -> None:
    """Withdraw what is planned for cards that are closed; who has no card any more is told of that by others."""
    if cards and (calls := await repository.withdraw_of(session, cards, "", now)):
        await repository.free(session, calls, today)


async def _open(session: AsyncSession, caller: Principal, call_id: UUID) -> tuple[HouseCall, Card]:
    found = caller.bound.own(await repository.find(session, call_id, lock=True), HouseCallUnknown)
    if found.state != "planned":
        raise HouseCallOver()
    return found, await card_of(session, caller, found.card_id)


async def _tell_ended(session: AsyncSession, call: HouseCall, because: str, now: datetime) -> None:
    told = HouseCallEnded(
        call_id=call.call_id,
        card_id=call.card_id,
        citizen_id=call.citizen_id,
        household_id=call.household_id,
        because=because,
        ended_at=now,
    )
    await outbox.add(session, told)
