"""What crosses the wire about the inspector's card. Amounts are piastres."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from supply_service.inspections.examples import DRAWS


class DrawRequest(BaseModel):
    """Bread that a bakery is let sell today to people without a card."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outlet_id: UUID
    loaves: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class InspectorDraw(BaseModel):
    """What an inspector let a bakery sell. Nothing of it is settled with the bakery."""

    draw_id: UUID
    outlet_id: UUID
    business_day: date
    loaves: int
    amount: int = Field(description="piastres the buyers pay in cash: the loaves at the citizen's price")
    reason: str
    drawn_by: str
    drawn_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class DrawPage(Page[InspectorDraw, UUID]):
    """Draws in the order in which they were made."""

    model_config = ConfigDict(json_schema_extra={"examples": [DRAWS]})
