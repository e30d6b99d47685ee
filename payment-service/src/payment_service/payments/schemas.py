"""What crosses the wire about payments. Amounts are piastres."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.personal import Personal, Whose
from payment_service.payments.examples import AUTHORIZATION, CAPTURE, CAPTURED, HELD, REFUND, REFUNDED

Piastres = Annotated[int, Field(strict=True, gt=0, le=10_000_000_00)]
Words = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f]+$")]


class AuthorizationRequest(BaseModel):
    """Hold an amount on the wallet behind a card, for the terminal's own outlet."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [AUTHORIZATION]})

    card_id: Annotated[UUID, Whose.CARD]
    amount: Piastres
    reference: Words
    expires_in: Annotated[int, Field(strict=True, ge=1, description="seconds")] | None = None
    holder_proof: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=2048,
            description="of card-service, for a `hold` or for the `sale` that it pays a part of",
        ),
    ] = None


class CaptureRequest(BaseModel):
    """Take what is held, or less."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [CAPTURE]})

    amount: Piastres | None = None


class RefundRequest(BaseModel):
    """Send back a captured payment, or part of it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [REFUND]})

    amount: Piastres
    reason: Words


class Payment(BaseModel):
    """A payment as it stands. `available` is what the wallet has left, where the caller has just held or taken some."""

    model_config = ConfigDict(json_schema_extra={"examples": [HELD, CAPTURED]})

    payment_id: UUID
    state: Literal["held", "captured", "voided", "expired"]
    amount: Annotated[int, Personal.MONEY]
    captured: Annotated[int, Personal.MONEY]
    refunded: Annotated[int, Personal.MONEY]
    reference: Annotated[str, Personal.MONEY]
    expires_at: datetime | None
    available: Annotated[int | None, Personal.MONEY] = None


class Refund(BaseModel):
    """A refund that is booked."""

    model_config = ConfigDict(json_schema_extra={"examples": [REFUNDED]})

    refund_id: UUID
    payment_id: UUID
    amount: Annotated[int, Personal.MONEY]
    reference: Annotated[str, Personal.MONEY]
