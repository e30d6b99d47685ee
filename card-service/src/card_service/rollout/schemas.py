"""What crosses the wire about the roll-out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from card_service.distribution.models import Holders
from card_service.registry import names
from card_service.registry.models import JobStatus
from card_service.rollout.models import Production
from card_service.rollout.phases import PhaseState
from card_service.rollout.stage_schemas import ResolutionOut
from card_service.rollout.stages import Stage
from chassis.paging import Page
from chassis.places import GovernorateCode
from contracts.card import ProgrammeService

PRODUCTION = (
    "`on_site`: a plan makes each card, which is printed where it is collected; `bureau`: cards are requested,"
    " approved and made by a personalisation bureau before they are planned"
)
Services = Annotated[list[ProgrammeService], Field(min_length=1, max_length=3)]


class PhaseIn(BaseModel):
    """A stage of the roll-out: which governorate, in which order, for which services."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=120)]
    governorate: GovernorateCode
    sequence: Annotated[int, Field(ge=1, le=1_000_000)]
    services: Services
    production: Annotated[Production, Field(description=PRODUCTION)] = "on_site"

    @field_validator("name")
    @classmethod
    def _readable(cls, value: str) -> str:
        cleaned = names.line(value)
        if not cleaned:
            raise ValueError("one line of readable text")
        return cleaned


class PhaseCounters(BaseModel):
    """How far a phase has come; use of the cards is counted by the services that see it."""

    registered_households: int
    registered_citizens: int
    planned: int
    issued: int
    activated: int
    blocked: int


class PhaseOut(BaseModel):
    """A roll-out phase.

    `state`: what is under way in it. `stage`: how far it has been let; in a phase that was `opened_by` a decision its
    gates decide, in others it follows what was ordered.
    """

    phase_id: UUID
    name: str
    governorate: str
    sequence: int
    services: list[ProgrammeService]
    production: Annotated[Production, Field(description=PRODUCTION)]
    state: PhaseState
    stage: Stage
    opened_by: ResolutionOut | None
    opened_at: datetime | None
    counters: PhaseCounters


class PhasePage(Page[PhaseOut, UUID]):
    """Phases in the order they were entered."""


class ActivationIn(BaseModel):
    """Whose cards are to be activated, and for which services of the phase."""

    model_config = ConfigDict(extra="forbid")

    holders: Holders
    services: Services


class ActivationAccepted(BaseModel):
    """An activation that waits for its turn."""

    id: UUID
    status: Literal["queued"] = "queued"


class TakingBackOut(BaseModel):
    """How far the taking back of an activation has come; `left_alone` are cards that had nothing of it any more."""

    reason: str
    status: JobStatus
    taken_back: int
    left_alone: int


class ActivationOut(BaseModel):
    """An activation and how far it has come.

    `cohort`: cards it had before it when it began; `remaining`: of these; `rate`: cards a second so far.
    """

    id: UUID
    phase_id: UUID
    status: JobStatus
    holders: Holders
    services: list[ProgrammeService]
    activated: int
    cohort: int | None
    remaining: int | None
    rate: float | None
    started_at: datetime | None
    finished_at: datetime | None
    taking_back: TakingBackOut | None
