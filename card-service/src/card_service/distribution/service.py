"""Use cases of pick-up sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Final, TypedDict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.errors import SiteEnded, SiteUnknown
from card_service.dependencies import Dependencies
from card_service.distribution import closure_repository, day_repository, repository, slot_making, slots
from card_service.distribution.errors import (
    ClosureInvalid,
    ClosureOver,
    ClosureUnknown,
    SiteEndInvalid,
    SiteExists,
    SlotPeriodInvalid,
)
from card_service.distribution.models import BookedCitizen, Closure, DayAsked, HourCount, PickupSite, Slot
from card_service.distribution.opening import Week, ordered
from card_service.distribution.schemas import ClosureIn, EndingIn, HoursIn, SiteIn
from card_service.scopes import ensure_own
from chassis.area import Area
from chassis.clock import day_begins
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal

MOST_DAYS: Final = 62  # what a page of slots may show


class _Hours(TypedDict):
    opens: time
    closes: time
    working_days: tuple[int, ...]


def _shown(week: Week) -> _Hours:
    """What callers of before see of the hours: the widest of all days."""
    return {
        "opens": time.fromisoformat(min(day.opens for day in week)),
        "closes": time.fromisoformat(max(day.closes for day in week)),
        "working_days": tuple(day.weekday for day in week),
    }


def capacity_of(counters: int, minutes_per_visitor: int) -> int:
    """How many so many counters serve in an hour; one at least."""
    return max(1, counters * 60 // minutes_per_visitor)


async def create_site(session: AsyncSession, deps: Dependencies, caller: Principal, given: SiteIn) -> PickupSite:
    """Enter a pick-up site and make its slots of the weeks ahead. Raises SiteExists."""
    ensure_own(caller, given.governorate, given.district)
    week = given.week()
    served = (
        capacity_of(given.counters, given.minutes_per_visitor) if given.counters and given.minutes_per_visitor else 0
    )
    site = PickupSite(
        site_id=new_id(),
        name_ar=given.name_ar,
        name_en=given.name_en,
        kind=given.kind,
        governorate=given.governorate,
        district=given.district,
        address_ar=given.address_ar,
        hourly_capacity=given.hourly_capacity or served,
        hours=week if given.hours else None,
        counters=given.counters,
        minutes_per_visitor=given.minutes_per_visitor,
        latitude=given.latitude,
        longitude=given.longitude,
        ends_on=None,
        slots_until=None,
        **_shown(week),
    )
    if not await repository.create_site(session, site, deps.now()):
        raise SiteExists(detail_ar="اختر اسماً آخر.")
    await slot_making.make(session, deps, site)
    return site


async def _locked(session: AsyncSession, deps: Dependencies, caller: Principal, site_id: UUID) -> PickupSite:
    """A site of the caller's that has not ended, its row locked. Raises SiteUnknown, SiteEnded."""
    site = caller.bound.own(await repository.find_site(session, site_id, lock=True), SiteUnknown)
    if site.ends_on is not None and site.ends_on < deps.today():
        raise SiteEnded(detail_ar="اختر مكان استلام آخر.")
    return site


async def set_hours(
    session: AsyncSession, deps: Dependencies, caller: Principal, site_id: UUID, given: HoursIn
) -> PickupSite:
    """Give a site other hours and counters, and its slots with it. Raises SiteUnknown, SiteEnded."""
    site = await _locked(session, deps, caller, site_id)
    week = ordered(given.hours)
    changed = replace(
        site,
        hours=week,
        counters=given.counters,
        minutes_per_visitor=given.minutes_per_visitor,
        hourly_capacity=capacity_of(given.counters, given.minutes_per_visitor),
        **_shown(week),
    )
    await repository.change_site(session, changed)
    await slot_making.make(session, deps, changed)
    return changed


