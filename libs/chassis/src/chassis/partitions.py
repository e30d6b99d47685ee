"""Housekeeping of the chassis' tables: partitions made ahead and dropped when old, the rest pruned by age."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import asyncpg

from chassis.logging import get_logger
from chassis.settings import ServiceSettings

log = get_logger(__name__)

EVERY_SECONDS = 3600.0
DAYS_AHEAD = 3
_PRUNE_INBOX = "DELETE FROM inbox WHERE handled_at < now() - make_interval(days => $1)"
_PRUNE_REPLIES = "DELETE FROM idempotency WHERE created_at < now() - make_interval(days => $1)"
_OUTBOX_PARTITIONS = """
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'outbox'::regclass AND c.relname LIKE 'outbox\\_2%'
"""
_UNSENT = """
    SELECT EXISTS (SELECT 1 FROM {partition} o, outbox_cursor c WHERE (o.xid, o.id) > (c.xid, c.id))
"""


async def keep_house(pool: asyncpg.Pool, settings: ServiceSettings) -> None:
    """Housekeeping now and every hour, for ever."""
    while True:
        try:
            await make_partitions(pool, datetime.now(UTC).date())
            await drop_old_partitions(pool, datetime.now(UTC).date() - timedelta(days=settings.outbox_retention_days))
            await pool.execute(_PRUNE_INBOX, settings.inbox_retention_days)
            await pool.execute(_PRUNE_REPLIES, settings.idempotency_retention_days)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("housekeeping failed", error=type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)


async def make_partitions(pool: asyncpg.Pool, today: date) -> None:
    """Make the outbox's partitions for tomorrow and the days after; today's rows may lie in the default one already."""
    for ahead in range(1, DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        bounds = f"FROM ('{day}') TO ('{day + timedelta(days=1)}')"
        await pool.execute(f"CREATE TABLE IF NOT EXISTS {_name(day)} PARTITION OF outbox FOR VALUES {bounds}")


async def drop_old_partitions(pool: asyncpg.Pool, before: date) -> None:
    """Drop days older than `before` whose events were all published, and prune the default partition likewise."""
    for row in await pool.fetch(_OUTBOX_PARTITIONS):
        name: str = row["relname"]
        if name >= _name(before) or await pool.fetchval(_UNSENT.format(partition=name)):
            continue
        await pool.execute(f"DROP TABLE {name}")
        log.info("events dropped after their retention", partition=name)
    await pool.execute(
        "DELETE FROM outbox_rest o USING outbox_cursor c WHERE o.created_on < $1 AND (o.xid, o.id) <= (c.xid, c.id)",
        before,
    )


def _name(day: date) -> str:
    return f"outbox_{day:%Y%m%d}"
