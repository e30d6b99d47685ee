"""What complaints are, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from chassis.area import InGovernorate

Channel = Literal["sms", "desk", "page", "api"]
About = Literal["card", "sale", "appointment", "payout"]


class State(StrEnum):
    """Where a complaint stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Level(StrEnum):
    """Whose turn it is: the governorate's team, or the nation's."""

    GOVERNORATE = "governorate"
    NATION = "nation"


@dataclass(frozen=True, slots=True)
class Complaint(InGovernorate):
    """A complaint. `number`: how the citizen names it; `due_at`: by when an answer is owed, `first_due`: as entered."""

    complaint_id: UUID
    number: int
    citizen_id: UUID | None
    household_id: UUID | None
    governorate: str | None
    category: str
    channel: Channel
    about: About | None
    about_id: UUID | None
    state: State
    level: Level
    entered_at: datetime
    first_due: datetime
    due_at: datetime
    claimed_by: str | None
    claimed_until: datetime | None
    answered_by: str | None
    answered_at: datetime | None
    reopened: int
    appealed: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What was done with a complaint, by whom and when; `sealed`: what was said, none where nothing was."""

    step: int
    act: str
    who: str
    at: datetime
    category: str
    level: Level
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Complaints of a category that were entered in some days: how many, how they were answered.

    `median_hours`: from entry to the first answer, of those that have one.
    """

    category: str
    entered: int
    open: int
    late: int
    answered_in_time: int
    answered_late: int
    reopened: int
    appealed: int
    median_hours: float | None
