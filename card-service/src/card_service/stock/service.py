"""Use cases of stock: cards go from the store to sites, between sites and back, and are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.appointments import repository as appointments
from card_service.cards import repository as cards
from card_service.cards.errors import SiteUnknown
from card_service.cards.lifecycle import Action, CardState
from card_service.cards.models import Step
from card_service.dependencies import Dependencies
from card_service.distribution import repository as sites
from card_service.distribution.models import PickupSite
from card_service.keys import TRAVEL_DAYS
from card_service.stock import day_repository, repository
from card_service.stock.counting import Day, counted
from card_service.stock.errors import (
    CardElsewhere,
    ConsignmentReceived,
    ConsignmentUnknown,
    CountDiffers,
    NothingToSend,
    SenderReceives,
    StoreOnly,
)
from card_service.stock.models import Consignment, Lies, Lying, Moved, Movement, SendOn, StockCount
from card_service.stock.schemas import CountIn, DispatchIn, OutgoingIn, ReceiptIn
from chassis.clock import day_begins
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal
from contracts.scopes import Scope
from policybook.calendar import nth_working_day


@dataclass(frozen=True, slots=True)
class Stock:
    """A site's cards on a day, with the last count of it and the cards by which that differs."""

    site_id: UUID
    day: date
    counts: Day
    on_the_way: int
    of_trials: int
    last: StockCount | None
    missing: list[UUID]
    surplus: list[UUID]


async def _site(session: AsyncSession, caller: Principal, site_id: UUID) -> PickupSite:
    return caller.bound.own(await sites.find_site(session, site_id), SiteUnknown)


async def dispatch(session: AsyncSession, deps: Dependencies, caller: Principal, given: DispatchIn) -> Consignment:
    """Send produced cards from the store to a site. Raises SiteUnknown or NothingToSend."""
    site = await _site(session, caller, given.site_id)
    ids = await repository.to_send(session, site, given.phase_id, given.count)
    if not ids:
        raise NothingToSend(detail_ar="لم ترد جهة الطباعة كروتاً جديدة.")
    return await _send(session, deps, caller, ids, site.governorate, (None, site.site_id))


async def send_from(
    session: AsyncSession, deps: Dependencies, caller: Principal, site_id: UUID, given: OutgoingIn
) -> Consignment:
    """Send cards away from a site, to another one of the governorate or back to the store.

    Their hours are free again, but for those of cards that are to be collected where they go.

    Raises SiteUnknown or CardElsewhere.
    """
    site = await _site(session, caller, site_id)
    if given.to_site_id is not None:
        other = await sites.find_site(session, given.to_site_id)
        if other is None or other.governorate != site.governorate or other.site_id == site_id:
            raise SiteUnknown(detail_ar="اختر مكان استلام آخر في نفس المحافظة.")
    lying = await repository.at_site(session, site_id, given.card_ids)
    if elsewhere := set(given.card_ids) - set(lying):
        raise CardElsewhere(
            detail_ar="راجع الكروت الموجودة في المكان.", card_ids=[str(one) for one in sorted(elsewhere)]
        )
    await sites.cancel(session, sorted(set(lying) - await repository.bound(session, lying, given.to_site_id)))
    return await _send(session, deps, caller, lying, site.governorate, (site_id, given.to_site_id))


async def _send(
    session: AsyncSession,
    deps: Dependencies,
    caller: Principal,
    card_ids: list[UUID],
    governorate: str,
    way: tuple[UUID | None, UUID | None],
) -> Consignment:
    consignment_id, now = new_id(), deps.now()
    from_site, to_site = way
    values = {
        "consignment_id": consignment_id,
        "governorate": governorate,
        "from_site": from_site,
        "to_site": to_site,
        "at": now,
        "by": caller.subject,
    }
    await repository.make(session, values, card_ids)
    action = Action.DISPATCH if from_site is None else Action.SEND_BACK
    step = Step(action, now, caller.subject, from_site, str(consignment_id))
    there = nth_working_day(deps.policies.book, deps.today(), deps.figure(TRAVEL_DAYS))
    await cards.leave(session, card_ids, step, to_site, there)
    return await find(session, caller, consignment_id, received=False)


async def find(session: AsyncSession, caller: Principal, consignment_id: UUID, *, received: bool = True) -> Consignment:
    """A consignment that the caller receives or, with `received` false, has just sent. Raises ConsignmentUnknown."""
    found = await repository.find(session, consignment_id)
    if found is not None and not received:
        return found
    return caller.bound.own(found, ConsignmentUnknown)


