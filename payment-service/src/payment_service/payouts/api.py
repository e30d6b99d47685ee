"""Routes of payout batches; what reads what became of them stands in `reading.py`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request

from approvals.errors import AlreadyApproved, DeciderNotIndependent, ProposalChanged, ProposalExpired, WrongOffice
from chassis.auth import Caller
from chassis.db import Work
from chassis.endpoints import MIB, PEOPLE, Rate
from chassis.principal import Principal
from chassis.problems import PayloadTooLarge, UnsupportedMedia
from chassis.routing import router
from chassis.row_files import form_of
from contracts.scopes import Scope
from payment_service.context import Running
from payment_service.errors import (
    AboveCeiling,
    AuthorityNeeded,
    BatchReferenceUsed,
    BatchState,
    BatchTotalsDiffer,
    FundShort,
    NothingToRetry,
    NotPayoutItems,
    PayeesByIdOnly,
    PayoutUnknown,
    ProgrammeClosed,
    ProgrammeUnknown,
    RegisterAway,
    SamePerson,
    ValueDatePast,
)
from payment_service.payouts import changes, service
from payment_service.payouts.payees import Asking
from payment_service.payouts.payout_file import SentFile
from payment_service.payouts.schemas import (
    ApprovalRequest,
    CancellationRequest,
    Correction,
    DeclarationRequest,
    Payout,
    PayoutBatch,
    PayoutBatchRequest,
    Received,
    RetryRequest,
)

routes = router(tags=["payouts"])

MAX_FILE = 16 * 1024 * 1024
_CSV_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    },
}
_DECLARING = (AuthorityNeeded, ProgrammeUnknown, ProgrammeClosed, AboveCeiling, ValueDatePast, BatchReferenceUsed)
Number = Annotated[int, Path(ge=1, le=2**62)]


@routes.post("/v1/payout-batches", scopes=Scope.PAYOUTS_SUBMIT, status_code=201, problems=_DECLARING)
async def declare(runtime: Running, body: PayoutBatchRequest, caller: Caller, session: Work) -> PayoutBatch:
    """Declare a batch: how many payouts, their sum, for which month; its value date is the programme's payday."""
    return await service.declare(runtime, session, caller, body)


@routes.put(
    "/v1/payout-batches/{batch_id}/declaration", scopes=Scope.PAYOUTS_SUBMIT, problems=(AboveCeiling, BatchState)
)
async def redeclare(
    batch_id: UUID, body: DeclarationRequest, runtime: Running, caller: Caller, session: Work
) -> PayoutBatch:
    """Declare another count and sum of an open batch, as after faulty rows were left out."""
    return await service.redeclare(runtime, session, caller, batch_id, body)


@routes.post(
    "/v1/payout-batches/{batch_id}/items",
    scopes=Scope.PAYOUTS_SUBMIT,
    status_code=201,
    problems=(NotPayoutItems, BatchState, PayloadTooLarge, UnsupportedMedia, PayeesByIdOnly, RegisterAway),
    purpose="payout",
    openapi_extra=_CSV_BODY,
    rate=Rate.BULK,
    body=16 * MIB,
)
async def receive(batch_id: UUID, request: Request, runtime: Running, caller: Caller, session: Work) -> Received:
    """Send payouts as CSV or NDJSON, in one file or several: payee, amount in piastres, item_reference.

    The first column is `citizen_id`, `national_id`, `card_id` or `card_number`. Good rows are taken, each faulty one is
    named with its line, a code and the reason.
    """
    kind = form_of(request.headers.get("content-type", ""))
    if kind is None:
        raise UnsupportedMedia(
            "Send the file as text/csv or application/x-ndjson.",
            detail_ar="أرسل الملف بصيغة text/csv أو application/x-ndjson.",
        )
    body = await request.body()
    if len(body) > MAX_FILE:
        raise PayloadTooLarge(f"At most {MAX_FILE} bytes a file; send several.", detail_ar="قسّم الملف إلى ملفات أصغر.")
    return await service.receive(runtime, session, _asking(request, caller), batch_id, SentFile(body, *kind))


