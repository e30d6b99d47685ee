"""What crosses the wire about simulations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.months import Month
from chassis.personal import Personal, Whose
from policybook.files import PolicyEntry
from policybook.schemas import PolicyRequest
from supply_service.rules.entitled import Facts, Given
from supply_service.simulations.cells import Cell, Outcome

State = Literal["waiting", "running", "done", "failed"]


class SimulationRequest(BaseModel):
    """What is to be computed: policies that nobody has proposed yet, or a policy that is proposed."""

    model_config = ConfigDict(extra="forbid")

    policies: Annotated[list[PolicyRequest], Field(min_length=1, max_length=20)] | None = None
    proposal_id: UUID | None = None
    month: Month | None = Field(
        default=None, description="the month that is opened with and without them; else the first that they all decide"
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.policies is None) == (self.proposal_id is None):
            raise ValueError("either policies or proposal_id")
        return self


class Cost(BaseModel):
    """What a month costs the state where everybody draws all of it; money in piastres."""

    goods: int
    loaves: int
    bread: int = Field(description="what the state adds to the price of these loaves (bread.production_cost)")
    points: int = Field(description="of loaves left of the month before; 0 where these policies do not touch them")
    cash: int = Field(description="paid in place of goods or bread")
    grants: int = Field(description="whose windows begin in the month; what is carried over is not counted")
    kilograms: int = Field(description="of flour instead of bread, for households that have chosen it for the month")
    flour: int = Field(description="what these are worth beyond their price: as much as the loaves of the same price")
    total: int

    @staticmethod
    def of(given: Given) -> Cost:
        """What is given as the API tells it."""
        return Cost(**given._asdict(), total=given.money + given.bread)


class Part(BaseModel):
    """Some households, and what would change for them; money in piastres a month."""

    households: int
    gaining: int
    losing: int
    unchanged: int
    gained: int = Field(description="what those who gain have more, together")
    lost: int = Field(description="what those who lose have less, together")
    dearer: int = Field(description="what goods with another price cost citizens more at most; no cost of the state")
    before: Cost
    after: Cost

    @classmethod
    def of(cls, cell: Cell, **more: object) -> Self:
        """A cell as the API tells it."""
        told: dict[str, object] = {
            "households": cell.households, "gaining": cell.gaining, "losing": cell.losing,
            "unchanged": cell.households - cell.gaining - cell.losing, "gained": cell.gained, "lost": cell.lost,
            "dearer": cell.dearer,
            "before": Cost.of(cell.before), "after": Cost.of(cell.after),
        }  # fmt: skip
        return cls.model_validate(told | more)


class OfGovernorate(Part):
    """Those who live in a governorate."""

    governorate: str


class OfSize(Part):
    """Those of one size."""

    members: int = Field(description="members who count for bread or for goods, whichever are more")


class SimulationResult(BaseModel):
    """What the policies would change: for all, by governorate, by size of household."""

    total: Part
    by_governorate: list[OfGovernorate]
    by_size: list[OfSize]


class SimulationSummary(BaseModel):
    """What whoever decides on a policy is shown beside it."""

    simulation_id: UUID
    path: str = Field(description="where all of it is read")
    state: State
    month: date = Field(description="first day of the month that is opened with and without the policies")
    superseded: bool = Field(description="whether policies have changed since: it may be computed anew")
    total: Part | None


class Simulation(BaseModel):
    """A computation of what policies would change."""

    simulation_id: UUID
    proposal_id: UUID | None
    state: State
    month: date = Field(description="first day of the month that is opened with and without the policies")
    policies: list[PolicyEntry]
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    looked_at: int = Field(description="households that may draw, computed so far")
    fault: str | None = Field(description="why a step failed; after some tries, or where it is final, all of it has")
    superseded: bool = Field(description="whether policies have changed since: it may be computed anew")
    result: SimulationResult | None


class Example(BaseModel):
    """A household to look at, and what its month would be without and with the policies; money in piastres."""

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    governorate: Annotated[str, Personal.HOUSEHOLD]
    outcome: Outcome
    goods_members: Annotated[int, Personal.HOUSEHOLD]
    bread_members: Annotated[int, Personal.HOUSEHOLD]
    category: Annotated[str | None, Personal.HOUSEHOLD]
    grants: Annotated[list[str], Personal.HOUSEHOLD] = Field(description="lists of grants that name it")
    flour: Annotated[str | None, Personal.HOUSEHOLD] = Field(
        description="the governorate of issue where flour is chosen for the month"
    )
    undrawn: Annotated[int, Personal.RATIONS] = Field(description="loaves left of the month that points come of")
    gain: int = Field(description="below zero where it has less")
    dearer: int
    before: Annotated[Cost, Personal.RATIONS]
    after: Annotated[Cost, Personal.RATIONS]

    @staticmethod
    def of(row: Mapping[str, Any]) -> Example:
        """A kept household as the API tells it."""
        facts = Facts(**orjson.loads(row["facts"]))
        return Example(
            household_id=row["household_id"], governorate=row["governorate"], outcome=row["outcome"],
            goods_members=facts.goods, bread_members=facts.bread, category=facts.category, grants=list(facts.grants),
            flour=facts.flour, undrawn=facts.undrawn,
            gain=row["gain"], dearer=row["dearer"], before=Cost.of(Given(**orjson.loads(row["before"]))),
            after=Cost.of(Given(**orjson.loads(row["after"]))),
        )  # fmt: skip


class Examples(BaseModel):
    """Some households of each kind, of the caller's area; at most three of a kind in a governorate."""

    simulation_id: UUID
    examples: list[Example]
