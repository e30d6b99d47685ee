"""Looking after the partitions never stands in the way of a sale."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from chassis.testing import lock_awaited, refuse_larger_deletes
from supply_service import upkeep
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
    shop, holder = await supply.till(), await supply.holder()
    async with backup(supply):
        making = asyncio.create_task(upkeep.make_partitions(supply.runtime.pool, NOON.replace(year=2027)))
        await lock_awaited(supply.runtime.pool)
        async with asyncio.timeout(PATIENCE):
            assert (await supply.sell(shop, holder, bread(5))).status_code == 201
            with pytest.raises(asyncpg.LockNotAvailableError):
                await making
    await upkeep.make_partitions(supply.runtime.pool, NOON.replace(year=2027))
    assert (await supply.fetch("SELECT to_regclass('redemption_202711') AS found"))[0]["found"] is not None


async def test_old_holds_are_forgotten_little_by_little(supply: Supply) -> None:
    pool = supply.runtime.pool
    await refuse_larger_deletes(pool, "hold", 5000)
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
    await refuse_larger_deletes(pool, "sale_key", 5000)
    await pool.execute(
        "INSERT INTO sale_key (terminal_id, key, day, fingerprint, reply) SELECT gen_random_uuid(), n::text,"
        " $1::date - CASE WHEN n <= 12000 THEN 3 ELSE 2 END, '', '' FROM generate_series(1, 12003) n",
        day,
    )
    await retention.forget_keys(pool, day - timedelta(days=2))
    assert await supply.fetch("SELECT count(*) FROM sale_key WHERE reply = ''") == [(3,)]
    await pool.execute("DELETE FROM sale_key WHERE reply = ''")
