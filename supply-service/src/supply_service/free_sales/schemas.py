"""What crosses the wire about sales at the free price. Amounts are piastres."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from supply_service.free_sales.examples import REASON, SALE, SALES, SOLD


class FreeLineRequest(BaseModel):
    """So many pieces of an item."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$", description="`loaf` for bread, else the catalogue's code")]
    quantity: Annotated[int, Field(strict=True, ge=1, le=1000)]


class FreeSaleRequest(BaseModel):
    """A sale to anybody, card or none, paid in cash: all lines are carried out, or none."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [SALE]})

    lines: Annotated[list[FreeLineRequest], Field(min_length=1, max_length=20)]
    expected_amount: Annotated[int, Field(strict=True, ge=0, le=10**9)] | None = Field(
        default=None, description="piastres the terminal expects the lines to come to; refused when they do not"
    )


class FreeReversalRequest(BaseModel):
    """Why a sale is taken back, as the terminal names it."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [REASON]})

    reason: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]


class FreeLineReply(BaseModel):
    """A line as it was carried out."""

    item: str
    quantity: int
    price: int
    amount: int


class FreeSale(BaseModel):
    """A sale at the free price. Nothing of it is settled with the outlet."""

    model_config = ConfigDict(json_schema_extra={"examples": [SOLD]})

    free_sale_id: UUID
    outlet_id: UUID
    terminal_id: UUID
    business_day: date
    sold_at: datetime
    lines: list[FreeLineReply]
    loaves: int = Field(description="loaves among the lines, which count in the balance of the bakery's flour")
    amount: int = Field(description="piastres the buyer paid in cash")
    reversed_at: datetime | None
    reason: str | None = Field(description="why it was taken back")


class FreeSalePage(Page[FreeSale, UUID]):
    """Sales in the order in which they were made."""

    model_config = ConfigDict(json_schema_extra={"examples": [SALES]})
