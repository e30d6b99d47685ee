"""Rows of distribution, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from card_service.distribution.opening import Week, every_day
from chassis.area import Area, InGovernorate

SiteKind = Literal["post_office", "supply_centre", "health_office", "governorate_office"]
ClosureKind = Literal["planned", "emergency"]
Holders = Literal["heads", "adults"]
PlanStatus = Literal["drafting", "draft", "dropped", "queued", "running", "done", "failed"]
AppointmentState = Literal["scheduled", "kept", "missed", "cancelled"]


@dataclass(frozen=True, slots=True)
class PickupSite:
    """A place where cards are handed over.

    `hours` are by weekday, None where `opens`, `closes` and `working_days` (ISO weekdays) say them; those are always
    the widest of `hours`. `hourly_capacity` is how many `counters` serve at `minutes_per_visitor`, where these are
    known. `ends_on` is its last day; up to `slots_until` its slots are made.
    """

    site_id: UUID
    name_ar: str
    name_en: str
    kind: SiteKind
    governorate: str
    district: str
    address_ar: str
    hourly_capacity: int
    opens: time
    closes: time
    working_days: tuple[int, ...]
    hours: Week | None
    counters: int | None
    minutes_per_visitor: int | None
    latitude: float | None
    longitude: float | None
    ends_on: date | None
    slots_until: date | None

    @property
    def area(self) -> Area:
        """Where it stands."""
        return Area(self.governorate, self.district, site_id=self.site_id)

    @property
    def week(self) -> Week:
        """Its hours of each day."""
        return self.hours or every_day(f"{self.opens:%H:%M}", f"{self.closes:%H:%M}", self.working_days)


@dataclass(frozen=True, slots=True)
class Closure:
    """From when to when a site is shut, why, and who has said so; it holds unless it was withdrawn."""

    closure_id: UUID
    site_id: UUID
    kind: ClosureKind
    begins_at: datetime
    ends_at: datetime
    reason: str
    entered_by: str
    entered_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour of a site: how many may come, and how many are expected.

    More are expected than may come where the site was shut, or has fewer counters, after they were invited.
    """

    site_id: UUID
    starts_at: datetime
    offered: int
    taken: int

    @property
    def free(self) -> int:
        """How many more may come."""
        return max(0, self.offered - self.taken)


@dataclass(frozen=True, slots=True)
class Plan(InGovernorate):
    """A pick-up plan and how far it has come.

    `heads_left` and `others_left` are how many citizens it may still invite, None before it has begun;
    `done_household` is the last household it has settled. `drafted` is how many its draft had a place for, None where
    it was not looked at first. `by_bureau`: the phase's cards are made before they are planned. From `households` on:
    `planning.Figures`.
    """

    plan_id: UUID
    phase_id: UUID
    governorate: str
    by_bureau: bool
    week_start: date
    weeks: int
    holders: Holders
    max_citizens: int
    status: PlanStatus
    heads_left: int | None
    others_left: int | None
    done_household: UUID | None
    scheduled: int
    drafted: int | None
    created_by: str
    started_by: str | None
    dropped_by: str | None
    households: int
    together: int
    other_district: int
    elderly: int
    elderly_quiet: int
    measured: int
    metres: int

    @property
    def is_draft(self) -> bool:
        """Whether it is only computed: nobody is invited, no place is taken."""
        return self.status == "drafting"


@dataclass(frozen=True, slots=True)
class DayLoad:
    """What a plan sends to a site on a day, of what the site offers in its hours then; `most` in one hour."""

    day: date
    site_id: UUID
    citizens: int
    offered: int
    most: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A citizen who may be invited by the plan: without a card, or with `card_id` that lies at `site_id` for them.

    `number`: of the appointment it would be for that card.
    """

    household_id: UUID
    district: str
    citizen_id: UUID
    is_head: bool
    is_elderly: bool = False
    card_id: UUID | None = None
    site_id: UUID | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """An appointment to be written."""

    appointment_id: UUID
    card_id: UUID
    site_id: UUID
    starts_at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class MissedAppointment:
    """An appointment that passed while its card stayed at the site."""

    appointment_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    site_id: UUID
    number: int
    ended_at: datetime
    missed: int  # how many the card has missed with this one


@dataclass(frozen=True, slots=True)
class Reminder:
    """An appointment whose citizen is to be reminded of it."""

    appointment_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    site_id: UUID
    site_name_ar: str
    site_name_en: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class BookedCitizen:
    """Who comes to a site on a day, as its counter sees it."""

    appointment_id: UUID
    card_id: UUID
    citizen_id: UUID
    name_kept: bytes
    starts_at: datetime
    ends_at: datetime
    state: AppointmentState
    card_state: str


@dataclass(frozen=True, slots=True)
class DayAsked:
    """Which appointments of a site's day are wanted: in a state, beginning at `hour`; None: any."""

    site_id: UUID
    day: date
    state: AppointmentState | None = None
    hour: datetime | None = None


@dataclass(frozen=True, slots=True)
class HourCount:
    """How many appointments of an hour of a site are in a state."""

    starts_at: datetime
    state: AppointmentState
    number: int


@dataclass(frozen=True, slots=True)
class PlanSite:
    """A site's part in a plan: how many were sent there, of how many places in the week."""

    site_id: UUID
    name_ar: str
    name_en: str
    scheduled: int
    capacity: int
