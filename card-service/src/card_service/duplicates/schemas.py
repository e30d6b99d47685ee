"""What crosses the wire about likely duplicates."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from card_service.registry.schemas import CitizenOut
from chassis.paging import Page
from chassis.personal import Personal, Whose

State = Literal["open", "different", "same", "dropped"]


class Side(BaseModel):
    """One of the two citizens."""

    citizen_id: Annotated[UUID, Whose.CITIZEN]
    household_id: Annotated[UUID | None, Personal.HOUSEHOLD]


class DuplicateListed(BaseModel):
    """Two citizens who may be one person: how alike they are (0 to 100), and why.

    `state`: open, different people, the same person, or dropped since they are not alike any more. `settled`: of one
    person the citizen who is not kept belongs to no household any more.
    """

    duplicate_id: UUID
    first: Side
    second: Side
    score: Annotated[int, Personal.IDENTITY]
    reasons: Annotated[list[str], Personal.IDENTITY]
    state: Annotated[State, Personal.IDENTITY]
    kept: Annotated[UUID | None, Personal.IDENTITY]
    settled: Annotated[bool, Personal.IDENTITY]
    found_at: datetime


class DuplicatePage(Page[DuplicateListed, UUID]):
    """Likely duplicates in the order in which they were found."""


class DuplicateOut(DuplicateListed):
    """The same with what is registered of both, the first before the second."""

    citizens: list[CitizenOut]


class DecisionIn(BaseModel):
    """They are different people, which is remembered; or one person, of whom the citizen `kept` goes on.

    The other citizen then leaves the register by a change of the household, which is asked for and decided as others.
    """

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["different", "same"]
    kept: UUID | None = None
    reason: Annotated[str, Field(min_length=3, max_length=300)]
