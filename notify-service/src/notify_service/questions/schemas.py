"""What crosses the wire about questions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from chassis.personal import Personal, Whose
from notify_service.complaints.schemas import Answer, Category, Said
from notify_service.questions.models import State


class QuestionOut(BaseModel):
    """A question as it stands. `complaint_id`: the complaint it has become."""

    question_id: UUID
    citizen_id: Annotated[UUID | None, Whose.CITIZEN] = Field(
        description="whose number it came from, of several the longest known; none once the citizen's data are erased"
    )
    governorate: str | None
    state: Annotated[State, Personal.MESSAGES]
    late: bool
    asked_at: datetime
    due_at: datetime
    claimed_by: str | None
    claimed_until: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    complaint_id: UUID | None


class TextOut(BaseModel):
    """What was said, by whom and when."""

    who: str
    at: datetime
    text: Annotated[str, Personal.MESSAGES]


class QuestionWithTexts(QuestionOut):
    """A question with all that was said, in order."""

    texts: list[TextOut]


class QuestionPage(Page[QuestionOut, UUID]):
    """Questions in the order in which they were opened."""


class QuestionAnswerIn(BaseModel):
    """The answer, which the citizen gets by SMS."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "الكارت في مكتب البريد"}]})

    text: Answer


class ComplainIn(BaseModel):
    """Of which category the complaint is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"category": "outlet"}]})

    category: Category


class ClosingIn(BaseModel):
    """Why nothing is to be answered."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "رسالة بلا سؤال"}]})

    reason: Said
