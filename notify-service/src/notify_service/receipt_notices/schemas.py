"""What crosses the wire about notices on receipts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.districts import CODE
from chassis.paging import Page
from notify_service.receipt_notices import models
from notify_service.receipt_notices.models import Programme

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Governorate = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
District = Annotated[str, StringConstraints(pattern=CODE)]


class NoticeIn(BaseModel):
    """A notice to be: what is printed, on which receipts, where and from when to when, both days included."""

    model_config = ConfigDict(extra="forbid")

    governorate: Governorate | None = Field(default=None, description="of the outlets; the nation if left out")
    district: District | None = Field(default=None, description="of the outlets; the whole governorate if left out")
    programmes: list[Programme] = Field(
        min_length=1, max_length=2, description="`bread`: receipts with bread; `goods`: with anything else"
    )
    first_day: date
    last_day: date
    ar: Words
    en: Words

    @model_validator(mode="after")
    def _in_its_governorate(self) -> Self:
        if self.district is not None and self.district[:2] != self.governorate:
            raise ValueError("a district is named with its governorate")
        if len(set(self.programmes)) < len(self.programmes):
            raise ValueError("a programme is named once")
        return self


class Notice(BaseModel):
    """A notice that was approved, line by line as receipts have it."""

    notice_id: UUID
    governorate: str | None
    district: str | None
    programmes: list[Programme]
    first_day: date
    last_day: date
    ar: list[str]
    en: list[str]
    entered_by: str
    approved_by: str
    approved_at: AwareDatetime
    withdrawn_by: str | None
    withdrawn_at: AwareDatetime | None

    @staticmethod
    def of(notice: models.Notice) -> Notice:
        """A notice as the API tells it."""
        return Notice.model_validate(vars(notice))


class NoticePage(Page[Notice, UUID]):
    """Notices in the order of their approval."""
