"""What crosses the wire about changes of appointments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from card_service.appointments.models import ChangeKind
from chassis.paging import Page
from chassis.personal import Personal, Whose


class AppointmentIn(BaseModel):
    """The hour that the holder chose, of the site where the card lies or of another one of its governorate."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"site_id": "01935f2e-7c1a-7b3e-9f10-2b6c5d4e3f21", "starts_at": "2026-12-06T07:00:00Z"}]
        },
    )

    site_id: UUID
    starts_at: AwareDatetime


class FreeHour(BaseModel):
    """An hour that may be chosen; `free`: how many more may come."""

    site_id: UUID
    name_ar: str
    name_en: str
    starts_at: datetime
    ends_at: datetime
    free: int


class FreeHours(Page[FreeHour, int]):
    """Hours that may be chosen, in order of time; the card travels first where the site is another one."""


class AppointmentChanged(BaseModel):
    """What became of a card's appointment. `starts_at` is null where the card has none now.

    `moved`: the card goes to the site, and is there by `starts_at`. A `walk_in` without `starts_at` is served now,
    within the site's share.
    """

    card_id: Annotated[UUID, Whose.CARD]
    kind: ChangeKind
    site_id: UUID | None
    starts_at: Annotated[datetime | None, Personal.CARD]
    ends_at: datetime | None
    changed_by: str
    changed_at: datetime
