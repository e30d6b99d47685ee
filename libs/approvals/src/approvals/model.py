"""A proposal with its acts, and the terms under which it may be decided. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue

from chassis.area import Area
from chassis.principal import Actor


class State(StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"  # may still be changed; nobody may decide
    SUBMITTED = "submitted"
    APPROVED = "approved"  # and carried out
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


OPEN = frozenset({State.DRAFT, State.SUBMITTED})


class Did(StrEnum):
    """What somebody did with a proposal."""

    ENTERED = "entered"
    CHANGED = "changed"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


MAKING = frozenset({Did.ENTERED, Did.CHANGED, Did.SUBMITTED})


class Office(StrEnum):
    """Whose office a decider must be of, seen from those who made the proposal."""

    ANY = "any"
    SAME = "same"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Act:
    """One act: who did what when, and the digest of what was proposed at that moment."""

    did: Did
    actor: Actor
    at: datetime
    digest: bytes
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policies of a day say of a kind of proposal.

    `days_open`: how many days it may wait; `deciders`: how many persons must approve, by its amount (0 where it has
    none); `office`: of which office they must be.
    """

    days_open: int
    deciders: Callable[[int], int]
    office: Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed about an object (`subject`), by whom, and how far it is decided.

    `digest` is that of `text`, the canonical JSON of the content; `deciders` and `office` are None before it is
    submitted.
    """

    proposal_id: UUID
    kind: str
    subject: str
    state: State
    content: JsonValue
    digest: bytes
    amount: int | None
    area: Area
    deciders: int | None
    office: Office | None
    entered_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    acts: tuple[Act, ...]

    @property
    def makers(self) -> tuple[Actor, ...]:
        """Those who entered, changed or submitted it: none of them decides."""
        return tuple(act.actor for act in self.acts if act.did in MAKING)

    @property
    def approvals(self) -> tuple[Act, ...]:
        """The approvals of what is proposed now: those since it was last submitted."""
        since = max((n for n, act in enumerate(self.acts) if act.did is Did.SUBMITTED), default=len(self.acts))
        return tuple(act for act in self.acts[since:] if act.did is Did.APPROVED)

    @property
    def enterer(self) -> Actor:
        """Who entered it."""
        return self.acts[0].actor

    def state_at(self, now: datetime) -> State:
        """Where it stands: one whose time is over has expired, whether or not that was written down yet."""
        return State.EXPIRED if self.state in OPEN and now >= self.expires_at else self.state
