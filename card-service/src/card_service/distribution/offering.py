"""What sites offer to a plan: their free hours by week, how many each week may still take, where districts lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from statistics import fmean
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.distribution import slots
from card_service.distribution.models import PickupSite
from card_service.distribution.opening import HOUR
from card_service.distribution.places import Point
from card_service.distribution.planning import Offer, Site
from card_service.keys import INVITED_A_WEEK, QUIET_HOURS
from card_service.weeks import week_begins, week_of
from chassis.clock import CAIRO, day_begins


@dataclass
class Offered:
    """By site its hours; by week how many more may be expected in the governorate, and where its districts lie."""

    offers: dict[UUID, list[Offer]] = field(default_factory=dict)
    room: dict[int, int] = field(default_factory=dict)
    points: dict[str, Point] = field(default_factory=dict)


def planning_site(site: PickupSite) -> Site:
    """A site as the planner sees it."""
    return Site(site.site_id, site.district, _point(site))


def _point(site: PickupSite) -> Point | None:
    if site.latitude is None or site.longitude is None:
        return None
    return Point(site.latitude, site.longitude)


def _kinds(deps: Dependencies) -> Callable[[datetime], tuple[int, bool]]:
    """What tells an hour's week, and whether it is quiet."""
    between = deps.figure(QUIET_HOURS)

    @cache  # many sites share an hour
    def kind_of(starts_at: datetime) -> tuple[int, bool]:
        begins = starts_at.astimezone(CAIRO)
        return week_of(begins.date()), between.opens <= begins.time() and (begins + HOUR).time() <= between.closes

    return kind_of


def points_of(sites: Iterable[PickupSite]) -> dict[str, Point]:
    """Where districts lie: amid their sites that have coordinates."""
    of: dict[str, list[Point]] = {}
    for site in sites:
        point = _point(site)
        if point is not None:
            of.setdefault(site.district, []).append(point)
    return {
        district: Point(fmean(p.latitude for p in found), fmean(p.longitude for p in found))
        for district, found in of.items()
    }


async def offers_of(
    session: AsyncSession,
    deps: Dependencies,
    sites: Iterable[PickupSite],
    first: date,
    days: int,
    more: Mapping[tuple[UUID, datetime], int] | None = None,
) -> Offered:
    """What sites offer in so many days from a day on, of slots that are made, without hours that have begun.

    `sites` are all of the governorate where `room` counts; `more` are taken beside what is booked, as a draft would.
    """
    of = list(sites)
    last = first + timedelta(days=days - 1)
    weeks = range(week_of(first), week_of(last) + 1)
    begins, ends = day_begins(week_begins(weeks[0])), day_begins(week_begins(weeks[-1] + 1))
    not_before, not_after = max(deps.now(), day_begins(first)), day_begins(last + timedelta(days=1))
    offered = Offered(points=points_of(of))
    bound, kind_of = deps.figure(INVITED_A_WEEK), _kinds(deps)
    offered.room = dict.fromkeys(weeks, bound)
    for slot in await slots.free(session, [site.site_id for site in of], begins, ends):
        taken = slot.taken + (more or {}).get((slot.site_id, slot.starts_at), 0)
        week, quiet = kind_of(slot.starts_at)
        offered.room[week] = max(0, offered.room[week] - taken)
        if not_before <= slot.starts_at < not_after:
            offer = Offer(slot.starts_at, slot.offered, taken, week, quiet)
            offered.offers.setdefault(slot.site_id, []).append(offer)
    return offered
