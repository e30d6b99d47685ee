"""Partitions are made ahead and dropped when old; what was not published is never dropped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from chassis.ids import new_id
from chassis.partitions import forget, keep_partitions
from chassis.settings import ServiceSettings
from chassis.testing import MakeDatabase, as_owner

from ..probe_service import MIGRATIONS
from .support import emit

TODAY = datetime.now(UTC).date()


async def keep_house_once(pool: asyncpg.Pool, settings: ServiceSettings, today: date) -> None:
    await keep_partitions(pool, settings, today)
    await forget(pool, settings)


@pytest.fixture
async def url(make_database: MakeDatabase) -> str:
    return await make_database(MIGRATIONS)


@pytest.fixture
async def pool(url: str) -> asyncpg.Pool:
    return await asyncpg.create_pool(url, min_size=1, max_size=4)


@pytest.fixture
async def owner(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(as_owner(url))
    yield connection
    await connection.close()


@pytest.fixture
def settings() -> ServiceSettings:
    return ServiceSettings(database_url="postgresql://unused/unused", kafka_bootstrap="unused")


async def partitions(pool: asyncpg.Pool) -> list[str]:
    rows = await pool.fetch("SELECT inhrelid::regclass::text AS name FROM pg_inherits ORDER BY 1")
    return [row["name"] for row in rows if row["name"].startswith("outbox_2") and "_idx" not in row["name"]]


def name(day: date) -> str:
    return f"outbox_{day:%Y%m%d}"


async def test_partitions_are_made_for_today_and_the_days_ahead(pool: asyncpg.Pool, settings: ServiceSettings) -> None:
    await keep_house_once(pool, settings, TODAY)
    assert await partitions(pool) == [name(TODAY + timedelta(days=ahead)) for ahead in range(4)]
    await keep_house_once(pool, settings, TODAY)  # again changes nothing
    await keep_house_once(pool, settings, TODAY + timedelta(days=1))
    assert len(await partitions(pool)) == 5
    await emit(pool, "k", 1)
    assert await pool.fetchval("SELECT tableoid::regclass::text FROM outbox") == name(TODAY)
    await pool.close()


async def test_day_whose_rows_lie_in_the_default_partition_stays_there(
    pool: asyncpg.Pool, settings: ServiceSettings
) -> None:
    await emit(pool, "k", 1)
    await keep_house_once(pool, settings, TODAY)
    assert await partitions(pool) == [name(TODAY + timedelta(days=ahead)) for ahead in range(1, 4)]
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 1
    await pool.close()


async def test_old_days_are_dropped_once_published_and_never_before(
    pool: asyncpg.Pool, owner: asyncpg.Connection, settings: ServiceSettings
) -> None:
    await emit(pool, "k", 1, 2)
    for number, days in enumerate((20, 19, 18, 17)):
        day = TODAY - timedelta(days=days)
        bounds = f"FROM ('{day}') TO ('{day + timedelta(days=1)}')"
        await owner.execute(f"CREATE TABLE {name(day)} PARTITION OF outbox FOR VALUES {bounds}")
        await owner.execute("UPDATE outbox SET created_on = $1 WHERE id = $2", day, number)
    await pool.execute("UPDATE outbox_cursor SET id = 1")
    await keep_house_once(pool, settings, TODAY)
    kept = await partitions(pool)
    assert name(TODAY - timedelta(days=19)) not in kept
    assert name(TODAY - timedelta(days=18)) in kept, "holds an event that was not published"
    assert name(TODAY - timedelta(days=17)) not in kept
    await pool.execute("UPDATE outbox_cursor SET id = 2")
    await keep_house_once(pool, settings, TODAY)
    assert name(TODAY - timedelta(days=18)) not in await partitions(pool)
    await pool.close()


async def test_old_rows_of_the_default_partition_are_pruned_once_published(
    pool: asyncpg.Pool, owner: asyncpg.Connection, settings: ServiceSettings
) -> None:
    await emit(pool, "k", 1, 2)
    await owner.execute("UPDATE outbox SET created_on = $1", TODAY - timedelta(days=30))
    await pool.execute("UPDATE outbox_cursor SET id = 1")
    await keep_house_once(pool, settings, TODAY)
    assert [row["id"] for row in await pool.fetch("SELECT id FROM outbox")] == [2]
    await pool.close()


async def test_inbox_replies_and_settled_events_are_pruned_by_age(
    pool: asyncpg.Pool, settings: ServiceSettings
) -> None:
    for days in (1, 13, 15):
        await pool.execute(
            "INSERT INTO inbox (event_id, handled_at) VALUES ($1, now() - make_interval(days => $2))", new_id(), days
        )
        for state, settled in (("dead", None), ("replayed", days)):
            await pool.execute(
                "INSERT INTO parked_event (state, topic, partition, log_offset, headers, reason, settled_at, event_id)"
                " VALUES ($1, 't', 0, 0, '{}', 'r', now() - make_interval(days => $2), $3)",
                *(state, settled, new_id()),
            )
    await pool.execute(
        "INSERT INTO idempotency (caller, key, request_hash, status, body, created_at)"
        " SELECT 'c', n::text, '', 200, '', now() - make_interval(days => n) FROM generate_series(0, 4) n"
    )
    await keep_house_once(pool, settings, TODAY)
    assert await pool.fetchval("SELECT count(*) FROM inbox") == 2
    assert await pool.fetchval("SELECT count(*) FROM idempotency") == 2
    states = await pool.fetch("SELECT state, count(*) AS n FROM parked_event GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in states] == [("dead", 3), ("replayed", 2)]
    await pool.close()


async def test_busy_outbox_is_not_stopped_for_a_partition(pool: asyncpg.Pool, settings: ServiceSettings) -> None:
    async with pool.acquire() as writer:
        transaction = writer.transaction()
        await transaction.start()
        await emit(writer, "k", 1)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await keep_house_once(pool, settings, TODAY)
        await transaction.rollback()
    await keep_house_once(pool, settings, TODAY)
    assert len(await partitions(pool)) == 4
    await pool.close()


async def test_ended_sign_ins_are_forgotten_when_their_tokens_are_no_longer_good(
    pool: asyncpg.Pool, settings: ServiceSettings
) -> None:
    await pool.execute(
        "INSERT INTO suspended_subject (subject, reason, since) VALUES"
        " ('sid:old', 'x', now() - interval '3 hours'), ('sid:new', 'x', now() - interval '1 hour'),"
        " ('person:old', 'x', now() - interval '1 year'), ('old-client', 'x', now() - interval '1 year')"
    )
    await keep_house_once(pool, settings, TODAY)
    left = await pool.fetch("SELECT subject FROM suspended_subject ORDER BY subject")
    assert [row["subject"] for row in left] == ["old-client", "person:old", "sid:new"]
    await pool.close()
