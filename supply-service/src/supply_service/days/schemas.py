"""What crosses the wire about outlets' business days."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from supply_service.days.examples import CLOSED, LISTED, SO_FAR


class DayFigures(BaseModel):
    """Counts and sums. Reversed sales stay counted as sales; the amounts are net of them."""

    redemptions: int
    reversals: int
    loaves: int
    flour: int = Field(default=0, description="kilograms drawn instead of bread")
    goods_amount: int = Field(description="piastres of allowance and points taken for goods")
    grants_amount: int = Field(default=0, description="piastres that grants paid for goods, no part of `goods_amount`")
    cash_amount: int = Field(
        description="piastres citizens paid in cash: for bread and flour, and for goods beyond the allowance"
    )
    wallet_amount: int = Field(default=0, description="piastres wallets paid for goods beyond the allowance")


class LatePart(DayFigures):
    """Sales of an earlier day that came in after that day was closed."""

    sold_on: date


class TerminalFigures(BaseModel):
    """What one terminal sold and took back on the day itself, whether that is counted already or not."""

    terminal_id: UUID
    redemptions: int
    reversals: int
    loaves: int
    flour: int = Field(default=0, description="kilograms")
    goods_amount: int
    grants_amount: int = 0
    cash_amount: int
    wallet_amount: int


class ClaimFigures(BaseModel):
    """What was allowed of disputes and is settled with the day; no part of the day's sales."""

    sold_on: date
    loaves: int
    flour: int = Field(default=0, description="kilograms")
    goods_amount: int
    grants_amount: int = Field(default=0, description="piastres that grants pay, no part of `goods_amount`")


class FreeFigures(BaseModel):
    """Sales at the free price on the day itself, as they stand now: no part of what is settled."""

    sales: int = Field(description="those taken back included")
    reversals: int
    loaves: int
    amount: int = Field(description="piastres paid in cash, no part of `cash_amount`")


class OutletDay(DayFigures):
    """An outlet's business day. Once closed its figures are final and stand in the settlement."""

    model_config = ConfigDict(json_schema_extra={"examples": [SO_FAR, CLOSED]})

    outlet_id: UUID
    business_day: date
    closed: bool
    closed_at: datetime | None
    closed_by: str | None = Field(description="who closed it; `clock` where nobody had")
    late: list[LatePart] = Field(description="what the figures include of earlier days that were closed before")
    claims: list[ClaimFigures] = Field(description="what was allowed of disputes and is settled with the day")
    terminals: list[TerminalFigures] = Field(description="the day's own sales by terminal, as they stand now")
    free: FreeFigures
    inspector_loaves: int = Field(
        default=0, description="let by inspectors to people without a card, as it stands now; in no other figure"
    )


class ClosedDay(BaseModel):
    """A business day as it was closed, in short; amounts are piastres, what came in late for days before included."""

    business_day: date
    closed_at: datetime
    closed_by: str = Field(description="who closed it; `clock` where nobody had")
    redemptions: int
    reversals: int
    loaves: int
    goods_amount: int
    cash_amount: int


class ClosedDayPage(Page[ClosedDay, str]):
    """Closed days, the newest first; `next` is the day to go on before."""

    model_config = ConfigDict(json_schema_extra={"examples": [LISTED]})
