"""What crosses the wire around sales: the same models for the hot route, its OpenAPI and the tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from chassis.paging import Page
from chassis.personal import Personal, Whose
from supply_service.redemptions.examples import (
    BREAD,
    GOODS,
    OWN_SALES,
    REASON,
    REASON_OF_A_LINE,
    RECORD,
    SOLD_BREAD,
    SOLD_GOODS,
    TAKEN_BACK,
    WITH_CASH,
    WITH_WALLET,
)

Programme = Literal["bread", "goods", "bread_points", "flour"]
Granting = Annotated[
    str, Field(pattern=r"^grant_[a-z0-9_]{1,34}$", description="a grant that pays: `grant_` and its name")
]


class LineRequest(BaseModel):
    """One line of a sale."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    programme: Programme | Granting
    item: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9_]{1,40}$",
            description="`loaf` for bread, `ration_flour` for flour, else the catalogue's code",
        ),
    ]
    quantity: Annotated[int, Field(strict=True, ge=1, le=1000)]


class TenderRequest(BaseModel):
    """A hold on the card holder's wallet that pays a part of the sale."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["wallet"]
    payment_id: UUID
    amount: Annotated[int, Field(strict=True, ge=1, le=10**9, description="piastres, as they are held")]


class RedemptionRequest(BaseModel):
    """A sale as a terminal asks for it: all lines are carried out, or none."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [BREAD, GOODS, WITH_WALLET, WITH_CASH]}
    )

    card_id: Annotated[UUID, Whose.CARD]
    lines: Annotated[list[LineRequest], Field(min_length=1, max_length=20)]
    occurred_at: AwareDatetime | None = Field(
        default=None, description="the terminal's clock; refused when it is too far from ours"
    )
    expected_amount: Annotated[int, Field(strict=True, ge=0, le=10**9)] | None = Field(
        default=None, description="piastres the terminal expects the lines to come to; refused when they do not"
    )
    tenders: Annotated[list[TenderRequest], Field(max_length=4)] = Field(
        default=[],
        description="what goods cost beyond the allowance, held on the wallet before the sale: the prices of"
        " `GET /v1/catalogue` times the quantities of the `goods` lines, less `remaining` of the pot `goods` in"
        " `GET /v1/entitlements/{card_id}`, neither less nor more; a hold that is too great is refused with the `due`",
    )

    cash: Annotated[int, Field(strict=True, ge=0, le=10**9)] = Field(
        default=0, description="piastres of goods beyond the allowance that the holder pays at the counter"
    )
    holder_proof: Annotated[str, Field(min_length=1, max_length=2048)] | None = Field(
        default=None,
        description="of `POST /v1/holder-proofs` with purpose `sale`: the holder is there. Needed for a wallet's part"
        " and above limits: send the sale without, and where it is refused with `holder_proof_required` ask for a"
        " proof of the `amount` in the refusal. Or of `POST /v1/bread-code-proofs`: a code stands for the card, which"
        " is lost, for this day's bread",
    )
    proof_unavailable: bool = Field(
        default=False,
        description="no proof can be had: card-service or the SMS is away; bread and goods go on, flagged",
    )

    notices: Annotated[list[UUID], Field(max_length=4)] = Field(
        default=[],
        description="notices of the terminal's configuration that this sale's receipt is printed with; what is none of"
        " there and then is not counted",
    )

    @field_validator("tenders")
    @classmethod
    def _one_hold_once(cls, tenders: list[TenderRequest]) -> list[TenderRequest]:
        if len({tender.payment_id for tender in tenders}) < len(tenders):
            raise ValueError("a hold is named once")
        return tenders


class LineReply(BaseModel):
    """A line as it was carried out."""

    programme: Programme | Granting
    item: str
    quantity: int
    amount: int = Field(description="piastres: cash for bread and flour, taken from the pot for goods")
    wallet: int = Field(default=0, description="piastres paid from the wallet, beyond `amount`")
    cash: int = Field(default=0, description="piastres of goods paid in cash, beyond `amount`")
    days: list[date] | None = Field(default=None, description="the days whose bread was drawn")


