"""What crosses the wire about months."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class MonthOpening(BaseModel):
    """How far a month is open. Whoever draws first opens it, too, and is not counted as opened by the job."""

    month: str
    state: Literal["waiting", "running", "done"]
    opened: int = Field(description="households whose month the job has opened")
    unopened: int = Field(description="households that may draw and have not opened it yet")
    started_at: datetime | None
    finished_at: datetime | None
