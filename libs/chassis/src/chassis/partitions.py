"""Table partitioning and retention: partitions made ahead and dropped when old, the chassis' other rows pruned."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

import asyncpg
import asyncpg.pool

from chassis.logging import get_logger
from chassis.periodic import Periodic
from chassis.restating.heard import FORGET
from chassis.runtime import Resources
from chassis.settings import ServiceSettings

log = get_logger(__name__)

Connection: TypeAlias = "asyncpg.Connection | asyncpg.pool.PoolConnectionProxy"

EVERY_SECONDS = 3600.0
DAYS_AHEAD = 3
# Making or dropping a partition stops all writers of events while it waits for its lock: better to try again later.
LOCK_TIMEOUT = "500ms"
PRUNE_ROWS = 5000

_TURN = "SELECT pg_try_advisory_xact_lock(hashtextextended('unicard.housekeeping.' || current_schema(), 0))"
_PRUNE = {
    "inbox": "DELETE FROM inbox WHERE ctid = ANY(ARRAY("
    "SELECT ctid FROM inbox WHERE handled_at < now() - make_interval(days => $1) LIMIT $2))",
    **FORGET,
    "idempotency": "DELETE FROM idempotency WHERE ctid = ANY(ARRAY("
    "SELECT ctid FROM idempotency WHERE created_at < now() - make_interval(days => $1) LIMIT $2))",
    "parked_event": "DELETE FROM parked_event WHERE ctid = ANY(ARRAY("
    "SELECT ctid FROM parked_event WHERE settled_at < now() - make_interval(days => $1) LIMIT $2))",
}
# An ended sign-in need not be remembered longer than any token that came of it is good: one hour at most.
LONGEST_TOKEN_SECONDS = 3600.0
_ENDED_SIGN_INS = (
    "DELETE FROM suspended_subject WHERE ctid = ANY(ARRAY(SELECT ctid FROM suspended_subject"
    " WHERE subject LIKE 'sid:%' AND since < now() - make_interval(secs => 2 * $1) LIMIT $2))"
)
# Only the owner of the tables makes and drops partitions: these functions do it for the service, within their bounds.
_MAKE = "SELECT make_outbox_partition($1)"
_DROP = "SELECT drop_outbox_partition($1)"
_PRUNE_REST = "SELECT prune_outbox_rest($1)"
_PREFIX = "outbox_"
_PARTITIONS = """
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'outbox'::regclass AND c.relname ~ '^outbox_[0-9]{8}$' ORDER BY c.relname
"""


async def keep_partitions(pool: asyncpg.Pool, settings: ServiceSettings, today: date) -> None:
    """Make the outbox's partitions to come, drop those past their retention."""
    await _in_turn(pool, lambda connection: make_partitions(connection, today))
    before = today - timedelta(days=settings.outbox_retention_days)
    await _in_turn(pool, lambda connection: drop_old_partitions(connection, before))


async def forget(pool: asyncpg.Pool, settings: ServiceSettings) -> None:
    """Prune what has no partitions."""
    await prune(pool, "inbox", settings.inbox_retention_days)
    await prune(pool, "parked_event", settings.inbox_retention_days)
    await prune(pool, "newest_event", settings.inbox_retention_days)
    await prune(pool, "restatement_heard", settings.inbox_retention_days)
    await prune(pool, "idempotency", settings.idempotency_retention_days)
    await delete_by_chunks(pool, _ENDED_SIGN_INS, LONGEST_TOKEN_SECONDS)


async def make_partitions(connection: Connection, today: date) -> None:
    """Make the outbox's partitions of today and the days after, except where the default one holds rows of the day."""
    for ahead in range(DAYS_AHEAD + 1):
        await connection.execute(_MAKE, today + timedelta(days=ahead))


async def drop_old_partitions(connection: Connection, before: date) -> None:
    """Drop days older than `before` whose events were all published, and prune the default partition likewise."""
    for row in await connection.fetch(_PARTITIONS):
        day = datetime.strptime(row["relname"], f"{_PREFIX}%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
        if day < before and await connection.fetchval(_DROP, day):
            log.info("events dropped after their retention", partition=row["relname"])
    await connection.execute(_PRUNE_REST, before)


async def prune(pool: asyncpg.Pool, table: str, days: int) -> None:
    """Delete rows older than `days`, little by little."""
    await delete_by_chunks(pool, _PRUNE[table], days)


async def delete_by_chunks(pool: asyncpg.Pool, statement: str, *parameters: object) -> None:
    """Repeat a DELETE until nothing is left for it, little by little: no transaction of it lasts long.

    The statement takes `parameters`, and after them how many rows it may delete at once.
    """
    while await pool.execute(statement, *parameters, PRUNE_ROWS) == f"DELETE {PRUNE_ROWS}":
        pass


@asynccontextmanager
async def briefly(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
    """A transaction for work on tables that waits for one but a moment: all who write would wait behind it."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        yield connection


async def _in_turn(pool: asyncpg.Pool, work: Callable[[Connection], Awaitable[None]]) -> None:
    """Do schema work in one short transaction, unless another process is at it."""
    async with briefly(pool) as connection:
        if await connection.fetchval(_TURN):
            await work(connection)


async def _partitions(runtime: Resources) -> None:
    await keep_partitions(runtime.pool, runtime.settings, datetime.now(UTC).date())


async def _retention(runtime: Resources) -> None:
    await forget(runtime.pool, runtime.settings)


JOBS: tuple[Periodic[Resources], ...] = (
    Periodic("outbox_partitions", _partitions, EVERY_SECONDS),
    Periodic("retention", _retention, EVERY_SECONDS),
)
