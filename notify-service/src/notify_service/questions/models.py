"""What questions are, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.area import InGovernorate


class State(StrEnum):
    """Where a question stands; `complaint`: it is one now."""

    OPEN = "open"
    ANSWERED = "answered"
    COMPLAINT = "complaint"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Question(InGovernorate):
    """A question that waits for a person, or has been dealt with. `due_at`: by when an answer is owed."""

    question_id: UUID
    citizen_id: UUID | None
    household_id: UUID | None
    governorate: str | None
    state: State
    asked_at: datetime
    due_at: datetime
    claimed_by: str | None
    claimed_until: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    complaint_id: UUID | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Text:
    """What was said, by whom and when, sealed."""

    who: str
    at: datetime
    sealed: bytes


def is_late(question: Question, now: datetime) -> bool:
    """Whether it should have been answered by now."""
    return question.state is State.OPEN and question.due_at <= now


def claimed_by(question: Question, now: datetime) -> str | None:
    """Who has claimed it; a claim whose time is over binds nobody."""
    until = question.claimed_until
    return question.claimed_by if until is not None and until > now else None
