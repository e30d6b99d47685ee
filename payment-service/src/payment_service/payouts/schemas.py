"""What crosses the wire about payouts. Amounts are piastres."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.months import Month
from chassis.paging import Page
from chassis.personal import Personal, Whose
from payment_service.payouts.reasons import words

State = Literal["open", "submitted", "approved", "completed", "cancelled"]
ItemState = Literal["waiting", "paid", "failed", "taken_out"]
Reference = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9:_./-]+$")]
Programme = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[a-z_]+$")]
Count = Annotated[int, Field(strict=True, gt=0, le=10**8)]
Total = Annotated[int, Field(strict=True, gt=0, le=10**15)]
Amount = Annotated[int, Field(strict=True, gt=0, le=10**12)]


class When(BaseModel):
    """For which month payouts are, or on which day they are due; neither: at once, for the month they are declared in.

    `month`: due on the programme's payday of that month, as the calendar of paydays has it.
    """

    model_config = ConfigDict(extra="forbid")

    month: Month | None = None
    value_date: date | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.month is not None and self.value_date is not None:
            raise ValueError("a month, whose payday is the value date, or a value date")
        return self


class PayoutBatchRequest(When):
    """A batch as the paying authority declares it, before the payouts themselves."""

    reference: Reference
    programme: Programme
    declared_count: Count
    declared_total: Total
    currency: Literal["EGP"] = "EGP"


class SupportBatchRequest(BaseModel):
    """Gather what is due as cash for a month; it is booked from the programme's payday of that month on."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    programme: Programme
    month: Month


class SupportDue(BaseModel):
    """Support of a month that is due as cash: all that was told, and what of it is in no batch.

    Of households whose head the register has not told (`headless_count`) nothing can be gathered.
    """

    programme: str
    month: date
    told_count: int
    told_total: int
    waiting_count: int
    waiting_total: int
    headless_count: int


class DeclarationRequest(BaseModel):
    """Another count and sum than was declared, as after faulty rows were left out."""

    model_config = ConfigDict(extra="forbid")

    declared_count: Count
    declared_total: Total


class RetryRequest(When):
    """A new batch of the payouts that failed."""

    reference: Reference


class PayoutBatch(BaseModel):
    """A batch as it stands.

    `authority` is whose it is, `value_date` the day before which nothing of it is booked; `faulty_count` rows were not
    taken, `doubles_count` payouts may be doubles of others. `largest` is the largest amount, null where there is none
    or where a batch was submitted before it was kept. `digest` is what an approval is for: SHA-256 of the rows.
    """

    batch_id: UUID
    reference: str
    programme: str
    fund: str | None
    authority: str | None
    month: date | None
    value_date: date | None
    state: State
    declared_count: int
    declared_total: int
    received_count: int
    received_total: int
    largest: int | None
    faulty_count: int
    doubles_count: int
    paid_count: int
    paid_total: int
    failed_count: int
    failed_total: int
    made_by: str
    uploaded_by: list[str]
    changed_by: list[str]
    submitted_by: str | None
    approved_by: str | None
    made_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    completed_at: datetime | None
    cancelled_by: str | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    retry_of: UUID | None
    digest: str | None
    proposal_id: UUID | None


class PayoutBatches(Page[PayoutBatch, UUID]):
    """A page of batches, newest first."""


class RowFault(BaseModel):
    """A row of a file that was not taken: its line (the header is line 1), its reference if it could be read, why."""

    file: int
    row: int
    item_reference: str | None
    code: str
    reason: str
    reason_ar: str

    @staticmethod
    def of(file: int, row: int, reference: str | None, code: str) -> RowFault:
        """A fault with its words."""
        reason, reason_ar = words(code)
        return RowFault(file=file, row=row, item_reference=reference, code=code, reason=reason, reason_ar=reason_ar)


class RowFaultAt(RowFault):
    """A faulty row in the list of all of a batch."""

    position: int


class RowFaults(Page[RowFaultAt, int]):
    """A page of a batch's faulty rows, in the order of files and rows."""


class ReceivedFile(BaseModel):
    """What was taken of a file; the first of its faulty rows, all of which stand in the batch's `faults`."""

    number: int
    taken_count: int
    taken_total: int
    faulty_count: int
    faults: list[RowFault]


class Received(PayoutBatch):
    """The batch after a file, with what became of the file's rows."""

    file: ReceivedFile


class CancellationRequest(BaseModel):
    """Why a batch is withdrawn."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ApprovalRequest(BaseModel):
    """What was seen: the batch's `digest`; whoever leaves it out approves the batch as it stands."""

    model_config = ConfigDict(extra="forbid")

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class Correction(BaseModel):
    """What a payout should be instead: another amount, another payee, named in one of four ways, or both."""

    model_config = ConfigDict(extra="forbid")

    amount: Amount | None = None
    citizen_id: UUID | None = None
    card_id: UUID | None = None
    national_id: Annotated[str, Field(max_length=40)] | None = None
    card_number: Annotated[str, Field(max_length=40)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        named = [self.citizen_id, self.card_id, self.national_id, self.card_number]
        payees = [one for one in named if one is not None]
        if len(payees) > 1 or (not payees and self.amount is None):
            raise ValueError("another amount, another payee named once, or both")
        return self


class Payout(BaseModel):
    """One payout of a batch; `reason` is the code of why it was not paid, in words beside it."""

    number: int
    payout_id: UUID
    item_reference: Annotated[str, Personal.MONEY]
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    amount: Annotated[int, Personal.MONEY]
    state: Annotated[ItemState, Personal.MONEY]
    reason: Annotated[str | None, Personal.MONEY]
    reason_en: Annotated[str | None, Personal.MONEY] = None
    reason_ar: Annotated[str | None, Personal.MONEY] = None


class Payouts(Page[Payout, int]):
    """A page of payouts."""


class Double(BaseModel):
    """A payout that may be a double of another one, and why; `other_…` name that one."""

    position: int
    number: int
    item_reference: Annotated[str, Personal.MONEY]
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    amount: Annotated[int, Personal.MONEY]
    code: Annotated[str, Personal.MONEY]
    reason: str
    reason_ar: str
    other_batch_id: UUID
    other_batch_reference: str
    other_number: int


class Doubles(Page[Double, int]):
    """A page of what may be doubles, in the order of the batch's payouts."""
