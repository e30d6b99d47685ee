"""Rows of the roll-out, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from card_service.distribution.models import Holders
from card_service.registry.models import JobStatus
from card_service.rollout.phases import PhaseState
from chassis.area import InGovernorate


@dataclass(frozen=True, slots=True)
class Phase(InGovernorate):
    """A roll-out phase."""

    phase_id: UUID
    name: str
    governorate: str
    sequence: int
    services: tuple[str, ...]
    state: PhaseState
    state_before_pause: PhaseState | None


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
    """The activation of a cohort and how far it has come; `done_card` is the last card it has settled."""

    activation_id: UUID
    phase_id: UUID
    governorate: str
    holders: Holders
    services: tuple[str, ...]
    status: JobStatus
    done_card: UUID | None
    activated: int
