"""What crosses the wire about sites, plans and appointments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from card_service.cards.lifecycle import CardState
from card_service.distribution.models import (
    AppointmentState,
    Closure,
    ClosureKind,
    Holders,
    PickupSite,
    Plan,
    PlanSite,
    PlanStatus,
    SiteKind,
)
from card_service.distribution.opening import DayHours, HourText, Week, Weekday, every_day, ordered
from card_service.registry import names
from chassis.paging import Page
from chassis.personal import Personal, Whose
from chassis.places import InDistrict

Line = Annotated[str, Field(min_length=1, max_length=120)]
Reason = Annotated[str, Field(min_length=1, max_length=300)]
Counters = Annotated[int, Field(ge=1, le=1000, description="counters that hand cards over")]
Pace = Annotated[int, Field(ge=1, le=60, description="minutes a counter needs for a visitor")]


def readable(value: str) -> str:
    """One line of readable text, tidied. Raises ValueError."""
    cleaned = names.line(value)
    if cleaned is None or (value and not cleaned):
        raise ValueError("one line of readable text")
    return cleaned


class SiteIn(InDistrict):
    """A place where cards are handed over.

    Its hours: `hours`, or the same on all `working_days` (ISO weekdays, 1 Monday … 7 Sunday) from `opens` to `closes`.
    How many an hour: `counters` and `minutes_per_visitor`, or `hourly_capacity`.
    """

    model_config = ConfigDict(extra="forbid")

    name_ar: Line
    name_en: Line
    kind: SiteKind
    address_ar: Annotated[str, Field(max_length=200)]
    hourly_capacity: (
        Annotated[int, Field(ge=1, le=10_000, description="hand-overs an hour over all counters")] | None
    ) = None
    opens: HourText | None = None
    closes: HourText | None = None
    working_days: Annotated[list[Weekday], Field(min_length=1, max_length=7)] | None = None
    hours: Annotated[list[DayHours], Field(min_length=1, max_length=7)] | None = None
    counters: Counters | None = None
    minutes_per_visitor: Pace | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None

    @field_validator("name_ar", "name_en", "address_ar")
    @classmethod
    def _readable(cls, value: str) -> str:
        return readable(value)

    @model_validator(mode="after")
    def _said_once(self) -> SiteIn:
        simple = (self.opens, self.closes, self.working_days)
        if (self.hours is None) != all(one is not None for one in simple) or (self.hours and any(simple)):
            raise ValueError("either `hours`, or `opens`, `closes` and `working_days`")
        pace = (self.counters, self.minutes_per_visitor)
        if (self.hourly_capacity is None) != all(pace) or (self.hourly_capacity and any(pace)):
            raise ValueError("either `hourly_capacity`, or `counters` and `minutes_per_visitor`")
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("both coordinates or none")
        self.week()
        return self

    def week(self) -> Week:
        """Its hours of each day. Raises ValueError."""
        if self.hours is not None:
            return ordered(self.hours)
        return every_day(self.opens or "", self.closes or "", self.working_days or ())


class HoursIn(BaseModel):
    """A site's hours from now on, and at how many counters it serves."""

    model_config = ConfigDict(extra="forbid")

    hours: Annotated[list[DayHours], Field(min_length=1, max_length=7)]
    counters: Counters
    minutes_per_visitor: Pace

    @model_validator(mode="after")
    def _once(self) -> HoursIn:
        ordered(self.hours)
        return self


class SiteOut(BaseModel):
    """A pick-up site.

    `opens`, `closes` and `working_days` are the widest of `hours`; `hourly_capacity` is what the counters serve.
    """

    site_id: UUID
    name_ar: str
    name_en: str
    kind: SiteKind
    governorate: str
    district: str
    address_ar: str
    hourly_capacity: int
    opens: str
    closes: str
    working_days: list[int]
    hours: list[DayHours]
    counters: int | None
    minutes_per_visitor: int | None
    latitude: float | None
    longitude: float | None
    ends_on: date | None

    @classmethod
    def of(cls, site: PickupSite) -> SiteOut:
        """A site as it is shown."""
        return cls(
            site_id=site.site_id,
            name_ar=site.name_ar,
            name_en=site.name_en,
            kind=site.kind,
            governorate=site.governorate,
            district=site.district,
            address_ar=site.address_ar,
            hourly_capacity=site.hourly_capacity,
            opens=f"{site.opens:%H:%M}",
            closes=f"{site.closes:%H:%M}",
            working_days=list(site.working_days),
            hours=list(site.week),
            counters=site.counters,
            minutes_per_visitor=site.minutes_per_visitor,
            latitude=site.latitude,
            longitude=site.longitude,
            ends_on=site.ends_on,
        )


class EndingIn(BaseModel):
    """After which day a site hands no cards over any more, and why."""

    model_config = ConfigDict(extra="forbid")

    ends_on: Annotated[date, Field(ge=date(2020, 1, 1), le=date(2100, 1, 1))]
    reason: Reason


class ClosureIn(BaseModel):
    """From when to when a site is shut, and why. An emergency begins now unless it says when."""

    model_config = ConfigDict(extra="forbid")

    kind: ClosureKind
    begins_at: AwareDatetime | None = None
    ends_at: AwareDatetime
    reason: Reason

    @field_validator("reason")
    @classmethod
    def _readable(cls, value: str) -> str:
        return readable(value)


class ClosureOut(BaseModel):
    """A closure of a site, and who has said so; it holds unless it was withdrawn."""

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

    @classmethod
    def of(cls, closure: Closure) -> ClosureOut:
        """A closure as it is shown."""
        return cls.model_validate(closure, from_attributes=True)


