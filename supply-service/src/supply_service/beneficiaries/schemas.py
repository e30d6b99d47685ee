"""What crosses the wire about lists of households."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query
from pydantic import BaseModel, Field

Kind = Annotated[
    Literal["category", "grant"],
    Path(description="`category`: of which category a household is; `grant`: for whom a grant is"),
]
Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,33}$", description="the category's or the grant's name")]
Since = Annotated[date, Query(ge=date(2020, 1, 1), le=date(2100, 1, 1), description="the first day")]
Until = Annotated[
    date | None, Query(ge=date(2020, 1, 1), le=date(2100, 1, 1), description="the last day; none: for good")
]


class RowFault(BaseModel):
    """A row that was not taken."""

    row: int = Field(description="line in the file, the header being 1")
    code: str
    reason: str
    reason_ar: str


class Proposed(BaseModel):
    """What is proposed of a list, and decided on."""

    kind: str
    name: str
    since: date
    until: date | None
    households: int
    rows_sha256: str  # of the ids of the households, in their order


class ListProposed(BaseModel):
    """A file of households that waits for another person's decision."""

    proposal_id: UUID
    digest: str = Field(description="SHA-256 of what is proposed; whoever decides sends it back")
    taken: int
    rejected: int
    faults: list[RowFault] = Field(description="the first hundred rows that were not taken")
