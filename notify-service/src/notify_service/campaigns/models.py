"""A campaign, its states and moves, and when it will be over. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from chassis.area import InGovernorate
from notify_service.templates.variables import Value

HOUR: Final = timedelta(hours=1)
WEEK: Final = timedelta(days=7)
_LOOKED_AHEAD: Final = timedelta(days=730)


class State(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"  # another person decides whether it starts
    QUEUEING = "queueing"  # messages are made and sent already
    RUNNING = "running"  # all its messages are made
    PAUSED = "paused"
    CANCELLING = "cancelling"  # nothing is sent any more, what was queued is being cancelled
    CANCELLED = "cancelled"
    ENDED = "ended"  # none of its messages is left


class Move(StrEnum):
    """What brings a campaign from one state to another."""

    PROPOSE = "propose"
    RELEASE = "release"  # it was refused or withdrawn, or nobody decided in time
    START = "start"
    QUEUED = "queued"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    CANCELLED = "cancelled"
    END = "end"


S, M = State, Move
MOVES: Final[Mapping[tuple[State, Move], State]] = MappingProxyType(
    {
        (S.DRAFT, M.PROPOSE): S.PROPOSED,
        (S.DRAFT, M.CANCEL): S.CANCELLING,
        (S.PROPOSED, M.RELEASE): S.DRAFT,
        (S.PROPOSED, M.START): S.QUEUEING,
        (S.QUEUEING, M.QUEUED): S.RUNNING,
        (S.QUEUEING, M.PAUSE): S.PAUSED,
        (S.QUEUEING, M.CANCEL): S.CANCELLING,
        (S.RUNNING, M.PAUSE): S.PAUSED,
        (S.RUNNING, M.CANCEL): S.CANCELLING,
        (S.RUNNING, M.END): S.ENDED,
        (S.PAUSED, M.RESUME): S.QUEUEING,  # which is over at once where all was queued
        (S.PAUSED, M.CANCEL): S.CANCELLING,
        (S.CANCELLING, M.CANCELLED): S.CANCELLED,
    }
)
SENDING: Final = (S.QUEUEING, S.RUNNING)


def comes_to(state: State, move: Move) -> State | None:
    """The state a move leads to, None where the state does not allow it."""
    return MOVES.get((state, move))


class Fate(StrEnum):
    """What becomes of a citizen of the audience; the first that holds counts."""

    DEAD = "dead"
    TRIAL = "trial"  # of a household that only tries the system
    RESTRICTED = "restricted"
    OPTED_OUT = "opted_out"
    WITHOUT_NUMBER = "without_number"
    REACHED = "reached"


class DryRunState(StrEnum):
    """Where a dry run stands."""

    COUNTING = "counting"
    DONE = "done"
    OUTDATED = "outdated"  # the campaign was edited or given recipients since


class DryRun(NamedTuple):
    """Whom a campaign would reach: `looked_at` of about `expected` citizens, `counts` by fate and language."""

    dry_run_id: UUID
    campaign_id: UUID
    state: DryRunState
    after: UUID | None
    looked_at: int
    expected: int
    counts: Mapping[Fate, Mapping[str, int]]
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Filter:
    """Who is meant: all that hold; an empty tuple or None asks for nothing."""

    governorates: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    language: str | None = None
    card: bool | None = None
    members_from: int | None = None
    members_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class Campaign(InGovernorate):
    """A campaign as it is kept; `ar` and `en` are its texts as they are sent, `parts` the most one of them takes.

    `filter` is None where the audience comes by file; `after` is the last citizen that was looked at, `tokens` what
    may be handed to the sender of parts, as of `released_at`. `revision` grows with each edit of the draft.
    """

    campaign_id: UUID
    name: str
    governorate: str | None
    text_id: UUID
    values: Mapping[str, Value]
    filter: Filter | None
    ar: str
    en: str
    parts: int
    parts_per_second: int
    messages_per_week: int
    starts_at: datetime
    ends_at: datetime
    state: State
    after: UUID | None
    all_queued: bool
    tokens: float
    released_at: datetime | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    revision: int = 1


class CampaignText(NamedTuple):
    """A text that a second person has approved; a new version of a name takes no other's place."""

    text_id: UUID
    name: str
    version: int
    ar: str
    en: str
    variables: Mapping[str, str]
    entered_by: str
    approved_by: str
    approved_at: datetime


class Pace(NamedTuple):
    """How fast messages of a campaign leave, and how many of the last seven days count against its week."""

    per_second: float
    per_week: int
    in_week: int


def expected_end(
    now: datetime, begins: datetime, remaining: int, pace: Pace, is_open: Callable[[datetime], bool]
) -> datetime | None:
    """When the last of the remaining messages leaves, hour by hour; None where that is not within two years.

    Weeks are counted from the beginning: what left before it is over counts against the first one.
    """
    at = max(now, begins)
    last, week_ends, left_in_week = at + _LOOKED_AHEAD, at + WEEK, max(0, pace.per_week - pace.in_week)
    while remaining > 0 and at < last:
        if at >= week_ends:
            week_ends, left_in_week = week_ends + WEEK, pace.per_week
        until = min(at + HOUR - timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond), week_ends)
        if is_open(at):
            can = min(left_in_week, int((until - at).total_seconds() * pace.per_second))
            if remaining <= can:
                return at + timedelta(seconds=remaining / pace.per_second)
            remaining, left_in_week = remaining - can, left_in_week - can
        at = until
    return at if remaining <= 0 else None
