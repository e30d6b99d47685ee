"""Booking approved batches, chunk by chunk: a chunk is booked whole or not at all, and never twice."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from chassis.clock import business_day
from chassis.logging import get_logger
from chassis.outbox import columns
from chassis.runtime import Runtime
from contracts.payment import TOPIC, PayoutBatchCompleted, PayoutFailed, PayoutPaid
from payment_service import context
from payment_service.payouts import repository

log = get_logger(__name__)

Connection = PoolConnectionProxy  # held for one transaction

WALLET_UNKNOWN = "wallet_unknown"
_TELL = """
    INSERT INTO outbox (event_id, type, topic, key, time, payload) VALUES ($1, $2, $3, $4, $5, $6)
"""


async def book_payouts(runtime: Runtime) -> None:
    """Book approved batches, for ever: this process's at once, those approved elsewhere when next looked for."""
    here = context.of(runtime)
    while True:
        here.approved.clear()
        try:
            while await book_chunk(runtime):
                pass
        except (
            OSError,
            asyncpg.PostgresConnectionError,
            asyncpg.InterfaceError,
            asyncpg.DeadlockDetectedError,
        ) as error:
            log.warning("payouts interrupted", error=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(here.approved.wait(), here.settings.payout_poll_seconds)


async def book_chunk(runtime: Runtime) -> bool:
    """Book the next chunk of an approved batch; False where there is nothing to do."""
    async with runtime.pool.acquire() as connection, connection.transaction():
        batch = await repository.next_batch(connection)
        if batch is None:
            return False
        now = runtime.clock.now()
        await connection.execute(repository.PLANNER)
        booked = await connection.fetchval(
            repository.BOOK,
            batch["batch_id"],
            batch["fund_id"],
            batch["programme"],
            context.of(runtime).settings.payout_chunk,
            business_day(now),
            now,
            WALLET_UNKNOWN,
            PayoutPaid.event_type(),
            PayoutFailed.event_type(),
            TOPIC,
            f'"batch_id":"{batch["batch_id"]}","programme":{json.dumps(batch["programme"])},',
        )
        if not booked:
            await _complete(connection, batch, now)
    runtime.wake_relay()
    return True


async def _complete(connection: Connection, batch: asyncpg.Record, now: object) -> None:
    done = await connection.fetchrow(repository.COMPLETE, batch["batch_id"], now)
    if done is None:
        raise RuntimeError("a batch that is held has vanished")
    event = PayoutBatchCompleted(
        batch_id=batch["batch_id"],
        programme=batch["programme"],
        paid=done["paid_count"],
        paid_total=done["paid_total"],
        failed=done["failed_count"],
        failed_total=done["failed_total"],
    )
    row = columns([event])
    await connection.execute(_TELL, row.event_id[0], row.type[0], row.topic[0], row.key[0], now, row.payload[0])
    log.info("payout batch completed", paid=done["paid_count"], failed=done["failed_count"])
