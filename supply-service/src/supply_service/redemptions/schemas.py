"""What crosses the wire around sales: the same models for the hot route, its OpenAPI and the tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from chassis.personal import Personal, Whose

Programme = Literal["bread", "goods", "bread_points"]


class LineRequest(BaseModel):
    """One line of a sale."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    programme: Programme
    item: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$", description="`loaf` for bread, else the catalogue's code")]
    quantity: Annotated[int, Field(strict=True, ge=1, le=1000)]


class TenderRequest(BaseModel):
    """A hold on the card holder's wallet that pays a part of the sale."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["wallet"]
    payment_id: UUID
    amount: Annotated[int, Field(strict=True, ge=1, le=10**9, description="piastres, as they are held")]


class RedemptionRequest(BaseModel):
    """A sale as a terminal asks for it: all lines are carried out, or none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    card_id: Annotated[UUID, Whose.CARD]
    lines: Annotated[list[LineRequest], Field(min_length=1, max_length=20)]
    occurred_at: AwareDatetime | None = Field(
        default=None, description="the terminal's clock; refused when it is too far from ours"
    )
    expected_amount: Annotated[int, Field(strict=True, ge=0, le=10**9)] | None = Field(
        default=None, description="piastres the terminal expects the lines to come to; refused when they do not"
    )
    tenders: Annotated[list[TenderRequest], Field(max_length=4)] = Field(
        default=[], description="what goods cost beyond the allowance, held on the wallet before the sale"
    )

    @field_validator("tenders")
    @classmethod
    def _one_hold_once(cls, tenders: list[TenderRequest]) -> list[TenderRequest]:
        if len({tender.payment_id for tender in tenders}) < len(tenders):
            raise ValueError("a hold is named once")
        return tenders


class LineReply(BaseModel):
    """A line as it was carried out."""

    programme: Programme
    item: str
    quantity: int
    amount: int = Field(description="piastres: cash for bread, taken from the pot for goods")
    wallet: int = Field(default=0, description="piastres paid from the wallet, beyond `amount`")
    days: list[date] | None = Field(default=None, description="the days whose bread was drawn")


class TenderReply(BaseModel):
    """A part of a sale that was paid from the wallet."""

    kind: Literal["wallet"]
    payment_id: UUID
    amount: int = Field(description="piastres")


class RemainingReply(BaseModel):
    """What is left of one pot."""

    programme: Programme
    unit: Literal["loaf", "piastre"]
    remaining: int
    period: date = Field(description="first day of the pot's month")


class RedemptionReply(BaseModel):
    """A durable sale, with what the receipt needs."""

    redemption_id: UUID
    card_id: Annotated[UUID, Whose.CARD]
    business_day: date
    occurred_at: datetime
    lines: Annotated[list[LineReply], Personal.RATIONS]
    cash_due: Annotated[int, Personal.RATIONS] = Field(description="piastres the citizen pays")
    tenders: list[TenderReply] = Field(description="what the wallet pays")
    remaining: Annotated[list[RemainingReply], Personal.RATIONS]
    message_ar: str
    message_en: str
    receipt_lines_ar: list[str]


class ReversalRequest(BaseModel):
    """Why a sale is taken back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class ReversalReply(BaseModel):
    """A durable reversal."""

    reversal_id: UUID
    redemption_id: UUID
    card_id: Annotated[UUID, Whose.CARD]
    business_day: date
    occurred_at: datetime
    cash_returned: int = Field(description="piastres the citizen gets back")
    tenders: list[TenderReply] = Field(description="what goes back to the wallet")
    remaining: Annotated[list[RemainingReply], Personal.RATIONS]
    message_ar: str
    message_en: str


class ReversalPart(BaseModel):
    """That a sale was taken back."""

    reversal_id: UUID
    occurred_at: datetime
    reason: str


class RedemptionRecord(BaseModel):
    """A sale in the books."""

    redemption_id: UUID
    card_id: Annotated[UUID, Whose.CARD]
    terminal_id: UUID
    outlet_id: Annotated[UUID, Personal.RATIONS]
    business_day: date
    occurred_at: Annotated[datetime, Personal.RATIONS]
    offline: bool
    conflict: str | None = Field(description="why an offline sale did not fit what was left, null where it did")
    lines: Annotated[list[LineReply], Personal.RATIONS]
    cash_due: int
    tenders: list[TenderReply]
    reversal: ReversalPart | None
