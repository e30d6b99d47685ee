"""What crosses the wire about settlements. Amounts are piastres."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from supply_service.settlements.examples import SETTLEMENTS


class ComponentReply(BaseModel):
    """So many loaves, kilograms of flour, or piastres taken from pots for goods or from those of grants, at a rate."""

    kind: Literal["bread", "goods", "grant", "flour"]
    sold_on: date = Field(description="the day of the sales; earlier than the business day where they came in late")
    quantity: int
    rate: str = Field(description="piastres for one, a decimal number; below zero the outlet remits it")
    amount: int
    legal_reference: str
    claimed: bool = Field(default=False, description="allowed of a dispute, no sale of a household")


class LevyReply(BaseModel):
    """A payment of its own beside the settlement: so many loaves at a rate, to another payee than the outlet."""

    levy_id: UUID
    payee: Literal["social_insurance"]
    sold_on: date
    quantity: int
    rate: str = Field(description="piastres for one, a decimal number")
    amount: int
    legal_reference: str


class Settlement(BaseModel):
    """What an outlet's closed day comes to. It waits while no policy gives a rate."""

    settlement_id: UUID
    outlet_id: UUID
    outlet_name_ar: str
    outlet_name_en: str
    governorate: str
    business_day: date
    state: Literal["calculated", "waiting"]
    amount: int | None = Field(description="below zero the outlet owes it")
    reason: str | None = Field(description="what it waits for")
    calculated_at: datetime | None
    components: list[ComponentReply]
    levies: list[LevyReply] = Field(description="paid beside it to others, no part of `amount`")


class SettlementPage(Page[Settlement, UUID]):
    """Settlements of a day, in the order of their outlets; `next` is the outlet to go on after."""

    model_config = ConfigDict(json_schema_extra={"examples": [SETTLEMENTS]})


class RateTotal(BaseModel):
    """All outlets' quantities at one rate."""

    kind: Literal["bread", "goods", "grant", "flour"]
    rate: str
    legal_reference: str
    outlets: int
    quantity: int
    amount: int


class SettlementTotals(BaseModel):
    """All settlements of a day."""

    day: date
    calculated: int
    waiting: int
    due: int = Field(description="to outlets")
    owed: int = Field(description="by outlets, not below zero")
    amount: int = Field(description="due less owed")
    rates: list[RateTotal]


class Quantities(BaseModel):
    """Loaves, kilograms of flour, and piastres taken from pots for goods; net of what was reversed."""

    loaves: int
    flour: int
    goods_amount: int
    grants_amount: int = Field(description="piastres that grants paid for goods, no part of `goods_amount`")


class Sales(Quantities):
    """A day's sales at an outlet as they stand in the books, net of reversals."""

    redemptions: int
    reversals: int
    cash_amount: int
    wallet_amount: int = Field(description="paid from wallets, what could not be taken after all included")
    wallet_unpaid: int = Field(description="of that, what could not be taken from the wallet")


class OutletTotals(BaseModel):
    """One outlet's day, summed up at each place where it is kept. They agree, or something is wrong."""

    outlet_id: UUID
    closed: bool
    sales: Sales
    free_loaves: int = Field(description="sold at the free price, net of what was taken back; in no other figure here")
    free_amount: int = Field(description="piastres paid for that in cash")
    entries: Quantities = Field(description="the same by the movements of the households' pots")
    counted: Quantities = Field(description="of the day's sales, what closed days have counted")
    settled: Quantities = Field(description="of the day's sales, what calculated settlements consist of")
    settlement_id: UUID | None = Field(description="the day's own settlement, where it is closed")
    settlement_state: Literal["calculated", "waiting"] | None
    settlement_amount: int | None
    components_amount: int | None = Field(description="its components added up")


class OutletTotalsPage(Page[OutletTotals, UUID]):
    """Outlets that sold or closed on a day; `next` is the outlet to go on after."""


class PotProof(BaseModel):
    """A month's pots held against their entries. `sound`: every pot is proved by what was drawn and put back."""

    period: date
    pots: int
    used_loaves: int
    used_flour: int = Field(description="kilograms")
    used_piastres: int
    unproved: int
    sound: bool
