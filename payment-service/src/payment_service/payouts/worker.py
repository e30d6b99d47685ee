"""Booking approved batches: their parts side by side, chunk by chunk. A chunk is booked whole or not, and once.

A batch that cannot be divided or completed stands aside alone, and so does a payout that cannot be booked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import business_day
from chassis.infrastructure_errors import is_infrastructure
from chassis.isolation import Batches, done, set_aside
from chassis.logging import get_logger
from chassis.partitions import Connection
from chassis.periodic import Periodic
from contracts.payment import PAYOUTS_TOPIC, PayoutBatchCompleted, PayoutFailed, PayoutPaid
from payment_service.context import Runtime
from payment_service.ledger.statements import DEBIT
from payment_service.payouts import statements
from payment_service.payouts.booking import give_back
from payment_service.settings import Settings

log = get_logger(__name__)

WORKER = statements.WORKER
WALLET_UNKNOWN, WALLET_ELSEWHERE, PAYEE_DECEASED = "wallet_unknown", "wallet_elsewhere", "payee_deceased"
_DUE, _DIVIDE = text(statements.DUE), text(statements.DIVIDE)
_BOOKED, _COMPLETE = text(statements.BOOKED), text(statements.COMPLETE)


def jobs(settings: Settings) -> list[Periodic[Runtime]]:
    """Approved batches are booked over several connections.

    What this process approves is booked at once, what was approved elsewhere when next looked for.
    """
    return [
        Periodic(WORKER, book, settings.payout_poll_seconds, woken=lambda runtime: runtime.state.approved)
        for _ in range(settings.payout_lanes)
    ]


async def book(runtime: Runtime) -> bool:
    """Do the next thing there is to do for a batch; False where there is nothing."""
    return await book_chunk(runtime) or await DIVIDING.run(runtime) or await COMPLETING.run(runtime)


async def book_chunk(runtime: Runtime) -> bool:
    """Book the next chunk of a part that nobody else is booking; False where there is none.

    A payout that cannot be booked stands aside as a part of its own, and is tried again later.
    """
    size = runtime.state.settings.payout_chunk
    while True:
        part = None
        try:
            async with runtime.pool.acquire() as connection, connection.transaction():
                part = await connection.fetchrow(statements.NEXT_PART)
                if part is None:
                    return False
                size = min(size, part["last"] - part["booked"])
                await _book(connection, runtime, part, part["booked"] + size)
        except Exception as error:  # why: whatever it was, one payout must not keep the others from being paid
            if part is None or is_infrastructure(error):
                raise
            if size > 1:
                size //= 2
                continue
            await _stand_aside(runtime, part, error)
            return True
        if part["first"] == part["last"]:
            await done(runtime, WORKER, [f"{part['batch_id']} {part['first']}"])
        runtime.wake_relay()
        return True


async def _stand_aside(runtime: Runtime, part: asyncpg.Record, error: Exception) -> None:
    """Make a part of the payout that failed alone and one of those behind it, and set the first aside."""
    number = part["booked"] + 1
    if not part["first"] == number == part["last"]:
        async with runtime.pool.acquire() as connection, connection.transaction():
            await connection.execute(statements.CUT, part["batch_id"], part["first"], number)
    await set_aside(runtime, WORKER, f"{part['batch_id']} {number}", error)


async def _book(connection: Connection, runtime: Runtime, part: asyncpg.Record, last: int) -> None:
    """Book the payouts of a part up to a number, all or none."""
    now = runtime.clock.now()
    await connection.execute(statements.PLANNER)
    paid = await connection.fetchval(
        statements.BOOK,
        part["batch_id"],
        part["paying_account_id"],
        part["booked"],
        last,
        part["programme"],
        business_day(now),
        now,
        WALLET_UNKNOWN,
        PayoutPaid.event_type(),
        PayoutFailed.event_type(),
        PAYOUTS_TOPIC,
        f'"batch_id":"{part["batch_id"]}","programme":{json.dumps(part["programme"])},',
        part["first"],
        part["governorate"],
        WALLET_ELSEWHERE,
        PAYEE_DECEASED,
    )
    # The one row that all chunks of a batch meet comes last, just before the commit.
    await connection.execute(DEBIT, part["paying_account_id"], paid)


async def _due(session: AsyncSession, runtime: Runtime, limit: int) -> Sequence[UUID]:
    """Approved batches whose value date has come in Cairo, those approved first in front."""
    parameters = {"today": business_day(runtime.clock.now()), "limit": limit}
    return (await session.execute(_DUE, parameters)).scalars().all()


async def _divide(session: AsyncSession, runtime: Runtime, batches: Sequence[UUID]) -> None:
    """Divide batches into parts that several connections book side by side."""
    here = runtime.state
    await session.execute(_DIVIDE, {"batch_ids": list(batches), "parts": here.settings.payout_lanes})
    here.approved.set()  # for the other connections, which have just found nothing


async def _all_booked(session: AsyncSession, _: Runtime, limit: int) -> Sequence[UUID]:
    """Batches whose parts are all booked."""
    return (await session.execute(_BOOKED, {"limit": limit})).scalars().all()


async def _complete(session: AsyncSession, runtime: Runtime, batches: Sequence[UUID]) -> None:
    """Complete batches, give back to their funds what they have not paid, and tell of them."""
    for batch_id in batches:
        parameters = {"batch_id": batch_id, "now": runtime.clock.now()}
        ended = (await session.execute(_COMPLETE, parameters)).one()
        if ended.paying_account_id is not None:
            await give_back(session, runtime, ended)
        event = PayoutBatchCompleted(
            batch_id=ended.batch_id,
            programme=ended.programme,
            paid=ended.paid_count,
            paid_total=ended.paid_total,
            failed=ended.failed_count,
            failed_total=ended.failed_total,
        )
        await outbox.add(session, event)
        log.info("payout batch completed", paid=ended.paid_count, failed=ended.failed_count)


DIVIDING: Batches[Runtime, UUID] = Batches(statements.DIVIDING, _due, _divide, lambda batch: batch, lambda _: 1)
COMPLETING: Batches[Runtime, UUID] = Batches(
    statements.COMPLETING, _all_booked, _complete, lambda batch: batch, lambda _: 1
)
