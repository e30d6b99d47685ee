"""What crosses the wire about outlets' business days."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field


class DayFigures(BaseModel):
    """Counts and sums. Reversed sales stay counted as sales; the amounts are net of them."""

    redemptions: int
    reversals: int
    loaves: int
    goods_amount: int = Field(description="piastres of allowance and points taken for goods")
    cash_amount: int = Field(description="piastres citizens paid for bread")
    wallet_amount: int = Field(default=0, description="piastres wallets paid for goods beyond the allowance")


class LatePart(DayFigures):
    """Sales of an earlier day that came in after that day was closed."""

    sold_on: date


class OutletDay(DayFigures):
    """An outlet's business day. Once closed its figures are final and stand in the settlement."""

    outlet_id: UUID
    business_day: date
    closed: bool
    closed_at: datetime | None
    closed_by: str | None
    late: list[LatePart] = Field(description="what the figures include of earlier days that were closed before")
