"""Booking approved batches: their parts side by side, chunk by chunk. A chunk is booked whole or not, and once."""

from __future__ import annotations

import json

import asyncpg

from chassis import outbox
from chassis.clock import business_day
from chassis.infrastructure_errors import is_infrastructure
from chassis.isolation import done, set_aside
from chassis.logging import get_logger
from chassis.partitions import Connection
from chassis.periodic import Periodic
from contracts.payment import PAYOUTS_TOPIC, PayoutBatchCompleted, PayoutFailed, PayoutPaid
from payment_service.context import Runtime
from payment_service.ledger.statements import DEBIT
from payment_service.payouts import statements
from payment_service.settings import Settings

log = get_logger(__name__)

WORKER = statements.WORKER
WALLET_UNKNOWN = "wallet_unknown"
_TELL = f"{outbox.INSERT} VALUES ($1, $2, $3, $4, $5, NULL, $6)"


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
    return await book_chunk(runtime) or await _divide(runtime) or await _complete(runtime)


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
        part["fund_id"],
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
    )
    # The one row that all chunks of a batch meet comes last, just before the commit.
    await connection.execute(DEBIT, part["fund_id"], paid)


async def _divide(runtime: Runtime) -> bool:
    """Divide the next approved batch into parts; False where there is none."""
    here = runtime.state
    found = await runtime.pool.fetchval(statements.DIVIDE, here.settings.payout_lanes)
    if found is None:
        return False
    here.approved.set()  # for the other connections, which have just found nothing
    return True


async def _complete(runtime: Runtime) -> bool:
    """Complete a batch whose parts are all booked, and tell of it; False where there is none."""
    async with runtime.pool.acquire() as connection, connection.transaction():
        now = runtime.clock.now()
        done = await connection.fetchrow(statements.COMPLETE, now)
        if done is None:
            return False
        event = PayoutBatchCompleted(
            batch_id=done["batch_id"],
            programme=done["programme"],
            paid=done["paid_count"],
            paid_total=done["paid_total"],
            failed=done["failed_count"],
            failed_total=done["failed_total"],
        )
        row = outbox.columns([event])
        await connection.execute(_TELL, row.event_id[0], row.type[0], row.topic[0], row.key[0], now, row.payload[0])
    runtime.wake_relay()
    log.info("payout batch completed", paid=done["paid_count"], failed=done["failed_count"])
    return True