class ClosurePage(Page[ClosureOut, UUID]):
    """A site's closures in the order they were entered."""


class SlotOut(BaseModel):
    """An hour of a site: how many places it offers, how many are taken, how many free.

    More are taken than offered where the site was shut, or has fewer counters, since people were invited.
    """

    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    free: int


class SlotsOut(BaseModel):
    """A site's slots of a period, in order of time."""

    site_id: UUID
    slots: list[SlotOut]


class SitePage(Page[SiteOut, UUID]):
    """Pick-up sites in the order they were entered."""


class BookedOut(BaseModel):
    """Who comes when; the name is masked."""

    appointment_id: UUID
    card_id: Annotated[UUID, Whose.CARD]
    holder_name_masked: Annotated[str, Personal.IDENTITY]
    starts_at: Annotated[datetime, Personal.CARD]
    ends_at: datetime
    state: AppointmentState
    card_state: CardState


class HourCountOut(BaseModel):
    """How many appointments of an hour are in a state, of those that anybody has had in it."""

    starts_at: datetime
    state: AppointmentState
    number: int


class BookedPage(Page[BookedOut, UUID]):
    """A site's appointments of a day, in order of time; `counts` tell of the whole day, not of this page."""

    day: date
    name_ar: Annotated[str, Field(description="the site's")]
    name_en: str
    counts: list[HourCountOut]


class PlanIn(BaseModel):
    """Who is to be invited in which weeks: at most `limit` citizens, heads first.

    `draft`: it is only computed, to be looked at and started or dropped.
    """

    model_config = ConfigDict(extra="forbid")

    week_start: Annotated[date, Field(ge=date(2020, 1, 1), le=date(2100, 1, 1))]
    weeks: Annotated[int, Field(ge=1, le=26)] = 1
    limit: Annotated[int, Field(ge=1, le=1_000_000)]
    holders: Holders
    draft: bool = False


class PlanAccepted(BaseModel):
    """A plan that waits for its turn, to be carried out or only drafted."""

    id: UUID
    status: Literal["queued", "drafting"] = "queued"


class PlanSiteOut(BaseModel):
    """A site's part in a plan. `capacity`: its places in the whole week."""

    site_id: UUID
    name: str
    name_ar: str
    scheduled: int
    capacity: int


class PlanFigures(BaseModel):
    """What a plan is looked at for: households placed, of them in one hour; citizens sent to another district, elderly
    ones, of them at quiet hours; kilometres from the district to the site, where both are known."""

    households: int
    together: int
    other_district: int
    elderly: int
    elderly_at_quiet_hours: int
    kilometres: float | None


class PlanOut(BaseModel):
    """A plan and how far it has come. `unplaced`: citizens without a place, by reason.

    `drafted`: how many its draft had a place for, null where it was not looked at first. Of a draft, `scheduled` and
    all else is what would be.
    """

    id: UUID
    phase_id: UUID
    status: PlanStatus
    week_start: date
    weeks: int
    holders: Holders
    limit: int
    scheduled: int
    drafted: int | None
    created_by: str
    started_by: str | None
    dropped_by: str | None
    figures: PlanFigures
    unplaced: dict[str, int]
    sites: list[PlanSiteOut]

    @classmethod
    def of(cls, plan: Plan, unplaced: dict[str, int], sites: Sequence[PlanSite]) -> PlanOut:
        """A plan as it is shown."""
        return cls(
            id=plan.plan_id,
            phase_id=plan.phase_id,
            status=plan.status,
            week_start=plan.week_start,
            weeks=plan.weeks,
            holders=plan.holders,
            limit=plan.max_citizens,
            scheduled=plan.scheduled,
            drafted=plan.drafted,
            created_by=plan.created_by,
            started_by=plan.started_by,
            dropped_by=plan.dropped_by,
            figures=PlanFigures(
                households=plan.households,
                together=plan.together,
                other_district=plan.other_district,
                elderly=plan.elderly,
                elderly_at_quiet_hours=plan.elderly_quiet,
                kilometres=round(plan.metres / plan.measured / 1000, 2) if plan.measured else None,
            ),
            unplaced=unplaced,
            sites=[
                PlanSiteOut(
                    site_id=site.site_id,
                    name=site.name_en,
                    name_ar=site.name_ar,
                    scheduled=site.scheduled,
                    capacity=site.capacity,
                )
                for site in sites
            ],
        )


class PlanBrief(BaseModel):
    """A plan of a phase, and how many citizens it has placed or would place."""

    id: UUID
    status: PlanStatus
    week_start: date
    weeks: int
    holders: Holders
    limit: int
    scheduled: int
    drafted: int | None

    @classmethod
    def of(cls, plan: Plan) -> PlanBrief:
        """A plan as a list shows it."""
        return cls(
            id=plan.plan_id,
            status=plan.status,
            week_start=plan.week_start,
            weeks=plan.weeks,
            holders=plan.holders,
            limit=plan.max_citizens,
            scheduled=plan.scheduled,
            drafted=plan.drafted,
        )


class PlanPage(Page[PlanBrief, UUID]):
    """The plans of a phase, the newest first."""


class DayLoadOut(BaseModel):
    """What a plan sends to a site on a day: citizens, what the site offers in those hours, most in one hour."""

    day: date
    site_id: UUID
    citizens: int
    offered: int
    most_in_an_hour: int


class DayLoadPage(Page[DayLoadOut, str]):
    """A plan's load by day and site."""