async def end_site(
    session: AsyncSession, deps: Dependencies, caller: Principal, site_id: UUID, given: EndingIn
) -> PickupSite:
    """Give a site its last day; a later one may take its place. Raises SiteUnknown, SiteEnded, SiteEndInvalid."""
    site = await _locked(session, deps, caller, site_id)
    if given.ends_on < deps.today():
        raise SiteEndInvalid(detail_ar="اختر اليوم أو يوماً بعده.")
    ended = replace(site, ends_on=given.ends_on)
    await repository.end_site(session, site_id, given.ends_on, given.reason, caller.subject)
    await slot_making.make(session, deps, ended)
    return ended


async def close_site(
    session: AsyncSession, deps: Dependencies, caller: Principal, site_id: UUID, given: ClosureIn
) -> Closure:
    """Shut a site for a time: its slots of that time offer nothing. Raises SiteUnknown, SiteEnded, ClosureInvalid."""
    site = await _locked(session, deps, caller, site_id)
    now = deps.now()
    begins_at = given.begins_at or now
    if given.ends_at <= max(now, begins_at) or (given.kind == "planned" and begins_at <= now):
        raise ClosureInvalid(detail_ar="راجع بداية فترة الإغلاق ونهايتها.")
    closure = Closure(
        closure_id=new_id(),
        site_id=site_id,
        kind=given.kind,
        begins_at=begins_at,
        ends_at=given.ends_at,
        reason=given.reason,
        entered_by=caller.subject,
        entered_at=now,
        withdrawn_by=None,
        withdrawn_at=None,
    )
    await closure_repository.create(session, closure)
    await slot_making.make(session, deps, site)
    return closure


async def closures(session: AsyncSession, caller: Principal, site_id: UUID, page: Paging[UUID]) -> list[Closure]:
    """A site's closures. Raises SiteUnknown."""
    caller.bound.own(await repository.find_site(session, site_id), SiteUnknown)
    return await closure_repository.page(session, site_id, page)


async def reopen_site(
    session: AsyncSession, deps: Dependencies, caller: Principal, site_id: UUID, closure_id: UUID
) -> Closure:
    """Let a closure that is not over hold no more. Raises SiteUnknown, SiteEnded, ClosureUnknown, ClosureOver."""
    site = await _locked(session, deps, caller, site_id)
    closure = await closure_repository.find(session, site_id, closure_id)
    if closure is None:
        raise ClosureUnknown(detail_ar="تأكد من رقم فترة الإغلاق.")
    now = deps.now()
    if closure.withdrawn_at is not None or closure.ends_at <= now:
        raise ClosureOver(detail_ar="لا يلزم أي إجراء.")
    await closure_repository.withdraw(session, closure_id, caller.subject, now)
    await slot_making.make(session, deps, site)
    return replace(closure, withdrawn_by=caller.subject, withdrawn_at=now)


async def slots_of(session: AsyncSession, caller: Principal, site_id: UUID, first: date, last: date) -> list[Slot]:
    """A site's slots from a day to another, also for other counters. Raises SiteUnknown, SlotPeriodInvalid."""
    site = await repository.find_site(session, site_id)
    if site is None:
        raise SiteUnknown
    caller.bound.hold(Area(site.governorate, site.district), SiteUnknown)
    if not first <= last < first + timedelta(days=MOST_DAYS):
        raise SlotPeriodInvalid(detail_ar="اختر فترة أقصر.")
    return await slots.free(session, [site_id], day_begins(first), day_begins(last + timedelta(days=1)))


async def booked(
    session: AsyncSession, caller: Principal, asked: DayAsked, page: Paging[UUID]
) -> tuple[PickupSite, Sequence[BookedCitizen], Sequence[HourCount]]:
    """A site with its appointments of a day, and how many it has; a counter sees its own site's. Raises SiteUnknown."""
    site = caller.bound.own(await repository.find_site(session, asked.site_id), SiteUnknown)
    return site, *await day_repository.of_day(session, asked, page)
