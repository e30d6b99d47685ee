"""What crosses the wire about offline sales."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    field_validator,
    model_validator,
)
from pydantic.config import JsonDict

from chassis.problems import page_of
from supply_service.redemptions.schemas import LineRequest, Places, each_once
from supply_service.rules.late_refusals import BY_CODE, BY_STATUS

MAX_SALES = 1000


# Signed with the first secret key of RFC 8032, 7.1: whoever writes a terminal can check theirs by it.
EXAMPLE_KEY = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
EXAMPLE_HASH = "82fee33061abdd9e17150d35b7140f76ef98eeaa6f01121b31b7ec71cec90ae2"
EXAMPLE: Final[dict[str, JsonValue]] = {
    "sequence": 1,
    "previous_hash": "0" * 64,
    "sale_id": "0193a1c2-0000-7000-8000-000000000001",
    "card_id": "0193a1c2-0000-7000-8000-000000000002",
    "credential": "",
    "price_list": "8d9c3a55bd0d6f51d11b08be857dcc40844713c8c227d718c70817c936783205",
    "lines": [{"programme": "bread", "item": "loaf", "quantity": 15, "amount": 300}],
    "occurred_at": "2026-11-05T09:00:00Z",
    "signature": "Bdmw2-ikmtYL1OXE3IoYZ4_Jh8xnAX6fIiQCdp5Hxjq6jCtbh29WVEaL6X0lfpmSCXKUk-JkQKDHnhUHAoI8Dg",
}


REVERSAL_EXAMPLE: Final[dict[str, JsonValue]] = {
    "sequence": 2,
    "previous_hash": EXAMPLE_HASH,
    "reversal_id": "0193a1c2-0000-7000-8000-000000000003",
    "reverses": "0193a1c2-0000-7000-8000-000000000001",
    "reason": "customer_changed_mind",
    "occurred_at": "2026-11-05T09:10:00Z",
    "signature": "ETO06i1LPdcO15wmTcC9s8D17qxTVOK-JAUZu4flllUeGv5v2uQqBYt4x6zG48hQYmqog-Or_hLY8Jv5Vmd8Cg",
}
REVERSAL_HASH = "752bcbd022035f86450727d758db91d369acae3d5ac84a0a6b4784309ecd8771"

Sequence = Annotated[
    int,
    Field(strict=True, ge=1, le=2**53 - 1, description="1 for the first sale or reversal that the key signs"),
]
PreviousHash = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the canonical JSON of what the key signed before, signature included; zeros for the"
        " first",
    ),
]
Signature = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$", description="base64url, without padding")]

_TAKEN_IN: Final[dict[str, JsonValue]] = {
    "accepted": 1,
    "results": [
        {
            "sequence": 1,
            "sale_id": EXAMPLE["sale_id"],
            "status": "overdrawn",
            "code": "day_already_drawn",
            "redemption_id": "0193a1c2-0000-7000-8000-000000000006",
            "dispute_id": None,
            "first_status": None,
            "type": "/problems/day_already_drawn",
            "title": "The bread of this day was drawn already",
            "title_ar": "سبق صرف حصة هذا اليوم",
        }
    ],
    "gap": None,
}


class OfflineLine(LineRequest):
    """One line of a sale as its receipt says."""

    amount: Annotated[int, Field(strict=True, ge=0, le=10**9)] | None = Field(
        default=None, description="piastres on the receipt, by the sale's `price_list`"
    )


class OfflineSale(BaseModel):
    """A sale as the terminal signed it: Ed25519 over its canonical JSON (RFC 8785) without `signature`."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [EXAMPLE],
            "description": "A sale as the terminal signed it: Ed25519 over its canonical JSON (RFC 8785: names sorted,"
            " no spaces, UTF-8) without `signature`. The example is signed with the first secret key of RFC 8032, 7.1,"
            f" whose public key is `{EXAMPLE_KEY}` in base64url; the sale after it has the `previous_hash`"
            f" `{EXAMPLE_HASH}`: the SHA-256 of the canonical JSON with `signature`.",
        },
    )

    sequence: Sequence
    previous_hash: PreviousHash
    sale_id: UUID = Field(description="the terminal's own number of the sale")
    card_id: UUID
    credential: Annotated[
        str,
        Field(
            max_length=2000,
            description="the card's signed credential as it was read and checked, see `Credential` of"
            " `GET /v1/cards/{card_id}/credential`; its claim `card` is `card_id`. The sale is judged by the register,"
            " never by the sizes in it",
        ),
    ]
    price_list: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, description="version of the price list the receipt was printed by; every line has its amount then"
    )
    lines: Annotated[list[OfflineLine], Field(min_length=1, max_length=20)]
    notices: Annotated[list[UUID], Field(max_length=4)] = Field(
        default=[], description="notices of the terminal's configuration that the receipt was printed with"
    )
    occurred_at: AwareDatetime
    signature: Signature

    @model_validator(mode="after")
    def _amounts_with_their_list(self) -> OfflineSale:
        told = [line.amount is not None for line in self.lines]
        if any(told) != (self.price_list is not None) or len(set(told)) > 1:
            raise ValueError("a price list and an amount in every line come together")
        return self


