"""Who collects the card where and when. Pure and deterministic: the same people and sites give the same plan.

Within what each site offers an hour, and what a week may take in all; sites of the citizen's own district first, then
the nearest; members of one household at one site, in one hour where there is room; the elderly at quiet hours, others
at those only when the rest is full; the load spread over sites, days and hours, week after week.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple
from uuid import UUID

from card_service.distribution.places import Point

NO_SITE = "no_site_in_governorate"
FULL = "capacity_exhausted"
WEEKS_FULL = "week_is_full"
HOUSEHOLD_SITE_FULL = "household_site_full"


@dataclass(frozen=True)
class Site:
    """A pick-up site."""

    site_id: UUID
    district: str
    point: Point | None = None


@dataclass(frozen=True)
class Group:
    """The citizens of one household who are to have a card, and the site others of the household were sent to.

    `elderly`: how many of them are of the age from which on quiet hours are theirs.
    """

    household_id: UUID
    district: str
    citizens: tuple[UUID, ...]
    site_id: UUID | None = None
    elderly: int = 0


@dataclass(frozen=True)
class Placement:
    """One citizen's appointment."""

    household_id: UUID
    citizen_id: UUID
    site_id: UUID
    starts_at: datetime


@dataclass
class Figures:
    """What a plan is looked at for, counted in citizens but for the first two, which are households.

    `together`: placed in one hour; `quiet`: of the elderly, at quiet hours; `metres`: from the district's middle to the
    site, of the `measured` whose district and site have a place on the map.
    """

    households: int = 0
    together: int = 0
    other_district: int = 0
    elderly: int = 0
    quiet: int = 0
    measured: int = 0
    metres: int = 0


@dataclass
class Outcome:
    """What a plan came to: appointments, and how many citizens could not be placed, by reason."""

    placements: list[Placement] = field(default_factory=list)
    unplaced: dict[str, int] = field(default_factory=dict)
    figures: Figures = field(default_factory=Figures)

    def refuse(self, group: Group, reason: str) -> None:
        """Count a group that could not be placed."""
        self.unplaced[reason] = self.unplaced.get(reason, 0) + len(group.citizens)


@dataclass(frozen=True)
class Offer:
    """An hour of a site: how many citizens may come, and how many are expected already.

    `week`: the number of its week, by which those expected in a governorate are bounded.
    """

    starts_at: datetime
    offered: int
    taken: int = 0
    week: int = 0
    quiet: bool = False


class _Hour(NamedTuple):
    """An hour with room; in their order the emptiest is the first, the earliest among equals."""

    share: float
    starts_at: datetime
    taken: int
    offered: int

    @property
    def free(self) -> int:
        """How many more may come."""
        return self.offered - self.taken


class _Week:
    """One site's hours of a week with what is still free; the emptiest hour comes first, the earliest among equals."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        self.capacity = sum(offer.offered for offer in offers)
        self.free = sum(max(0, offer.offered - offer.taken) for offer in offers)
        self._hours: dict[bool, list[_Hour]] = {True: [], False: []}
        for offer in offers:
            if offer.taken < offer.offered:
                hour = _Hour(offer.taken / offer.offered, offer.starts_at, offer.taken, offer.offered)
                self._hours[offer.quiet].append(hour)
        for hours in self._hours.values():
            heapify(hours)

    @property
    def load(self) -> float:
        """The share of the hours that is taken, 1 where there are none."""
        return 1 - self.free / self.capacity if self.capacity else 1.0

    def book(self, count: int, *, quiet: bool) -> list[tuple[datetime, bool]]:
        """Take `count` of the places `free`, all in one hour where one has room: beginnings, and which are quiet.

        `quiet`: those hours come first, otherwise last.
        """
        chosen: list[tuple[datetime, bool]] = []
        while len(chosen) < count:
            kind = quiet if self._hours[quiet] else not quiet
            hours = self._hours[kind]
            hour = _with_room(hours, count - len(chosen))
            fitting = min(count - len(chosen), hour.free)
            chosen.extend([(hour.starts_at, kind)] * fitting)
            taken = hour.taken + fitting
            if taken < hour.offered:
                heappush(hours, _Hour(taken / hour.offered, hour.starts_at, taken, hour.offered))
        self.free -= count
        return chosen


def _with_room(hours: list[_Hour], count: int) -> _Hour:
    """Take out the emptiest hour with so many places, or the emptiest of all where none has so many."""
    if hours[0].free >= count:
        return heappop(hours)
    fitting = [hour for hour in hours if hour.free >= count]
    if not fitting:
        return heappop(hours)
    best = min(fitting)
    hours.remove(best)
    heapify(hours)
    return best


_NOTHING: Final = _Week(())


class _Diary:
    """One site's weeks."""

    def __init__(self, site: Site, offers: Iterable[Offer]) -> None:
        self.site = site
        by_week: dict[int, list[Offer]] = {}
        for offer in offers:
            if offer.offered:
                by_week.setdefault(offer.week, []).append(offer)
        self.weeks = {week: _Week(of) for week, of in by_week.items()}

    def week(self, number: int) -> _Week:
        """A week's hours."""
        return self.weeks.get(number, _NOTHING)


