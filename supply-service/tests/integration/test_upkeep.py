"""Looking after the partitions never stands in the way of a sale."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from chassis.clock import business_day, month_start
from chassis.testing import lock_awaited, refuse_larger_deletes
from supply_service import upkeep
from supply_service.rules.account import month_after
from supply_service.sales import retention

from ..support import NOON, Supply, bread

BACKUP = "LOCK TABLE redemption, entry IN ACCESS SHARE MODE"  # as pg_dump does, for as long as it takes
PATIENCE = 4.0  # seconds; a lane gives a statement up after ten


@asynccontextmanager
async def backup(supply: Supply) -> AsyncIterator[None]:
    """A backup under way."""
    connection = await asyncpg.connect(supply.runtime.settings.database_url)
    try:
        async with connection.transaction():
            await connection.execute(BACKUP)
            yield
    finally:
        await connection.close()


async def test_sales_go_on_while_a_month_cannot_be_made(supply: Supply) -> None:
    shop, holder, pool = await supply.till(), await supply.holder(), supply.runtime.pool
    next_year = datetime.now(UTC) + timedelta(days=400)  # where a trainer has moved business time to
    await pool.execute("INSERT INTO training_clock (ahead) VALUES (interval '400 days')")
    try:
        async with backup(supply):
            making = asyncio.create_task(upkeep.make_partitions(pool, next_year))
            await lock_awaited(pool)
            async with asyncio.timeout(PATIENCE):
                assert (await supply.sell(shop, holder, bread(5))).status_code == 201
                with pytest.raises(asyncpg.LockNotAvailableError):
                    await making
        await upkeep.make_partitions(pool, next_year)
        # Not of this very month: where the service has followed the trainer's clock already, the sale lies in the rest.
        made = f"redemption_{month_after(month_start(business_day(next_year))):%Y%m}"
        assert (await supply.fetch("SELECT to_regclass($1) AS found", made))[0]["found"] is not None
    finally:
        await pool.execute("DELETE FROM training_clock")


async def test_only_months_near_business_time_are_made(supply: Supply) -> None:
    pool, today = supply.runtime.pool, datetime.now(UTC).date()
    for month in (today + timedelta(days=200), today - timedelta(days=100), None):
        for table in upkeep.MONTHLY:
            with pytest.raises(asyncpg.InvalidParameterValueError):
                await pool.execute(f"SELECT make_{table}_month($1)", month)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("CREATE TABLE more PARTITION OF entry FOR VALUES FROM ('2040-01-01') TO ('2040-02-01')")
    rows = await supply.fetch("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")
    for row in rows:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(f"DELETE FROM {row['relname']}")


async def test_old_holds_are_forgotten_little_by_little(supply: Supply) -> None:
    pool = supply.runtime.pool
    await refuse_larger_deletes(supply.runtime.settings.database_url, "hold", 5000)
    await pool.execute(
        "INSERT INTO hold (payment_id, card_id, merchant_id, amount, expires_at) SELECT gen_random_uuid(),"
        " gen_random_uuid(), gen_random_uuid(), 1, $1::timestamptz + n * interval '1 second'"
        " FROM generate_series(1, 12003) n",
        NOON,
    )
    await retention.forget_holds(pool, NOON + timedelta(seconds=12001))
    assert await supply.fetch("SELECT count(*) FROM hold") == [(3,)]
    await pool.execute("DELETE FROM hold")


async def test_old_keys_are_forgotten_little_by_little(supply: Supply) -> None:
    pool, day = supply.runtime.pool, NOON.date()
    await refuse_larger_deletes(supply.runtime.settings.database_url, "sale_key", 5000)
    await pool.execute(
        "INSERT INTO sale_key (terminal_id, key, day, fingerprint, reply) SELECT gen_random_uuid(), n::text,"
        " $1::date - CASE WHEN n <= 12000 THEN 3 ELSE 2 END, '', '' FROM generate_series(1, 12003) n",
        day,
    )
    await retention.forget_keys(pool, day - timedelta(days=2))
    assert await supply.fetch("SELECT count(*) FROM sale_key WHERE reply = ''") == [(3,)]
    await pool.execute("DELETE FROM sale_key WHERE reply = ''")
