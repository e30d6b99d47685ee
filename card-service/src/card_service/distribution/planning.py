"""Who collects the card where and when. Pure and deterministic: the same people and sites give the same plan.

Within what each site offers an hour; sites of the citizen's own district first; members
of one household at one site, in one hour where there is room; the load spread over sites, days and hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush
from uuid import UUID

NO_SITE = "no_site_in_governorate"
FULL = "capacity_exhausted"
HOUSEHOLD_SITE_FULL = "household_site_full"


@dataclass(frozen=True)
class Site:
    """A pick-up site."""

    site_id: UUID
    district: str


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
class Offer:
    """An hour of a site: how many citizens may come, and how many are expected already."""

    starts_at: datetime
    offered: int
    taken: int = 0


class _Diary:
    """One site's hours with what is still free; the emptiest hour comes first, the earliest among equals."""

    def __init__(self, site: Site, offers: Iterable[Offer]) -> None:
        self.site = site
        of = [offer for offer in offers if offer.offered]
        self.capacity = sum(offer.offered for offer in of)
        self.free = sum(max(0, offer.offered - offer.taken) for offer in of)
        free = [offer for offer in of if offer.taken < offer.offered]
        self._heap = [(offer.taken / offer.offered, offer.starts_at, offer.taken, offer.offered) for offer in free]
        heapify(self._heap)

    @property
    def load(self) -> float:
        """The share of the site's hours that is taken, 1 where it has none."""
        return 1 - self.free / self.capacity if self.capacity else 1.0

    def book(self, count: int) -> list[datetime]:
        """Take `count` of the places `free`, all in one hour where the emptiest hour has room."""
        chosen: list[datetime] = []
        while len(chosen) < count:
            _, start, used, offered = heappop(self._heap)
            fitting = min(count - len(chosen), offered - used)
            chosen.extend([start] * fitting)
            used += fitting
            if used < offered:
                heappush(self._heap, (used / offered, start, used, offered))
        self.free -= count
        return chosen


class Planner:
    """Places household after household; what it has placed stays taken."""

    def __init__(self, sites: Iterable[Site], offers: Mapping[UUID, Sequence[Offer]]) -> None:
        """`offers`: each site's hours."""
        ordered = sorted(sites, key=lambda site: site.site_id)
        self._diaries = {site.site_id: _Diary(site, offers.get(site.site_id, ())) for site in ordered}
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