class TenderReply(BaseModel):
    """A part of a sale that was paid from the wallet."""

    kind: Literal["wallet"]
    payment_id: UUID
    amount: int = Field(description="piastres")


class RemainingReply(BaseModel):
    """What is left of one pot."""

    programme: Programme | Granting
    unit: Literal["loaf", "piastre", "kilogram"]
    remaining: int
    period: date = Field(description="first day of the pot's month, or of the grant's time")


class RedemptionReply(BaseModel):
    """A durable sale, with what the receipt needs."""

    model_config = ConfigDict(json_schema_extra={"examples": [SOLD_BREAD, SOLD_GOODS]})

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
    receipt_lines_en: list[str] | None = Field(
        default=None, description="the same in English; absent of sales made before it was told"
    )


Places = Annotated[list[Annotated[int, Field(strict=True, ge=0, le=19)]], Field(min_length=1, max_length=20)]


def each_once(lines: list[int] | None) -> list[int] | None:
    """Places of lines, each named once. Raises ValueError."""
    if lines is not None and len(set(lines)) < len(lines):
        raise ValueError("a line is named once")
    return lines


class ReversalRequest(BaseModel):
    """Why a sale is taken back."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [REASON, REASON_OF_A_LINE]})

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    lines: Places | None = Field(
        default=None, description="the lines taken back, by their places from 0 on; all of them if left out"
    )

    @field_validator("lines")
    @classmethod
    def _each_once(cls, lines: list[int] | None) -> list[int] | None:
        return each_once(lines)


class LapsedReply(BaseModel):
    """What of a programme was given back and can no longer be drawn."""

    programme: Programme | Granting
    unit: Literal["loaf", "piastre", "kilogram"]
    amount: int


class ReversalReply(BaseModel):
    """A durable reversal."""

    model_config = ConfigDict(json_schema_extra={"examples": [TAKEN_BACK]})

    reversal_id: UUID
    redemption_id: UUID
    card_id: Annotated[UUID, Whose.CARD]
    business_day: date
    occurred_at: datetime
    cash_returned: int = Field(description="piastres the citizen gets back")
    lines: list[int] | None = Field(default=None, description="the lines taken back, absent where all of them were")
    tenders: list[TenderReply] = Field(description="what goes back to the wallet")
    remaining: Annotated[list[RemainingReply], Personal.RATIONS]
    lapsed: Annotated[list[LapsedReply] | None, Personal.RATIONS] = Field(
        default=None,
        description="what was given back and can no longer be drawn, since its day or its month is over; loaves become"
        " points; absent where there is none",
    )
    message_ar: str
    message_en: str


class ReversalPart(BaseModel):
    """That a sale was taken back."""

    reversal_id: UUID
    occurred_at: datetime
    reason: str


class OwnSale(BaseModel):
    """A sale of the terminal's own outlet, as the shop's day lists it: without the card, which its receipt names."""

    redemption_id: UUID
    terminal_id: UUID
    business_day: date
    occurred_at: datetime
    offline: bool
    conflict: str | None = Field(description="why an offline sale did not fit what was left, null where it did")
    lines: list[LineReply]
    cash_due: int = Field(description="piastres the citizen has paid in cash")
    tenders: list[TenderReply]
    reversal: ReversalPart | None


class OwnSales(Page[OwnSale, UUID]):
    """Sales of one business day, the newest first: what comes in meanwhile stands before all that was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [OWN_SALES]})


class RedemptionRecord(BaseModel):
    """A sale in the books."""

    model_config = ConfigDict(json_schema_extra={"examples": [RECORD]})

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
    presence: Annotated[Literal["pin", "sms", "chip", "bread_code", "away"] | None, Personal.RATIONS] = Field(
        default=None,
        description="how the holder's presence was proved; `away`: it could not be; null: below the limits",
    )
    reversal: ReversalPart | None
