"""What spot checks are, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, NamedTuple
from uuid import UUID

About = Literal["payout", "handover"]
ABOUT: Final[tuple[About, ...]] = ("payout", "handover")
TEMPLATES: Final[dict[About, str]] = {"payout": "payout_received", "handover": "handover_received"}


class State(StrEnum):
    """Where a spot check stands: drawn, asked, answered, or not asked after all."""

    WAITING = "waiting"
    ASKED = "asked"
    RECEIVED = "received"
    NOT_RECEIVED = "not_received"
    LEFT_OUT = "left_out"


class Happened(NamedTuple):
    """A payout or hand-over that was drawn, and from when on it is asked about. `programme`: of a payout."""

    check_id: UUID
    about: About
    subject: UUID
    programme: str | None
    citizen_id: UUID
    household_id: UUID
    happened_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A check whose time has come. `reason`: why the citizen is not asked, None where nothing stands against it."""

    check_id: UUID
    about: About
    programme: str | None
    citizen_id: UUID
    household_id: UUID
    happened_at: datetime
    governorate: str | None
    number_hash: bytes | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A check that was asked of somebody. `said_at`: when the question left, or was queued, by the database's clock."""

    check_id: UUID
    about: About
    subject: UUID | None
    citizen_id: UUID
    state: State
    number_hash: bytes | None
    said_at: datetime | None
    complaint_number: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Checks of a programme in a governorate that were asked in some days, and what was answered.

    `unreached`: asked, and the message ended undelivered; `unanswered`: the rest without an answer.
    """

    about: About
    programme: str | None
    governorate: str | None
    asked: int
    received: int
    not_received: int
    unreached: int
    unanswered: int