@routes.patch(
    "/v1/payout-batches/{batch_id}/items/{number}",
    scopes=Scope.PAYOUTS_SUBMIT,
    problems=(PayoutUnknown, BatchState, AboveCeiling, PayeesByIdOnly, RegisterAway),
    purpose="payout",
)
async def correct(
    batch_id: UUID, number: Number, body: Correction, request: Request, runtime: Running, caller: Caller, session: Work
) -> Payout:
    """Correct the amount or the payee of a payout before its batch is submitted."""
    return await changes.correct(runtime, session, _asking(request, caller), batch_id, number, body)


@routes.delete(
    "/v1/payout-batches/{batch_id}/items/{number}",
    scopes=Scope.PAYOUTS_SUBMIT,
    problems=(PayoutUnknown, BatchState),
    purpose="payout",
)
async def take_out(batch_id: UUID, number: Number, runtime: Running, caller: Caller, session: Work) -> Payout:
    """Take a payout out of a batch before it is submitted; its reference may be used again."""
    return await changes.take_out(runtime, session, caller, batch_id, number)


@routes.post(
    "/v1/payout-batches/{batch_id}/submission",
    scopes=Scope.PAYOUTS_SUBMIT,
    problems=(BatchTotalsDiffer, BatchState, ProgrammeUnknown, ProgrammeClosed),
    deadline=30,
)
async def submit(batch_id: UUID, runtime: Running, caller: Caller, session: Work) -> PayoutBatch:
    """Close a batch; what was received must be what was declared. Likely doubles are looked for."""
    return await service.submit(runtime, session, caller, batch_id)


@routes.post("/v1/payout-batches/{batch_id}/reopening", scopes=Scope.PAYOUTS_SUBMIT, problems=BatchState)
async def reopen(batch_id: UUID, runtime: Running, caller: Caller, session: Work) -> PayoutBatch:
    """Open a submitted batch again, to correct it or take payouts out; it must be submitted anew."""
    return await service.reopen(runtime, session, caller, batch_id)


@routes.post(
    "/v1/payout-batches/{batch_id}/approval",
    scopes=Scope.PAYOUTS_APPROVE,
    callers=PEOPLE,
    step_up=True,
    problems=(
        SamePerson,
        BatchState,
        FundShort,
        AboveCeiling,
        ProgrammeUnknown,
        ProposalChanged,
        ProposalExpired,
        AlreadyApproved,
        WrongOffice,
        DeciderNotIndependent,
    ),
    deadline=30,
)
async def approve(
    batch_id: UUID, runtime: Running, caller: Caller, session: Work, body: ApprovalRequest | None = None
) -> PayoutBatch:
    """Approve a submitted batch, as another person than those who made it; it is booked from its value date on."""
    return await service.approve(runtime, session, caller, batch_id, body.digest if body else None)


@routes.post(
    "/v1/payout-batches/{batch_id}/cancellation",
    scopes=(Scope.PAYOUTS_SUBMIT, Scope.PAYOUTS_APPROVE),
    problems=BatchState,
    deadline=30,
)
async def cancel(
    batch_id: UUID, body: CancellationRequest, runtime: Running, caller: Caller, session: Work
) -> PayoutBatch:
    """Withdraw a batch before its approval, as its maker or as who would have approved it. Its reference stays used."""
    return await service.cancel(runtime, session, caller, batch_id, body.reason)


@routes.post(
    "/v1/payout-batches/{batch_id}/retry",
    scopes=Scope.PAYOUTS_SUBMIT,
    status_code=201,
    problems=(*_DECLARING, BatchState, NothingToRetry),
    deadline=30,
)
async def retry(batch_id: UUID, body: RetryRequest, runtime: Running, caller: Caller, session: Work) -> PayoutBatch:
    """Make a new open batch of the payouts of a completed one that failed."""
    return await service.retry(runtime, session, caller, batch_id, body)


def _asking(request: Request, caller: Principal) -> Asking:
    return Asking(caller, request.headers["authorization"])