class OfflineReversal(BaseModel):
    """A sale that was taken back without a network, signed as sales are and in the same chain."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [REVERSAL_EXAMPLE],
            "description": "A sale that was taken back without a network: an item of the same chain, signed as sales"
            " are and judged by its own moment. It is told from a sale by `reverses`. The example follows that of a"
            f" sale, is signed with the same key, and the item after it has the `previous_hash` `{REVERSAL_HASH}`.",
        },
    )

    sequence: Sequence
    previous_hash: PreviousHash
    reversal_id: UUID = Field(description="the terminal's own number of the reversal; `sale_id` in its result")
    reverses: UUID = Field(
        description="the `sale_id` of a sale this terminal made without a network, or the `redemption_id` of one that"
        " its outlet made with it"
    )
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    lines: Places | None = Field(
        default=None,
        description="the lines taken back, by their places in the sale as it was signed, from 0 on; all if left out",
    )
    occurred_at: AwareDatetime
    signature: Signature

    @field_validator("lines")
    @classmethod
    def _each_once(cls, lines: list[int] | None) -> list[int] | None:
        return each_once(lines)


def _kind(item: object) -> str:
    reverses = "reverses" in item if isinstance(item, dict) else isinstance(item, OfflineReversal)
    return "reversal" if reverses else "sale"


OfflineItem = Annotated[
    Annotated[OfflineSale, Tag("sale")] | Annotated[OfflineReversal, Tag("reversal")], Discriminator(_kind)
]


class OfflineBatch(BaseModel):
    """Sales of one terminal, made without a network, and their reversals, in the order in which they were signed."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"sales": [EXAMPLE, REVERSAL_EXAMPLE]}]}
    )

    sales: Annotated[list[OfflineItem], Field(min_length=1, max_length=MAX_SALES)]


def _codes() -> JsonDict:
    """Why, by status, as the API's document lists it."""
    codes: JsonDict = {}
    for status, some in BY_STATUS.items():
        codes[status] = [{"code": one.code, "type": page_of(one.code), "title": one.title()} for one in some]
    return codes


def explained(given: dict[str, object]) -> dict[str, object]:
    """A result with the page and the titles of its code, where it has one."""
    known = BY_CODE.get(str(given.get("code")))
    if known is None:
        return given
    return {**given, "type": page_of(known.code), "title": known.title(), "title_ar": known.title_ar}


class SaleResult(BaseModel):
    """What became of one sale, or of one reversal.

    `disputed`: a part of it, or all, is beyond what is booked without anybody looking at it (`code` says why,
    `dispute_id` which claim that is), and is neither booked on the household nor paid until it is decided;
    `redemption_id` is the part that was booked. `overdrawn`: it is booked, but part of it did not fit what the
    household had left (`code` says why) and lowers months to come. `duplicate`: it was known; `first_status`, `code`,
    `redemption_id` and `dispute_id` are those of the first time. `rejected`: nothing is booked of it for good, and
    `code` says why; it keeps its place in the chain where its signature holds.

    Of a reversal: `reversed`, what was booked of the sale was taken back and what was in dispute of it is claimed no
    more; `waiting`, its sale has not come yet and is taken back as soon as it does.

    Every `code` is a problem's, with a page and titles; `x-codes` lists them by status, of `rejected` and `disputed` in
    the order in which they are asked.
    """

    model_config = ConfigDict(json_schema_extra={"x-codes": _codes()})

    sequence: int
    sale_id: UUID = Field(description="the terminal's own number of the sale, or of the reversal")
    status: Literal["applied", "overdrawn", "disputed", "duplicate", "rejected", "reversed", "waiting"]
    code: str | None = None
    redemption_id: UUID | None = Field(default=None, description="the booked sale, of a reversal the one taken back")
    dispute_id: UUID | None = None
    first_status: Literal["applied", "overdrawn", "disputed", "rejected", "reversed", "waiting"] | None = None
    type: str | None = Field(default=None, description="the page of the code, relative to the API's address")
    title: str | None = None
    title_ar: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _explained(cls, given: dict[str, object]) -> dict[str, object]:
        return explained(given)


class Gap(BaseModel):
    """Sales the terminal has signed and never uploaded."""

    first: int
    last: int


class OfflineBatchReply(BaseModel):
    """What became of a batch, in the order of the upload."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TAKEN_IN]})

    accepted: int = Field(description="sales booked and taken back by this upload")
    results: list[SaleResult]
    gap: list[Gap] | None = Field(description="numbers missing in the terminal's chain, null where there are none")
