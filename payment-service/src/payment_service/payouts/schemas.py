"""What crosses the wire about payouts. Amounts are piastres."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.paging import Page
from chassis.personal import Personal, Whose


class PayoutBatchRequest(BaseModel):
    """A batch as the paying authority declares it, before the payouts themselves."""

    model_config = ConfigDict(extra="forbid")

    reference: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9:_./-]+$")]
    programme: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[a-z_]+$")]
    declared_count: Annotated[int, Field(strict=True, gt=0, le=10**8)]
    declared_total: Annotated[int, Field(strict=True, gt=0, le=10**15)]
    currency: Literal["EGP"] = "EGP"


class PayoutBatch(BaseModel):
    """A batch as it stands."""

    batch_id: UUID
    reference: str
    programme: str
    state: Literal["open", "submitted", "approved", "completed", "cancelled"]
    declared_count: int
    declared_total: int
    received_count: int
    received_total: int
    paid_count: int
    paid_total: int
    failed_count: int
    failed_total: int
    made_by: str
    approved_by: str | None
    made_at: datetime
    approved_at: datetime | None
    completed_at: datetime | None
    cancelled_by: str | None
    cancelled_at: datetime | None
    cancel_reason: str | None


class CancellationRequest(BaseModel):
    """Why a batch is withdrawn."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Payout(BaseModel):
    """One payout of a batch."""

    number: int
    payout_id: UUID
    item_reference: Annotated[str, Personal.MONEY]
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    amount: Annotated[int, Personal.MONEY]
    state: Annotated[Literal["waiting", "paid", "failed"], Personal.MONEY]
    reason: Annotated[str | None, Personal.MONEY]


class Payouts(Page[Payout, int]):
    """A page of payouts."""