class Planner:
    """Places household after household; what it has placed stays taken."""

    def __init__(
        self,
        sites: Iterable[Site],
        offers: Mapping[UUID, Sequence[Offer]],
        room: Mapping[int, int] | None = None,
        points: Mapping[str, Point] | None = None,
    ) -> None:
        """`offers`: each site's hours; `room`: how many more each week may take; `points`: where districts lie."""
        ordered = sorted(sites, key=lambda site: site.site_id)
        self._diaries = {site.site_id: _Diary(site, offers.get(site.site_id, ())) for site in ordered}
        self._districts: dict[str, list[_Diary]] = {}
        for diary in self._diaries.values():
            self._districts.setdefault(diary.site.district, []).append(diary)
        self._weeks = sorted({week for diary in self._diaries.values() for week in diary.weeks})
        self._room = {week: (room or {}).get(week, sys.maxsize) for week in self._weeks}
        self._points = points or {}
        self._by_distance: dict[str, list[_Diary]] = {}

    def place(self, groups: Iterable[Group]) -> Outcome:
        """Appointments for the groups, in the order given. A household is placed whole or not at all."""
        outcome = Outcome()
        for group in groups:
            found = self._choose(group)
            if isinstance(found, str):
                outcome.refuse(group, found)
                continue
            diary, week = found
            times = diary.week(week).book(len(group.citizens), quiet=group.elderly > 0)
            self._room[week] -= len(times)
            self._count(outcome.figures, group, diary.site, times)
            outcome.placements.extend(
                Placement(group.household_id, citizen, diary.site.site_id, start)
                for citizen, (start, _) in zip(group.citizens, times, strict=True)
            )
        return outcome

    def _count(self, figures: Figures, group: Group, site: Site, times: Sequence[tuple[datetime, bool]]) -> None:
        figures.households += 1
        figures.together += len({start for start, _ in times}) == 1
        figures.elderly += group.elderly
        figures.quiet += min(group.elderly, sum(quiet for _, quiet in times))
        if site.district != group.district:
            figures.other_district += len(times)
        middle = self._points.get(group.district)
        if middle is not None and site.point is not None:
            figures.measured += len(times)
            figures.metres += len(times) * middle.metres_to(site.point)

    def _choose(self, group: Group) -> tuple[_Diary, int] | str:
        if not self._diaries:
            return NO_SITE
        size = len(group.citizens)
        weeks = [week for week in self._weeks if self._room[week] >= size]
        if self._weeks and not weeks:
            return WEEKS_FULL
        known = self._diaries.get(group.site_id) if group.site_id else None
        if known is not None:
            return _emptiest([known], weeks, size) or HOUSEHOLD_SITE_FULL
        near = _emptiest(self._districts.get(group.district, ()), weeks, size)
        return near or self._nearest(group.district, weeks, size) or FULL

    def _nearest(self, district: str, weeks: Sequence[int], size: int) -> tuple[_Diary, int] | None:
        """The nearest site with room, in the first week that has any; the emptiest where it is not known how far."""
        middle = self._points.get(district)
        if middle is None:
            return _emptiest(self._diaries.values(), weeks, size)
        if district not in self._by_distance:
            self._by_distance[district] = sorted(self._diaries.values(), key=lambda diary: _far(middle, diary.site))
        for week in weeks:
            for diary in self._by_distance[district]:
                if diary.week(week).free >= size:
                    return diary, week
        return None


def _far(middle: Point, site: Site) -> tuple[float, UUID]:
    return (middle.metres_to(site.point) if site.point else float("inf"), site.site_id)


def _emptiest(diaries: Iterable[_Diary], weeks: Sequence[int], size: int) -> tuple[_Diary, int] | None:
    of = list(diaries)
    for week in weeks:
        fitting = [diary for diary in of if diary.week(week).free >= size]
        if fitting:
            return min(fitting, key=lambda diary: (diary.week(week).load, diary.site.site_id)), week
    return None
