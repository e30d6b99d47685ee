"""Booking approved batches: their parts side by side, chunk by chunk. A chunk is booked whole or not, and once."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import asyncpg

from chassis import outbox
from chassis.clock import business_day
from chassis.logging import get_logger
from contracts.payment import PAYOUTS_TOPIC, PayoutBatchCompleted, PayoutFailed, PayoutPaid
from payment_service.context import Runtime
from payment_service.ledger.statements import DEBIT
from payment_service.payouts import booking

log = get_logger(__name__)

WALLET_UNKNOWN = "wallet_unknown"
_TELL = f"{outbox.INSERT} VALUES ($1, $2, $3, $4, $5, NULL, $6)"
_PASSING = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.DeadlockDetectedError)


async def book_payouts(runtime: Runtime) -> None:
    """Book approved batches over several connections, for ever."""
    async with asyncio.TaskGroup() as group:
        for _ in range(runtime.state.settings.payout_lanes):
            group.create_task(_book_for_ever(runtime))


async def _book_for_ever(runtime: Runtime) -> None:
    """What this process approves is booked at once, what was approved elsewhere when next looked for."""
    here = runtime.state
    while True:
        here.approved.clear()
        try:
            while await book_chunk(runtime) or await _divide(runtime) or await _complete(runtime):
                pass
        except _PASSING as error:
            log.warning("payouts interrupted", error=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(here.approved.wait(), here.settings.payout_poll_seconds)


async def book_chunk(runtime: Runtime) -> bool:
    """Book the next chunk of a part that nobody else is booking; False where there is none."""
    async with runtime.pool.acquire() as connection, connection.transaction():
        part = await connection.fetchrow(booking.NEXT_PART)
        if part is None:
            return False
        now = runtime.clock.now()
        await connection.execute(booking.PLANNER)
        paid = await connection.fetchval(
            booking.BOOK,
            part["batch_id"],
            part["fund_id"],
            part["booked"],
            min(part["booked"] + runtime.state.settings.payout_chunk, part["last"]),
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
    runtime.wake_relay()
    return True


async def _divide(runtime: Runtime) -> bool:
    """Divide the next approved batch into parts; False where there is none."""
    here = runtime.state
    found = await runtime.pool.fetchval(booking.DIVIDE, here.settings.payout_lanes)
    if found is None:
        return False
    here.approved.set()  # for the other connections, which have just found nothing
    return True


async def _complete(runtime: Runtime) -> bool:
    """Complete a batch whose parts are all booked, and tell of it; False where there is none."""
    async with runtime.pool.acquire() as connection, connection.transaction():
        now = runtime.clock.now()
        done = await connection.fetchrow(booking.COMPLETE, now)
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
