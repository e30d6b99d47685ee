"""What crosses the wire about sites, plans and appointments."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from card_service.cards.lifecycle import CardState
from card_service.distribution.models import AppointmentState, Holders, SiteKind
from card_service.registry import names
from card_service.registry.models import JobStatus
from chassis.paging import Page
from chassis.personal import Personal, Whose
from chassis.places import InDistrict

HourText = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:00"])]
Line = Annotated[str, Field(min_length=1, max_length=120)]


class SiteIn(InDistrict):
    """A place where cards are handed over, open on some ISO weekdays (1 Monday … 7 Sunday)."""

    model_config = ConfigDict(extra="forbid")

    name_ar: Line
    name_en: Line
    kind: SiteKind
    address_ar: Annotated[str, Field(max_length=200)]
    hourly_capacity: Annotated[int, Field(ge=1, le=10_000, description="hand-overs an hour over all counters")]
    opens: HourText
    closes: HourText
    working_days: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]

    @field_validator("name_ar", "name_en", "address_ar")
    @classmethod
    def _readable(cls, value: str) -> str:
        cleaned = names.line(value)
        if cleaned is None or (value and not cleaned):
            raise ValueError("one line of readable text")
        return cleaned

    @model_validator(mode="after")
    def _open_for_an_hour(self) -> SiteIn:
        opens, closes = time.fromisoformat(self.opens), time.fromisoformat(self.closes)
        if (closes.hour * 60 + closes.minute) - (opens.hour * 60 + opens.minute) < 60:
            raise ValueError("a site is open for an hour at least")
        return self


class SiteOut(BaseModel):
    """A pick-up site."""

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


class BookedPage(Page[BookedOut, UUID]):
    """A site's appointments of a day, in order of time."""


class PlanIn(BaseModel):
    """Who is to be invited in which week: at most `limit` citizens, heads first."""

    model_config = ConfigDict(extra="forbid")

    week_start: Annotated[date, Field(ge=date(2020, 1, 1), le=date(2100, 1, 1))]
    limit: Annotated[int, Field(ge=1, le=1_000_000)]
    holders: Holders


class PlanAccepted(BaseModel):
    """A plan that waits for its turn."""

    id: UUID
    status: Literal["queued"] = "queued"


class PlanSiteOut(BaseModel):
    """A site's part in a plan. `capacity`: its places in the whole week."""

    site_id: UUID
    name: str
    name_ar: str
    scheduled: int
    capacity: int


class PlanOut(BaseModel):
    """A plan and how far it has come. `unplaced`: citizens without a place, by reason."""

    id: UUID
    phase_id: UUID
    status: JobStatus
    week_start: date
    holders: Holders
    limit: int
    scheduled: int
    unplaced: dict[str, int]
    sites: list[PlanSiteOut]
