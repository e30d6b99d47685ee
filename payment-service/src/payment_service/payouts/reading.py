"""Routes that read payout batches: lists, items, faulty rows, likely doubles, the result file."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from chassis.auth import Caller
from chassis.db import Reading
from chassis.endpoints import Rate
from chassis.months import Month, first_day
from chassis.paging import LAST_ID, Paging, by_id, by_number
from chassis.routing import router
from contracts.scopes import Scope
from payment_service.payouts import doubles, result_file, rows, service
from payment_service.payouts.changes import payout_of
from payment_service.payouts.reasons import words
from payment_service.payouts.schemas import (
    Double,
    Doubles,
    ItemState,
    PayoutBatch,
    PayoutBatches,
    Payouts,
    RowFault,
    RowFaultAt,
    RowFaults,
    State,
)

routes = router(tags=["payouts"])

READERS = (Scope.PAYOUTS_SUBMIT, Scope.PAYOUTS_APPROVE, Scope.PAYOUTS_READ)
AT_ONCE = 10_000
BY_ROW = by_number(100, 1000)


@routes.get("/v1/payout-batches", scopes=READERS)
async def list_batches(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(50, 200, LAST_ID)],
    reference: Annotated[str | None, Query(max_length=64)] = None,
    programme: Annotated[str | None, Query(max_length=32)] = None,
    month: Month | None = None,
    state: State | None = None,
) -> PayoutBatches:
    """The batches of the caller's authority, newest first."""
    return await service.page(
        session,
        caller,
        page,
        reference=reference,
        programme=programme,
        month=None if month is None else first_day(month),
        states=service.within(state),
    )


@routes.get("/v1/payout-batches/{batch_id}", scopes=READERS)
async def get_batch(batch_id: UUID, caller: Caller, session: Reading) -> PayoutBatch:
    """A batch as it stands."""
    return await service.get(session, caller, batch_id)


@routes.get("/v1/payout-batches/{batch_id}/items", scopes=READERS, purpose="payout")
async def list_items(
    batch_id: UUID,
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[int], BY_ROW],
    state: ItemState | None = None,
) -> Payouts:
    """The payouts of a batch, in the order they were received."""
    await service.get(session, caller, batch_id)
    found = await rows.items(session, batch_id, page, state)
    return Payouts.of(page, [payout_of(row) for row in found], lambda payout: payout.number)


@routes.get("/v1/payout-batches/{batch_id}/faults", scopes=READERS)
async def list_faults(
    batch_id: UUID, caller: Caller, session: Reading, page: Annotated[Paging[int], BY_ROW]
) -> RowFaults:
    """The rows of a batch's files that were not taken, each with its reason."""
    await service.get(session, caller, batch_id)
    found = [
        RowFaultAt(position=row.position, **RowFault.of(row.file, row.row, row.item_reference, row.code).model_dump())
        for row in await rows.faults(session, batch_id, page)
    ]
    return RowFaults.of(page, found, lambda fault: fault.position)


@routes.get("/v1/payout-batches/{batch_id}/doubles", scopes=READERS, purpose="payout")
async def list_doubles(
    batch_id: UUID, caller: Caller, session: Reading, page: Annotated[Paging[int], BY_ROW]
) -> Doubles:
    """What may be doubles in a submitted batch, inside it and across the authority's batches, each with its reason."""
    await service.get(session, caller, batch_id)
    found = []
    for row in await doubles.page(session, batch_id, page):
        english, arabic = words(row.code)
        found.append(Double(**row._mapping, reason=english, reason_ar=arabic))
    return Doubles.of(page, found, lambda double: double.position)


@routes.get(
    "/v1/payout-batches/{batch_id}/result",
    scopes=READERS,
    rate=Rate.BULK,
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "CSV, UTF-8"}},
)
async def read_result(batch_id: UUID, caller: Caller, session: Reading) -> Response:
    """What became of every payout and of every row that was not taken, as CSV for a spreadsheet."""
    batch = await service.get(session, caller, batch_id)
    parts = [result_file.header()]
    after = 0
    while items := await rows.items(session, batch_id, Paging(after, AT_ONCE - 1), None):
        parts.append(result_file.payouts(items))
        after = items[-1].number
    after = 0
    while faults := await rows.faults(session, batch_id, Paging(after, AT_ONCE - 1)):
        parts.append(result_file.faults(faults))
        after = faults[-1].position
    named = {"Content-Disposition": f'attachment; filename="payouts-{batch.batch_id}.csv"', "Cache-Control": "no-store"}
    return Response("".join(parts), headers=named, media_type="text/csv; charset=utf-8")
