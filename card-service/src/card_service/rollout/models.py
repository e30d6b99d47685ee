"""Rows of the roll-out, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from card_service.distribution.models import Holders
from card_service.registry.models import JobStatus
from card_service.rollout.phases import PhaseState
from card_service.rollout.stages import Stage
from chassis.area import InGovernorate

# `on_site`: a plan makes the card, which is printed where it is collected; `bureau`: cards are made before they are
# planned.
Production = Literal["on_site", "bureau"]


@dataclass(frozen=True, slots=True)
class Phase(InGovernorate):
    """A roll-out phase."""

    phase_id: UUID
    name: str
    governorate: str
    sequence: int
    services: tuple[str, ...]
    production: Production
    state: PhaseState
    state_before_pause: PhaseState | None
    stage: Stage = Stage.PREPARE
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counters:
    """How far a phase has come. A citizen whose card was replaced counts once."""

    registered_households: int
    registered_citizens: int
    planned: int
    issued: int
    activated: int
    blocked: int


@dataclass(frozen=True, slots=True)
class Activation(InGovernorate):
    """The activation of a cohort and how far it has come; `done_card` is the last card it has settled.

    `cohort`: the cards it had before it when it began; `started_at` and `advanced_at` are by the clock on the wall.
    """

    activation_id: UUID
    phase_id: UUID
    governorate: str
    holders: Holders
    services: tuple[str, ...]
    status: JobStatus
    done_card: UUID | None
    activated: int
    created_by: str
    cohort: int | None = None
    started_at: datetime | None = None
    advanced_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def remaining(self) -> int | None:
        """Cards still to go through, by the count when it began."""
        if self.finished_at is not None:
            return 0
        return None if self.cohort is None else max(0, self.cohort - self.activated)

    @property
    def rate(self) -> float | None:
        """Cards a second so far."""
        if self.started_at is None or self.advanced_at is None or self.advanced_at <= self.started_at:
            return None
        return round(self.activated / (self.advanced_at - self.started_at).total_seconds(), 1)


@dataclass(frozen=True, slots=True)
class Resolution:
    """A decision of an authority as it is on record: by whom, under which number, on which day, kept where."""

    authority: str
    number: str
    decided_on: date
    document: str


@dataclass(frozen=True, slots=True)
class GatePass:
    """A gate that was passed although it is not met: by which decision, why, who approved it."""

    stage: Stage
    resolution: Resolution
    reason: str
    approved_by: str
    passed_at: datetime


@dataclass(frozen=True, slots=True)
class TakingBack:
    """An activation that is taken back, and how far that has come.

    `left_alone`: cards that have ended since, or have nothing any more of what it gave them.
    """

    activation_id: UUID
    phase_id: UUID
    reason: str
    approved_by: str
    status: JobStatus
    done_card: UUID | None
    taken_back: int
    left_alone: int
