"""What crosses the wire about missing sales."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from supply_service.gaps.examples import GAPS


class GapFollowed(BaseModel):
    """Sales that a terminal has signed and never uploaded."""

    gap_id: UUID
    terminal_id: UUID
    outlet_id: UUID
    key: int = Field(description="the terminal's how manieth key signed them, from 0 on")
    first: int
    last: int
    found_at: datetime
    followed_by: str | None = Field(description="who goes after it, null where nobody does")
    followed_at: datetime | None
    note: str | None


class GapPage(Page[GapFollowed, UUID]):
    """Gaps in the order in which they were found."""

    model_config = ConfigDict(json_schema_extra={"examples": [GAPS]})


class Following(BaseModel):
    """What whoever goes after a gap has done or will do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    note: Annotated[str, Field(min_length=1, max_length=500)]
