"""What crosses the wire about entitlements."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.personal import Personal, Whose
from supply_service.entitlements.examples import LEFT
from supply_service.redemptions.schemas import Granting, Programme


class PotReply(BaseModel):
    """What a household was granted of a programme this month, and what is left of it."""

    programme: Programme
    unit: Literal["loaf", "piastre", "kilogram"]
    period: date = Field(description="first day of the month")
    granted: int
    remaining: int


class GrantReply(BaseModel):
    """What a household has of a grant that is given today, whether or not it has been touched yet."""

    programme: Granting
    name_ar: str
    name_en: str
    since: date
    until: date | None
    granted: int = Field(description="piastres, with what was carried over")
    remaining: int = Field(description="piastres")
    instalments_left: int | None = Field(
        description="sales that it still pays for this month, null without such a rule"
    )


class CashReply(BaseModel):
    """What a month's goods or bread come to where they are given as cash; it is paid into the head's wallet."""

    programme: Programme
    period: date = Field(description="first day of the month")
    amount: int = Field(description="piastres")


class BreadReply(BaseModel):
    """What may be drawn today."""

    daily_loaves: int
    drawn_days: list[date] = Field(description="days of the month whose bread was drawn")
    drawn_today: bool
    days_allowed: int = Field(description="days that may be drawn at once today, 0 where today was drawn")
    left_today: int = Field(description="loaves of a day drawn in part that may still be drawn today")
    loaf_price: int = Field(description="piastres")


class ItemLeft(BaseModel):
    """How much of a limited group of items the household may still have this month."""

    group: str
    units: int
    units_left: int


class Entitlements(BaseModel):
    """What a card's household has left, as of today.

    A terminal is told what it needs to sell the programmes of its outlet: no household and its `members`, no other
    programme, no `drawn_days`, no `cash`, nothing `owed`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [LEFT]})

    card_id: Annotated[UUID, Whose.CARD]
    household_id: Annotated[UUID | None, Whose.HOUSEHOLD]
    card_state: Annotated[Literal["issued", "active", "closed"], Personal.CARD]
    blocked: Annotated[bool, Personal.CARD]
    supply_enabled: bool
    members: Annotated[int | None, Personal.HOUSEHOLD]
    business_day: date
    pots: Annotated[list[PotReply], Personal.RATIONS]
    grants: Annotated[list[GrantReply], Personal.RATIONS]
    cash: Annotated[list[CashReply], Personal.RATIONS]
    bread: Annotated[BreadReply | None, Personal.RATIONS]
    limits: Annotated[list[ItemLeft], Personal.RATIONS]
    owed: Annotated[dict[Programme, int], Personal.RATIONS] = Field(
        description="overdrawn offline, taken from the next month's pots"
    )
