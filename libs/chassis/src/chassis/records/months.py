"""Months of the record: partitions made ahead, closed with the head of their chain, dropped when their time is up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from chassis.connections import SqlConnection
from chassis.logging import get_logger
from chassis.partitions import briefly
from chassis.periodic import Periodic
from chassis.runtime import Resources

log = get_logger(__name__)

EVERY_SECONDS = 3600.0
# What was begun in the last moment of a month may be committed a while later.
OPEN_DAYS = 1

_MAKE = "SELECT make_record_partitions($1)"
_DROP = "SELECT drop_record_partitions($1)"
_CLOSE = """
    INSERT INTO record_head (month, position, mac)
    SELECT DISTINCT ON (l.month) l.month, l.position, l.mac FROM record_link l
    WHERE l.month < $1 AND NOT EXISTS (SELECT FROM record_pending p WHERE p.at < $2)
    ORDER BY l.month, l.position DESC
    ON CONFLICT DO NOTHING
"""
_OLD = "SELECT DISTINCT month FROM record_link WHERE month < $1 ORDER BY month"


async def keep_months(connection: SqlConnection, today: date, retention: int) -> None:
    """Make this month's and the next one's partitions, close those that are over, drop those past their time."""
    this = today.replace(day=1)
    await connection.execute(_MAKE, this)
    await connection.execute(_MAKE, _after(this))
    over = (today - timedelta(days=OPEN_DAYS)).replace(day=1)
    await connection.execute(_CLOSE, over, datetime(over.year, over.month, 1, tzinfo=UTC))
    for row in await connection.fetch(_OLD, months_before(this, retention)):
        if await connection.fetchval(_DROP, row["month"]):
            log.info("records dropped after their retention", month=row["month"].isoformat())


def months_before(month: date, count: int) -> date:
    """The first day of the month so many months earlier."""
    years, index = divmod(month.month - 1 - count, 12)
    return date(month.year + years, index + 1, 1)


def _after(month: date) -> date:
    return months_before(month, -1)


async def _months(runtime: Resources) -> None:
    async with briefly(runtime.pool) as connection:
        await keep_months(connection, datetime.now(UTC).date(), runtime.settings.record_retention_months)


JOBS: tuple[Periodic[Resources], ...] = (Periodic("record_months", _months, EVERY_SECONDS),)
