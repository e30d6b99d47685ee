"""What crosses the wire about offline sales."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from supply_service.redemptions.schemas import LineRequest

MAX_SALES = 1000


class OfflineSale(BaseModel):
    """A sale as the terminal signed it: Ed25519 over its canonical JSON without `signature`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sequence: Annotated[int, Field(strict=True, ge=1, le=2**53, description="1 for the terminal's first offline sale")]
    previous_hash: Annotated[
        str,
        Field(
            pattern=r"^[0-9a-f]{64}$",
            description="SHA-256 of the canonical JSON of the sale before, signature included; zeros for the first",
        ),
    ]
    sale_id: UUID
    card_id: UUID
    credential: Annotated[str, Field(max_length=2000, description="the card's signed credential")]
    lines: Annotated[list[LineRequest], Field(min_length=1, max_length=20)]
    occurred_at: AwareDatetime
    signature: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$", description="base64url, without padding")]


class OfflineBatch(BaseModel):
    """Sales of one terminal, made without a network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sales: Annotated[list[OfflineSale], Field(min_length=1, max_length=MAX_SALES)]


class SaleResult(BaseModel):
    """What became of one sale.

    `overdrawn`: it is booked, but part of it did not fit what the household had left (`code` says why) and lowers
    the next month. `duplicate`: it was known; `first_status`, `code` and `redemption_id` are those of the first time.
    """

    sequence: int
    sale_id: UUID
    status: Literal["applied", "overdrawn", "duplicate", "rejected"]
    code: str | None = None
    redemption_id: UUID | None = None
    first_status: Literal["applied", "overdrawn", "rejected"] | None = None


class Gap(BaseModel):
    """Sales the terminal has signed and never uploaded."""

    first: int
    last: int


class OfflineBatchReply(BaseModel):
    """What became of a batch, in the order of the upload."""

    accepted: int = Field(description="sales booked by this upload")
    results: list[SaleResult]
    gap: list[Gap] | None = Field(description="numbers missing in the terminal's chain, null where there are none")
