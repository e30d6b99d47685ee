"""What crosses the wire about openings, stages and gates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from card_service.indicators.registry import Better, Unit
from card_service.registry.requests.schemas import ArchiveReference
from card_service.rollout.gates import Condition, Gate
from card_service.rollout.models import GatePass, Resolution
from card_service.rollout.stages import Stage

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\r\n]*$")]


class ResolutionIn(BaseModel):
    """A decision of an authority, as of the Cabinet: by whom, its number, its day, and where its text is kept."""

    model_config = ConfigDict(extra="forbid")

    authority: Line
    number: Line
    decided_on: Annotated[date, Field(ge=date(2018, 1, 1))]
    document: Annotated[ArchiveReference, Field(description="where the archive keeps the signed decision")]


class GatePassIn(ResolutionIn):
    """The decision that lets a phase enter a stage although its gate is not met, and why."""

    stage: Stage
    reason: Words


class StageIn(BaseModel):
    """The stage that a phase shall enter: the one after its own."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage


class TakingBackIn(BaseModel):
    """Why an activation is to be taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Words


class ResolutionOut(BaseModel):
    """The decision by which a phase was opened, or a gate was passed."""

    authority: str
    number: str
    decided_on: date
    document: str

    @classmethod
    def of(cls, found: Resolution) -> ResolutionOut:
        """As it is on record."""
        return cls(authority=found.authority, number=found.number, decided_on=found.decided_on, document=found.document)


class ConditionOut(BaseModel):
    """What a gate asks of an indicator.

    `needed`: at least this where `better` is `more`, at most where it is `less`. `value`: what was measured of
    `phase_id`, from `part` of `whole`; null where there is nothing to measure yet, which meets nothing. `short_by`:
    what is lacking or too much. An indicator that nobody measures has no titles.
    """

    indicator: str
    title_en: str | None
    title_ar: str | None
    unit: Unit | None
    better: Better | None
    phase_id: UUID
    needed: Decimal
    value: Decimal | None
    part: Decimal | None
    whole: Decimal | None
    met: bool
    short_by: Decimal | None

    @classmethod
    def of(cls, condition: Condition) -> ConditionOut:
        """A condition as it was judged."""
        known, measured = condition.indicator, condition.measured
        return cls(
            indicator=condition.name,
            title_en=known.en if known else None,
            title_ar=known.ar if known else None,
            unit=known.unit if known else None,
            better=known.better if known else None,
            phase_id=condition.phase_id,
            needed=condition.needed,
            value=measured.value if measured else None,
            part=measured.part if measured else None,
            whole=measured.whole if measured else None,
            met=condition.met,
            short_by=condition.short_by,
        )


class PassOut(ResolutionOut):
    """The decision that lets a phase through a gate, why, and when the second person approved it."""

    reason: str
    passed_at: datetime

    @classmethod
    def of_pass(cls, found: GatePass) -> PassOut:
        """As it is on record."""
        given = ResolutionOut.of(found.resolution).model_dump()
        return cls(**given, reason=found.reason, passed_at=found.passed_at)


class GateOut(BaseModel):
    """The gate before a stage. `open`: a phase may go through, its conditions met or passed by a decision."""

    stage: Stage
    entered: bool
    met: bool
    open: bool
    conditions: list[ConditionOut]
    passed: PassOut | None

    @classmethod
    def of(cls, gate: Gate, *, entered: bool) -> GateOut:
        """A gate as it stands."""
        return cls(
            stage=gate.stage,
            entered=entered,
            met=gate.met,
            open=gate.open,
            conditions=[ConditionOut.of(condition) for condition in gate.conditions],
            passed=PassOut.of_pass(gate.passed) if gate.passed else None,
        )


class GatesOut(BaseModel):
    """A phase's stage, and the gates of all stages by today's policies and figures."""

    phase_id: UUID
    stage: Stage
    opened_at: datetime | None
    gates: list[GateOut]