async def receive(
    session: AsyncSession, deps: Dependencies, caller: Principal, consignment_id: UUID, given: ReceiptIn
) -> Consignment:
    """Count a consignment in: what is whole lies here now, what is damaged is made again, what is missing is told.

    Raises ConsignmentUnknown, ConsignmentReceived, SenderReceives or StoreOnly.
    """
    found = caller.bound.own(await repository.find(session, consignment_id, lock=True), ConsignmentUnknown)
    if found.received_at is not None:
        raise ConsignmentReceived(detail_ar="راجع نتيجة الاستلام السابقة.")
    if found.dispatched_by == caller.subject:
        raise SenderReceives(detail_ar="يستلمها موظف آخر.")
    if found.to_site is None and Scope.STOCK_DISPATCH not in caller.scopes:
        raise StoreOnly(detail_ar="تسلم الكروت إلى أمين المخزن.")
    listed = [card_id for card_id, _ in await repository.cards_of(session, consignment_id)]
    result = counted(listed, given.card_ids, given.damaged)
    now, because = deps.now(), str(consignment_id)
    await repository.receive(session, consignment_id, result, now, caller.subject)
    still = await repository.on_their_way(session, listed)
    step = Step(Action.RECEIVE, now, caller.subject, found.to_site, because)
    if found.to_site is not None:
        here = [one for one in result.received if one in still]
        await cards.arrive(session, here, found.to_site, step)
        await appointments.await_hour(session, await repository.uninvited(session, here), now, now)
    spoiled = Step(Action.REPRINT, now, caller.subject, found.to_site, because)
    await cards.move_all(session, [one for one in result.damaged if one in still], CardState.APPROVED, spoiled)
    return await find(session, caller, consignment_id)


async def to_send_on(session: AsyncSession, caller: Principal, site_id: UUID, page: Paging[UUID]) -> list[SendOn]:
    """Cards that lie at a site and are to be collected at another one. Raises SiteUnknown."""
    await _site(session, caller, site_id)
    return await repository.to_send_on(session, site_id, page)


async def stock_of(session: AsyncSession, caller: Principal, site_id: UUID, day: date) -> Stock:
    """A site's cards on a day. Raises SiteUnknown."""
    await _site(session, caller, site_id)
    return await _stock(session, site_id, day)


async def _stock(session: AsyncSession, site_id: UUID, day: date) -> Stock:
    counts = await day_repository.day(session, site_id, *_bounds(day))
    last = await repository.last_count(session, site_id, day)
    missing, surplus = await repository.differences(session, last.count_id) if last else ([], [])
    on_the_way = await day_repository.on_the_way(session, site_id)
    of_trials = await day_repository.of_trials(session, site_id)
    return Stock(site_id, day, counts, on_the_way, of_trials, last, missing, surplus)


def _bounds(day: date) -> tuple[datetime, datetime]:
    return day_begins(day), day_begins(day + timedelta(days=1))


async def moved(
    session: AsyncSession, caller: Principal, site_id: UUID, day: date, part: Moved, page: Paging[UUID]
) -> list[Movement]:
    """What came to a site or left it on a day in one way. Raises SiteUnknown."""
    await _site(session, caller, site_id)
    return await day_repository.movements(session, site_id, *_bounds(day), part, page)


async def lying(
    session: AsyncSession, caller: Principal, site_id: UUID, day: date, part: Lies, page: Paging[UUID]
) -> list[Lying]:
    """The cards of a site when a day ends, or now on their way to it. Raises SiteUnknown."""
    await _site(session, caller, site_id)
    return await day_repository.lying(session, site_id, _bounds(day)[1], part, page)


async def count(session: AsyncSession, deps: Dependencies, caller: Principal, site_id: UUID, given: CountIn) -> Stock:
    """Keep what a clerk has counted at a site now, held against what should lie there; cards of trials are left out.

    Raises SiteUnknown or CountDiffers.
    """
    await _site(session, caller, site_id)
    if given.card_ids is not None and len(set(given.card_ids)) != given.counted:
        raise CountDiffers(detail_ar="راجع العدد والكروت المذكورة.")
    lying, of_trials = await repository.of_site(session, site_id)
    there = set(given.card_ids or ())
    result = counted(lying, there - of_trials, []) if given.card_ids is not None else None
    made = StockCount(
        count_id=new_id(),
        site_id=site_id,
        day=deps.today(),
        expected=len(lying),
        counted=given.counted - len(there & of_trials),
        counted_at=deps.now(),
        counted_by=caller.subject,
        note=given.note,
    )
    await repository.keep_count(session, made, result.missing if result else (), result.surplus if result else ())
    return await _stock(session, site_id, made.day)
