"""What crosses the wire about legacy draws."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class DrawResult(BaseModel):
    """What became of a row."""

    row: int = Field(description="line in the file, the header being 1")
    status: Literal["taken", "unchanged", "rejected"]
    known: bool | None = Field(default=None, description="whether a household is registered with this ration card")
    code: str | None = None
    reason: str | None = None
    reason_ar: str | None = None


class LegacyDraws(BaseModel):
    """What became of a file, row by row."""

    month: str
    taken: int = Field(description="rows that changed what was known")
    rejected: int
    items: list[DrawResult]
