"""Retention carried out: a job ends what is past the time of its class, table by table, as `held.py` declares.

What the law or a restriction keeps stays. With `UNICARD_RETENTION_DRY_RUN` it counts and ends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar

from prometheus_client import Counter, Gauge

from chassis.connections import SqlConnection
from chassis.logging import get_logger
from chassis.metrics import BACKGROUND
from chassis.partitions import PRUNE_ROWS, briefly
from chassis.periodic import Periodic
from chassis.processing.endings import Ending, kept_back
from chassis.records.held import Held, HeldIn
from chassis.records.months import months_before
from chassis.runtime import Resources

log = get_logger(__name__)

R = TypeVar("R", bound=Resources)
EVERY_SECONDS: Final = 6 * 3600.0

DUE = Gauge("unicard_retention_due_rows", "Rows past their time that are to end", ["table"], registry=BACKGROUND)
KEPT = Gauge("unicard_retention_kept_rows", "Rows past their time that are held back", ["table"], registry=BACKGROUND)
ENDED = Counter("unicard_retention_ended_rows_total", "Rows ended when their time was over", ["table"])

_TURN = "SELECT pg_try_advisory_xact_lock(hashtextextended('unicard.retention.' || current_schema(), 0))"


@dataclass(frozen=True)
class Due:
    """What of a table is past its time: rows that are to end, by which function, and rows that are held back."""

    table: str
    by: str
    before: datetime
    due: int
    kept: int


@dataclass(frozen=True)
class Sweep(Generic[R]):
    """The ends of a service's tables. `months(runtime)`: how long each retention class is kept, by its name.

    `cards`, `members`: the tables that know whose a card is, and who belongs to a household. `more`: tables that end
    too and are in no copy, since what they say stands in others that are, or names nobody.
    """

    held: Held
    months: Callable[[R], Mapping[str, int]]
    cards: str = ""
    members: str = ""
    more: Held = field(default_factory=dict)

    async def look(self, runtime: R, now: datetime) -> list[Due]:
        """What would end now, and what is held back; nothing is changed."""
        async with runtime.pool.acquire() as connection:
            return [await self._due(connection, runtime, *ending, now) for ending in self._endings()]

    async def carry_out(self, runtime: R, now: datetime) -> dict[str, int]:
        """End what is past its time, little by little; how many rows, by table."""
        ended: dict[str, int] = {}
        for one in await self.look(runtime, now):
            DUE.labels(one.table).set(one.due)
            KEPT.labels(one.table).set(one.kept)
            if one.due and not runtime.settings.retention_dry_run:
                ended[one.table] = await self._end(runtime, one)
                ENDED.labels(one.table).inc(ended[one.table])
                DUE.labels(one.table).set(max(0, one.due - ended[one.table]))
                log.info("rows ended after their retention", table=one.table, rows=ended[one.table])
        return ended

    def job(self) -> Periodic[R]:
        """The job that carries it out, in the background process."""

        async def run(runtime: R) -> None:
            await self.carry_out(runtime, datetime.now(UTC))

        return Periodic("retention_by_class", run, EVERY_SECONDS)

    def _endings(self) -> list[tuple[str, HeldIn, Ending]]:
        return [
            (table, one, one.ends) for table, one in {**self.held, **self.more}.items() if isinstance(one.ends, Ending)
        ]

    async def _due(
        self, connection: SqlConnection, runtime: R, table: str, one: HeldIn, ends: Ending, now: datetime
    ) -> Due:
        past, kept = ends.past.format(before="$1::timestamptz"), kept_back(one.whose, self.cards, self.members)
        counts = f"SELECT count(*) FILTER (WHERE NOT {kept}), count(*) FILTER (WHERE {kept})"
        before = instant_before(now, self.months(runtime)[one.retention.value])
        (row,) = await connection.fetch(f"{counts} FROM {table} t WHERE {past}", before)
        return Due(table, ends.by, before, row[0], row[1])

    async def _end(self, runtime: R, due: Due) -> int:
        ended, statement = 0, f"SELECT {due.by}($1, $2)"
        while True:
            async with briefly(runtime.pool) as connection:
                if not await connection.fetchval(_TURN):
                    return ended
                rows: int = await connection.fetchval(statement, due.before, PRUNE_ROWS)
            ended += rows
            if rows < PRUNE_ROWS or ended >= due.due:
                return ended


def instant_before(now: datetime, months: int) -> datetime:
    """The instant so many months ago; days beyond the end of that month count as its last but three."""
    month = months_before(now.date().replace(day=1), months)
    return now.replace(year=month.year, month=month.month, day=min(now.day, 28))
