"""What crosses the wire about trials."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from card_service.registry import names
from card_service.registry.schemas import HouseholdIn
from card_service.trials.models import Outcome, Result, Trial, TrialState, Unit, UnitKind
from card_service.trials.outcome import Step
from chassis.paging import Page
from chassis.personal import Whose
from chassis.places import GovernorateCode
from contracts.card import ProgrammeService


def _readable(value: str) -> str:
    cleaned = names.line(value)
    if not cleaned:
        raise ValueError("one line of readable text")
    return cleaned


class TrialIn(BaseModel):
    """A trial on sample units of a governorate."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_readable)]
    governorate: GovernorateCode


class StepOut(BaseModel):
    """A step of the script. `needed`: how often it is to be seen to work; `last_by`: `system`, or who has seen it."""

    step: str
    needed: int
    passed: int
    failed: int
    last_at: datetime | None
    last_by: str | None
    outcome: Outcome

    @classmethod
    def of(cls, step: Step) -> Self:
        """The same as it is shown."""
        return cls(**{name: getattr(step, name) for name in cls.model_fields})


class UnitIn(BaseModel):
    """A place that takes part."""

    model_config = ConfigDict(extra="forbid")

    unit_kind: UnitKind
    unit_id: UUID


class UnitOut(BaseModel):
    """A place that takes part."""

    unit_kind: UnitKind
    unit_id: UUID

    @classmethod
    def of(cls, unit: Unit) -> Self:
        """The same as it is shown."""
        return cls(unit_kind=unit.unit_kind, unit_id=unit.unit_id)


class TrialOut(BaseModel):
    """A trial."""

    trial_id: UUID
    name: str
    governorate: str
    state: TrialState
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """The same as it is shown."""
        return cls(**{name: getattr(trial, name) for name in TrialOut.model_fields})


class TrialReport(TrialOut):
    """A trial with its script. `outcome`: what the gate from trial to distribution asks for.

    `numbers`: how many telephones its SMS may go to.
    """

    units: list[UnitOut]
    households: int
    cards: int
    numbers: int
    steps: list[StepOut]
    outcome: Outcome


class TrialPage(Page[TrialOut, UUID]):
    """Trials in the order they were opened."""


class NumbersIn(BaseModel):
    """Telephones of those who try the system: the only ones that SMS of the trial may go to."""

    model_config = ConfigDict(extra="forbid")

    mobiles: Annotated[list[Annotated[str, Field(min_length=1, max_length=30)]], Field(min_length=1, max_length=200)]


class NumbersOut(BaseModel):
    """How many telephones the trial has now."""

    numbers: int


class TestHouseholdIn(BaseModel):
    """A household that exists for the trial alone, and the site where its head's card shall lie."""

    model_config = ConfigDict(extra="forbid")

    household: HouseholdIn
    site_id: UUID


class TestHouseholdOut(BaseModel):
    """A test household, and its head's card, ready at the site."""

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    card_id: Annotated[UUID, Whose.CARD]


class ActivationIn(BaseModel):
    """For what the trial's cards that were handed over shall be good."""

    model_config = ConfigDict(extra="forbid")

    services: Annotated[list[ProgrammeService], Field(min_length=1, max_length=3)]


class ActivationOut(BaseModel):
    """How many cards became active."""

    activated: int


class CheckIn(BaseModel):
    """What somebody has seen of a step that the system cannot see."""

    model_config = ConfigDict(extra="forbid")

    step: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    result: Result
    note: Annotated[str, Field(max_length=200)] = ""
