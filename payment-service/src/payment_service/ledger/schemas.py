"""What crosses the wire about the ledger. Amounts are piastres."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

MAX_TRANSFERS = 8192
Amount = Annotated[int, Field(strict=True, gt=0, le=10**15)]


class TransferRequest(BaseModel):
    """Move an amount now (`posted`), hold it (`pending`), or settle a held one (`post`, `void`)."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["posted", "pending", "post", "void"] = "posted"
    transfer_id: UUID | None = None
    pending_id: UUID | None = None
    debit_account_id: UUID | None = None
    credit_account_id: UUID | None = None
    amount: Amount | None = None
    reference: Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f]*$")] = ""
    timeout_seconds: Annotated[int, Field(strict=True, ge=1, le=30 * 86400)] | None = None


class TransfersRequest(BaseModel):
    """One transfer or thousands; `linked`: all of them or none."""

    model_config = ConfigDict(extra="forbid")

    transfers: Annotated[list[TransferRequest], Field(min_length=1, max_length=MAX_TRANSFERS)]
    linked: bool = False


class TransferResult(BaseModel):
    """What became of one transfer; `code` names the refusal."""

    transfer_id: UUID | None
    state: Literal["pending", "posted", "voided", "expired", "refused"]
    code: str | None = None


class TransfersReply(BaseModel):
    """One result a transfer, in the order of the request."""

    results: list[TransferResult]


class AccountDocument(BaseModel):
    """An account with its balance and what pending transfers hold of it."""

    account_id: UUID
    kind: str
    owner: str
    currency: str
    balance: int
    held: int
    available: int


class AccountRequest(BaseModel):
    """Open an account for an owner, or find the one that is open."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["merchant", "provider", "fund", "clearing"]
    owner: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9:_.-]+$")]


class TotalOfKind(BaseModel):
    """What was posted on a day, of one kind, to one kind of account."""

    kind: str
    to_kind: str
    transfers: int
    amount: int


class LedgerTotals(BaseModel):
    """A business day of the ledger."""

    day: date
    totals: list[TotalOfKind]


class LedgerProof(BaseModel):
    """The whole ledger counted anew. `sound`: every sum that must be zero is zero."""

    accounts: int
    transfers: int
    sum_of_balances: int
    sum_of_entries: int
    balances_off: int
    holds_off: int
    overdrawn: int
    sound: bool
