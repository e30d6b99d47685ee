"""What crosses the wire about complaints."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from chassis.paging import Page
from chassis.personal import Personal, Whose
from notify_service.complaints.lifecycle import Act
from notify_service.complaints.models import About, Channel, Figures, Level, State

Said = Annotated[str, Field(min_length=3, max_length=500)]
Answer = Annotated[str, Field(min_length=3, max_length=200)]
Category = Annotated[str, Field(min_length=2, max_length=40, pattern=r"^[a-z_]+$")]
Claimed = Literal["mine", "nobody"]
Order = Literal["entered", "due"]
EXAMPLE: JsonDict = {
    "citizen_id": "019f2b3c-0000-7000-8000-000000000001",
    "category": "outlet",
    "text": "الميزان ناقص",
    "channel": "desk",
}


class CategoryOut(BaseModel):
    """A category of complaints, and within how many hours an answer is owed."""

    category: str
    name_en: str
    name_ar: str
    answer_hours: int


class CategoryList(BaseModel):
    """The categories in force today."""

    items: list[CategoryOut]


class ComplaintIn(BaseModel):
    """A citizen's complaint. `about` and `about_id` name what it is about, both or neither."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    citizen_id: UUID
    category: Category
    text: Said
    channel: Literal["desk", "page", "api"]
    about: About | None = None
    about_id: UUID | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.about is None) != (self.about_id is None):
            raise ValueError("about and about_id go together")
        return self


class ComplaintOut(BaseModel):
    """A complaint as it stands. `number`: how the citizen names it; `acts`: what may be done with it now."""

    complaint_id: UUID
    number: int
    citizen_id: Annotated[UUID | None, Whose.CITIZEN] = Field(description="none once the citizen's data are erased")
    governorate: str | None
    category: Annotated[str, Personal.MESSAGES]
    channel: Channel
    about: About | None
    about_id: UUID | None
    state: Annotated[State, Personal.MESSAGES]
    level: Level
    late: bool
    entered_at: datetime
    due_at: datetime
    claimed_by: str | None
    claimed_until: datetime | None
    answered_at: datetime | None
    reopened: int
    appealed: bool
    acts: list[Act]


class StepOut(BaseModel):
    """What was done with it, by whom and when; `text`: what was said."""

    step: int
    act: str
    who: str
    at: datetime
    category: str
    level: Level
    text: Annotated[str | None, Personal.MESSAGES]


class ComplaintWithSteps(ComplaintOut):
    """A complaint with all that was said and done."""

    steps: list[StepOut]


class ComplaintPage(Page[ComplaintOut, UUID]):
    """Complaints in the order in which they were entered."""


class HandOnIn(BaseModel):
    """To whom a complaint is handed on: another category's team, the nation's team, or both; and why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"category": "card", "reason": "كارت تالف"}]}
    )

    category: Category | None = None
    level: Literal["nation"] | None = None
    reason: Said

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.category is None and self.level is None:
            raise ValueError("name a category or a level")
        return self


class AnswerIn(BaseModel):
    """The answer, which the citizen gets by SMS."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "تم تغيير الميزان"}]})

    text: Answer


class AgainIn(BaseModel):
    """Why the citizen is not content with the answer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "لم يتغير شيء"}]})

    text: Said


class CategoryFigures(BaseModel):
    """Complaints of a category entered in the days asked for; `median_hours`: from entry to the first answer."""

    category: str
    entered: int
    open: int
    late: int
    answered_in_time: int
    answered_late: int
    reopened: int
    appealed: int
    median_hours: float | None

    @classmethod
    def of(cls, found: Figures) -> Self:
        """The same as it is shown."""
        return cls(**{name: getattr(found, name) for name in cls.model_fields})


class ComplaintFigures(BaseModel):
    """Figures of complaints, by category, those with most complaints first."""

    items: list[CategoryFigures]
