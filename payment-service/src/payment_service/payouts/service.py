"""Payout batches: declared, received, submitted, approved by another person, booked; or withdrawn before that."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy import Row, event
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Area
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.problems import NotFound
from contracts.payment import PayoutBatchAccepted
from payment_service.context import Runtime
from payment_service.errors import (
    BatchReferenceUsed,
    BatchState,
    BatchTotalsDiffer,
    NotPayoutItems,
    SamePerson,
)
from payment_service.payouts import payout_file, repository
from payment_service.payouts.schemas import PayoutBatch, PayoutBatchRequest


async def declare(runtime: Runtime, session: AsyncSession, caller: Principal, body: PayoutBatchRequest) -> PayoutBatch:
    """Enter a batch; it belongs where its maker is bound. Raises BatchReferenceUsed."""
    fund_id = await runtime.state.accounts.one("fund", body.programme)
    batch_id = new_id()
    columns = body.model_dump(exclude={"currency"}) | {
        "fund_id": fund_id,
        "made_by": caller.subject,
        "governorate": caller.bound.only_governorate,
        "authority": caller.bound.authority,
    }
    if not await repository.make(session, batch_id=batch_id, made_at=runtime.clock.now(), **columns):
        raise BatchReferenceUsed(f"A batch {body.reference} exists.")
    return await get(session, caller, batch_id)


async def receive(session: AsyncSession, caller: Principal, batch_id: UUID, body: bytes) -> PayoutBatch:
    """Add a file of payouts to an open batch, whole or not at all."""
    found = await asyncio.to_thread(payout_file.read, body)  # so that nobody else waits for a large file to be checked
    _in_state(await _locked(session, caller, batch_id), "open")
    try:
        await repository.add(session, batch_id, found)
    except UniqueViolationError as error:
        raise NotPayoutItems("An item_reference of this file was received before; nothing was taken.") from error
    return await get(session, caller, batch_id)


async def submit(session: AsyncSession, caller: Principal, batch_id: UUID) -> PayoutBatch:
    """Close a batch whose payouts are what was declared. Raises BatchTotalsDiffer."""
    _in_state(await _locked(session, caller, batch_id), "open")
    found = await _found(session, caller, batch_id)
    declared, received = (found.declared_count, found.declared_total), (found.received_count, found.received_total)
    if declared != received:
        raise BatchTotalsDiffer(
            f"Declared {declared[0]} payouts of {declared[1]} piastres, received {received[0]} of {received[1]}.",
            declared_count=declared[0],
            declared_total=declared[1],
            received_count=received[0],
            received_total=received[1],
        )
    await repository.submit(session, batch_id)
    return await get(session, caller, batch_id)


async def approve(runtime: Runtime, session: AsyncSession, caller: Principal, batch_id: UUID) -> PayoutBatch:
    """Let a submitted batch be booked. Raises SamePerson."""
    batch = await _locked(session, caller, batch_id)
    _in_state(batch, "submitted")
    if batch.made_by == caller.subject:
        raise SamePerson("The one who made the batch cannot approve it.")
    await repository.approve(session, batch_id, caller.subject, runtime.clock.now())
    accepted = PayoutBatchAccepted(
        batch_id=batch_id, programme=batch.programme, count=batch.declared_count, total=batch.declared_total
    )
    await outbox.add(session, accepted)
    event.listen(session.sync_session, "after_commit", lambda _: runtime.state.approved.set(), once=True)
    return await get(session, caller, batch_id)


async def cancel(
    runtime: Runtime, session: AsyncSession, caller: Principal, batch_id: UUID, reason: str
) -> PayoutBatch:
    """Withdraw a batch that nobody has approved. Raises BatchState; one withdrawn already stays as it is."""
    batch = await _locked(session, caller, batch_id)
    if batch.state != "cancelled":
        if batch.state not in {"open", "submitted"}:
            raise BatchState(f"The batch is {batch.state}: it can no longer be withdrawn.", state=batch.state)
        await repository.cancel(session, batch_id, caller.subject, reason, runtime.clock.now())
    return await get(session, caller, batch_id)


async def get(session: AsyncSession, caller: Principal, batch_id: UUID) -> PayoutBatch:
    """A batch as it stands. Raises NotFound, also for another authority's."""
    return PayoutBatch.model_validate(dict((await _found(session, caller, batch_id))._mapping))


async def _found(session: AsyncSession, caller: Principal, batch_id: UUID) -> Row[Any]:
    return _own(caller, await repository.find(session, batch_id))


async def _locked(session: AsyncSession, caller: Principal, batch_id: UUID) -> Row[Any]:
    return _own(caller, await repository.lock(session, batch_id))


def _own(caller: Principal, found: Row[Any] | None) -> Row[Any]:
    if found is None or not caller.bound.covers(Area(found.governorate, authority=found.authority)):
        raise NotFound("There is no such batch.")
    return found


def _in_state(batch: Row[Any], state: str) -> None:
    if batch.state != state:
        raise BatchState(f"The batch is {batch.state}, not {state}.", state=batch.state)
