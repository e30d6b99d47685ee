"""What crosses the wire about entitlements."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.personal import Personal, Whose
from supply_service.redemptions.schemas import Programme


class PotReply(BaseModel):
    """What a household was granted of a programme this month, and what is left of it."""

    programme: Programme
    unit: Literal["loaf", "piastre"]
    period: date = Field(description="first day of the month")
    granted: int
    remaining: int


class BreadReply(BaseModel):
    """What may be drawn today."""

    daily_loaves: int
    drawn_days: list[date] = Field(description="days of the month whose bread was drawn")
    drawn_today: bool
    days_allowed: int = Field(description="days that may be drawn at once today, 0 where today was drawn")
    loaf_price: int = Field(description="piastres")


class ItemLeft(BaseModel):
    """How much of a limited group of items the household may still have this month."""

    group: str
    units: int
    units_left: int


class Entitlements(BaseModel):
    """What a card's household has left, as of today.

    A terminal is told what it needs to sell the programmes of its outlet: no household and its `members`, no other
    programme, no `drawn_days`, nothing `owed`.
    """

    card_id: Annotated[UUID, Whose.CARD]
    household_id: Annotated[UUID | None, Whose.HOUSEHOLD]
    card_state: Annotated[Literal["issued", "active", "closed"], Personal.CARD]
    blocked: Annotated[bool, Personal.CARD]
    supply_enabled: bool
    members: Annotated[int | None, Personal.HOUSEHOLD]
    business_day: date
    pots: Annotated[list[PotReply], Personal.RATIONS]
    bread: Annotated[BreadReply | None, Personal.RATIONS]
    limits: Annotated[list[ItemLeft], Personal.RATIONS]
    owed: Annotated[dict[Programme, int], Personal.RATIONS] = Field(
        description="overdrawn offline, taken from the next month's pots"
    )
