"""Routes of payout batches."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Request

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import MIB, Rate
from chassis.paging import Paging, by_number
from chassis.problems import PayloadTooLarge, UnsupportedMedia
from chassis.routing import router
from contracts.scopes import Scope
from payment_service.context import Running
from payment_service.errors import (
    BatchReferenceUsed,
    BatchState,
    BatchTotalsDiffer,
    NotPayoutItems,
    SamePerson,
)
from payment_service.payouts import repository, service
from payment_service.payouts.schemas import CancellationRequest, Payout, PayoutBatch, PayoutBatchRequest, Payouts

routes = router(tags=["payouts"])

MAX_FILE = 16 * 1024 * 1024
_CSV_BODY = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}},
}


@routes.post("/v1/payout-batches", scopes=Scope.PAYOUTS_SUBMIT, status_code=201, problems=BatchReferenceUsed)
async def declare(runtime: Running, body: PayoutBatchRequest, caller: Caller, session: Work) -> PayoutBatch:
    """Declare a batch: how many payouts, and their sum."""
    return await service.declare(runtime, session, caller, body)


@routes.post(
    "/v1/payout-batches/{batch_id}/items",
    scopes=Scope.PAYOUTS_SUBMIT,
    status_code=201,
    problems=(NotPayoutItems, BatchState, PayloadTooLarge, UnsupportedMedia),
    openapi_extra=_CSV_BODY,
    rate=Rate.BULK,
    body=16 * MIB,
)
async def receive(batch_id: UUID, request: Request, caller: Caller, session: Work) -> PayoutBatch:
    """Send payouts as CSV (citizen_id, amount in piastres, item_reference), in one file or several."""
    if (request.headers.get("content-type") or "").split(";")[0].strip().lower() != "text/csv":
        raise UnsupportedMedia("Send text/csv.")
    body = await request.body()
    if len(body) > MAX_FILE:
        raise PayloadTooLarge(f"At most {MAX_FILE} bytes a file; send several.")
    return await service.receive(session, caller, batch_id, body)


@routes.post(
    "/v1/payout-batches/{batch_id}/submission",
    scopes=Scope.PAYOUTS_SUBMIT,
    problems=(BatchTotalsDiffer, BatchState),
    deadline=30,
)
async def submit(batch_id: UUID, caller: Caller, session: Work) -> PayoutBatch:
    """Close a batch; what was received must be what was declared."""
    return await service.submit(session, caller, batch_id)


@routes.post(
    "/v1/payout-batches/{batch_id}/approval",
    scopes=Scope.PAYOUTS_APPROVE,
    problems=(SamePerson, BatchState),
    deadline=30,
)
async def approve(batch_id: UUID, runtime: Running, caller: Caller, session: Work) -> PayoutBatch:
    """Approve a submitted batch, as another person than the one who made it; it is booked at once."""
    return await service.approve(runtime, session, caller, batch_id)


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


@routes.get("/v1/payout-batches/{batch_id}", scopes=(Scope.PAYOUTS_SUBMIT, Scope.PAYOUTS_APPROVE))
async def get_batch(batch_id: UUID, caller: Caller, session: Reading) -> PayoutBatch:
    """A batch as it stands."""
    return await service.get(session, caller, batch_id)


@routes.get("/v1/payout-batches/{batch_id}/items", scopes=(Scope.PAYOUTS_SUBMIT, Scope.PAYOUTS_APPROVE))
async def list_items(
    batch_id: Annotated[UUID, Path()],
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[int], by_number(100, 1000)],
    state: Literal["waiting", "paid", "failed"] | None = None,
) -> Payouts:
    """The payouts of a batch, in the order they were received."""
    await service.get(session, caller, batch_id)
    found = await repository.items(session, batch_id, page, state)
    return Payouts.of(page, [Payout(**row._mapping) for row in found], lambda payout: payout.number)
