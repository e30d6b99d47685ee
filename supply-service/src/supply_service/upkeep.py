"""Partitions ahead of time, months of sales and entries; old keys and holds go."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import asyncpg
import asyncpg.pool

from chassis.clock import business_day, month_start
from chassis.holder_proofs.once import forgetting
from chassis.logging import get_logger
from chassis.partitions import briefly
from chassis.periodic import Periodic
from supply_service.context import Runtime
from supply_service.rules import keys
from supply_service.rules.account import month_after
from supply_service.sales import away, refused
from supply_service.sales.retention import forget_holds, forget_keys
from supply_service.sales.unproven import forget as forget_unproven

log = get_logger(__name__)

EVERY_SECONDS = 3600.0
MONTHLY = ("redemption", "entry")
MONTHS_AHEAD = 2


async def _partitions(runtime: Runtime) -> None:
    await make_partitions(runtime.pool, runtime.clock.now())


async def _keys(runtime: Runtime) -> None:
    await forget_keys(runtime.pool, runtime.clock.now().date() - timedelta(days=_days(runtime) + 1))


async def _holds(runtime: Runtime) -> None:
    await forget_holds(runtime.pool, runtime.clock.now() - timedelta(days=_days(runtime)))


def _days(runtime: Runtime) -> int:
    return runtime.state.settings.answer_days


async def _without_proof(runtime: Runtime) -> None:
    await forget_unproven(runtime.pool, runtime.clock.today())


async def _refused(runtime: Runtime) -> None:
    await refused.forget(runtime.pool, runtime.clock.today())


async def _often_away(runtime: Runtime) -> None:
    today, book = runtime.clock.today(), runtime.state.snapshot.book
    days, within = keys.AWAY_DAYS.find(book, today), keys.AWAY_WITHIN.find(book, today)
    if days is not None and within is not None:
        await away.look(runtime.pool, today, days, within)


JOBS = (
    Periodic("often_away", _often_away, EVERY_SECONDS),
    Periodic("without_proof", _without_proof, EVERY_SECONDS),
    Periodic("old_refusals", _refused, EVERY_SECONDS),
    forgetting(),
    Periodic("sales_partitions", _partitions, EVERY_SECONDS),
    Periodic("old_keys", _keys, EVERY_SECONDS),
    Periodic("old_holds", _holds, EVERY_SECONDS),
)


async def make_partitions(pool: asyncpg.Pool, now: datetime) -> None:
    """Make what the coming weeks need. Rows of a month without a partition of its own lie in the default one."""
    month = month_start(business_day(now))
    for _ in range(MONTHS_AHEAD + 1):
        for table in MONTHLY:
            await _make(pool, table, month)
        month = month_after(month)


async def _make(pool: asyncpg.Pool, table: str, month: date) -> None:
    if await pool.fetchval("SELECT to_regclass($1)", f"{table}_{month:%Y%m}") is not None:
        return
    async with briefly(pool) as connection:
        try:
            async with connection.transaction():
                await connection.execute(f"SELECT make_{table}_month($1)", month)
        except asyncpg.DuplicateTableError:
            return  # another process made it
        except asyncpg.CheckViolationError:
            log.info("rows of this time lie in the default partition already", table=table, month=str(month))
        except asyncpg.InvalidParameterValueError as refusal:
            log.warning("the database makes no partition for this month", table=table, reason=str(refusal))
