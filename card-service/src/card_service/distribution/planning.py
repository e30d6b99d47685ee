"""Who collects the card where and when. Pure and deterministic: the same people and sites give the same plan.

Within each site's capacity an hour and its working hours; sites of the citizen's own district first; members
of one household at one site, in one hour where there is room; the load spread over sites, days and hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import heapify, heappop, heappush
from uuid import UUID
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
NO_SITE = "no_site_in_governorate"
FULL = "capacity_exhausted"
HOUSEHOLD_SITE_FULL = "household_site_full"


@dataclass(frozen=True)
class Site:
    """A pick-up site; `working_days` are ISO weekdays (1 Monday … 7 Sunday), `hourly_capacity` is people."""

    site_id: UUID
    district: str
    hourly_capacity: int
    opens: time
    closes: time
    working_days: frozenset[int]


@dataclass(frozen=True)
class Group:
    """The citizens of one household who are to have a card, and the site others of the household were sent to."""

    household_id: UUID
    district: str
    citizens: tuple[UUID, ...]
    site_id: UUID | None = None


@dataclass(frozen=True)
class Placement:
    """One citizen's appointment."""

    household_id: UUID
    citizen_id: UUID
    site_id: UUID
    starts_at: datetime


@dataclass
class Outcome:
    """What a plan came to: appointments, and how many citizens could not be placed, by reason."""

    placements: list[Placement] = field(default_factory=list)
    unplaced: dict[str, int] = field(default_factory=dict)

    def refuse(self, group: Group, reason: str) -> None:
        """Count a group that could not be placed."""
        self.unplaced[reason] = self.unplaced.get(reason, 0) + len(group.citizens)


@dataclass(frozen=True)
class Between:
    """Hours of a day between which offices are open, by the clock on the wall."""

    opens: time = time.min
    closes: time = time.max


Open = Callable[[date], Between | None]
"""When offices may be open on a day; None on a day off."""


def hours(
    site: Site, first_day: date, days: int, zone: ZoneInfo, not_before: datetime, offices: Open
) -> list[datetime]:
    """The beginnings (UTC, in order) of the site's whole hours in `days` days, by the clock on its wall.

    An hour that has begun by `not_before`, or that summer time leaves out, is left out here too, and so is what lies
    outside the hours of all `offices`.
    """
    starts: list[datetime] = []
    for day in (first_day + timedelta(days=offset) for offset in range(days)):
        between = offices(day)
        if between is None or day.isoweekday() not in site.working_days:
            continue
        wall = datetime.combine(day, max(site.opens, between.opens))
        while wall + HOUR <= datetime.combine(day, min(site.closes, between.closes)):
            start = wall.replace(tzinfo=zone).astimezone(UTC)
            if start >= not_before and start.astimezone(zone).replace(tzinfo=None) == wall:
                starts.append(start)
            wall += HOUR
    return starts


class _Diary:
    """One site's hours with what is still free; the emptiest hour comes first, the earliest among equals."""

    def __init__(self, site: Site, starts: Sequence[datetime], taken: Mapping[datetime, int]) -> None:
        self.site = site
        self.capacity = site.hourly_capacity * len(starts)
        self._heap = [(taken.get(start, 0), start) for start in starts if taken.get(start, 0) < site.hourly_capacity]
        heapify(self._heap)
        self.free = sum(site.hourly_capacity - used for used, _ in self._heap)

    @property
    def load(self) -> float:
        """The share of the site's hours that is taken, 1 where it has none."""
        return 1 - self.free / self.capacity if self.capacity else 1.0

    def book(self, count: int) -> list[datetime]:
        """Take `count` of the places `free`, all in one hour where the emptiest hour has room."""
        chosen: list[datetime] = []
        while len(chosen) < count:
            used, start = heappop(self._heap)
            fitting = min(count - len(chosen), self.site.hourly_capacity - used)
            chosen.extend([start] * fitting)
            if used + fitting < self.site.hourly_capacity:
                heappush(self._heap, (used + fitting, start))
        self.free -= count
        return chosen


class Planner:
    """Places household after household; what it has placed stays taken."""

    def __init__(
        self,
        sites: Iterable[Site],
        starts: Mapping[UUID, Sequence[datetime]],
        taken: Mapping[tuple[UUID, datetime], int],
    ) -> None:
        """`starts`: each site's hours; `taken`: how many places of an hour are gone already."""
        used: dict[UUID, dict[datetime, int]] = {}
        for (site_id, start), count in taken.items():
            used.setdefault(site_id, {})[start] = count
        ordered = sorted(sites, key=lambda site: site.site_id)
        self._diaries = {s.site_id: _Diary(s, starts.get(s.site_id, ()), used.get(s.site_id, {})) for s in ordered}
        self._districts: dict[str, list[_Diary]] = {}
        for diary in self._diaries.values():
            self._districts.setdefault(diary.site.district, []).append(diary)

    def place(self, groups: Iterable[Group]) -> Outcome:
        """Appointments for the groups, in the order given. A household is placed whole or not at all."""
        outcome = Outcome()
        for group in groups:
            diary = self._choose(group)
            if isinstance(diary, str):
                outcome.refuse(group, diary)
                continue
            times = diary.book(len(group.citizens))
            outcome.placements.extend(
                Placement(group.household_id, citizen, diary.site.site_id, start)
                for citizen, start in zip(group.citizens, times, strict=True)
            )
        return outcome

    def _choose(self, group: Group) -> _Diary | str:
        if not self._diaries:
            return NO_SITE
        size = len(group.citizens)
        known = self._diaries.get(group.site_id) if group.site_id else None
        if known is not None:
            return known if known.free >= size else HOUSEHOLD_SITE_FULL
        near = _emptiest(self._districts.get(group.district, ()), size)
        return near or _emptiest(self._diaries.values(), size) or FULL


def _emptiest(diaries: Iterable[_Diary], size: int) -> _Diary | None:
    fitting = [diary for diary in diaries if diary.free >= size]
    return min(fitting, key=lambda diary: (diary.load, diary.site.site_id), default=None)
