"""Rows of distribution, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from card_service.registry.models import JobStatus
from chassis.area import Area, InGovernorate

SiteKind = Literal["post_office", "supply_centre", "health_office", "governorate_office"]
Holders = Literal["heads", "adults"]
AppointmentState = Literal["scheduled", "kept", "missed", "cancelled"]


@dataclass(frozen=True, slots=True)
class PickupSite:
    """A place where cards are handed over; `working_days` are ISO weekdays."""

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

    @property
    def area(self) -> Area:
        """Where it stands."""
        return Area(self.governorate, self.district, site_id=self.site_id)


@dataclass(frozen=True, slots=True)
class Plan(InGovernorate):
    """A pick-up plan and how far it has come.

    `heads_left` and `others_left` are how many citizens it may still invite, None before it has begun;
    `done_household` is the last household it has settled.
    """

    plan_id: UUID
    phase_id: UUID
    governorate: str
    week_start: date
    holders: Holders
    max_citizens: int
    status: JobStatus
    heads_left: int | None
    others_left: int | None
    done_household: UUID | None
    scheduled: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A citizen without a card who may have one by the plan."""

    household_id: UUID
    district: str
    citizen_id: UUID
    is_head: bool


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
class PlanSite:
    """A site's part in a plan: how many were sent there, of how many places in the week."""

    site_id: UUID
    name_ar: str
    name_en: str
    scheduled: int
    capacity: int
