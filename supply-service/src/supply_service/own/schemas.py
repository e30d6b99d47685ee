"""What crosses the wire about a citizen's own sales and the outlets near."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.paging import Page
from chassis.personal import Personal, Whose
from supply_service.redemptions.schemas import LineReply


class CitizenLine(LineReply):
    """A line with what its item is called; empty where that was not kept with the sale."""

    name_ar: str
    name_en: str


class CitizenSale(BaseModel):
    """What was sold to one's own card. The outlet is the one whose receipt one has."""

    redemption_id: UUID
    card_id: Annotated[UUID, Whose.CARD]
    business_day: Annotated[date, Personal.RATIONS]
    occurred_at: Annotated[datetime, Personal.RATIONS]
    outlet_name_ar: Annotated[str, Personal.RATIONS]
    outlet_name_en: str
    lines: Annotated[list[CitizenLine], Personal.RATIONS]
    cash_due: int = Field(description="piastres one has paid in cash")
    wallet: int = Field(description="piastres the wallet has paid")
    reversed_at: datetime | None = Field(description="when it was taken back, or some lines of it")


class CitizenSales(Page[CitizenSale, UUID]):
    """Sales to one's own card in this month and the last, the newest first."""


class NearbyOutlet(BaseModel):
    """An outlet of one's district that has a working terminal, or had one until it was suspended."""

    outlet_id: UUID
    kind: str
    name_ar: str
    name_en: str
    district: str
    open: bool = Field(description="whether it may sell now: neither suspended nor without a working terminal")


class NearbyOutlets(Page[NearbyOutlet, UUID]):
    """Outlets of one's district."""
