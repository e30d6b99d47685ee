"""Poison items: what fails again and again stands aside alone, and whatever waits behind it goes on.

A worker that works on many rows in one transaction declares them as `Batches`. Where a batch fails it is tried by
halves; a row that fails alone is noted in `set_aside` with its tries and the kind of error, counted, and left out by
the worker's statement (`not_aside`) until its next try, each later than the one before.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import metrics
from chassis.infrastructure_errors import is_infrastructure, sqlstate
from chassis.logging import get_logger
from chassis.runtime import Resources

log = get_logger(__name__)

R = TypeVar("R", bound=Resources)
Row = TypeVar("Row")

FIRST_RETRY_SECONDS = 60
MAX_RETRY_SECONDS = 6 * 3600

_SET_ASIDE = """
    INSERT INTO set_aside AS s (worker, item, attempts, reason, next_at)
    VALUES ($1, $2, 1, $3, clock_timestamp() + make_interval(secs => $4))
    ON CONFLICT (worker, item) DO UPDATE SET attempts = s.attempts + 1, reason = excluded.reason,
        next_at = clock_timestamp() + make_interval(secs => least($4 * power(2, least(s.attempts, 20)), $5))
    RETURNING attempts
"""
_DONE = "DELETE FROM set_aside WHERE worker = $1 AND item = ANY($2::text[])"
_COUNT = "SELECT worker, count(*) AS items FROM set_aside GROUP BY worker"


def not_aside(worker: str, column: str) -> str:
    """The SQL condition that leaves out what a worker has set aside, until its next try. `column` identifies a row."""
    return (
        f"NOT EXISTS (SELECT FROM set_aside x WHERE x.worker = '{worker}' AND x.item = CAST({column} AS text)"
        " AND x.next_at > statement_timestamp())"
    )


async def set_aside(runtime: Resources, worker: str, item: str, error: BaseException) -> None:
    """Note that an item failed; of the error its kind only, since its words may be personal."""
    reason = " ".join(filter(None, [type(error).__name__, sqlstate(error)]))
    attempts = await runtime.pool.fetchval(
        _SET_ASIDE, worker, item, reason, float(FIRST_RETRY_SECONDS), float(MAX_RETRY_SECONDS)
    )
    metrics.ITEMS_FAILED.labels(worker).inc()
    log.error("item set aside", worker=worker, item=item, attempts=attempts, exc_info=error)


async def done(runtime: Resources, worker: str, items: Sequence[str]) -> None:
    """Forget that items which are done now had once failed."""
    await runtime.pool.execute(_DONE, worker, list(items))


async def count(runtime: Resources) -> None:
    """Show how many items stand aside, by worker."""
    found = {row["worker"]: row["items"] for row in await runtime.pool.fetch(_COUNT)}
    metrics.ITEMS_ASIDE.clear()
    for worker, items in found.items():
        metrics.ITEMS_ASIDE.labels(worker).set(items)


@dataclass(frozen=True)
class Batches(Generic[R, Row]):
    """Rows worked on together, many in one transaction.

    `claim(session, runtime, limit)`: the next rows in a fixed order, without those set aside (`not_aside`);
    `work(session, runtime, rows)`: what is to be done with them; `key(row)`: what identifies a row;
    `size(runtime)`: how many at once.
    """

    worker: str
    claim: Callable[[AsyncSession, R, int], Awaitable[Sequence[Row]]]
    work: Callable[[AsyncSession, R, Sequence[Row]], Awaitable[object]]
    key: Callable[[Row], object]
    size: Callable[[R], int]

    async def run(self, runtime: R) -> bool:
        """Do one batch, or what of it can be done; whether there may be more."""
        size = limit = self.size(runtime)
        while True:
            rows: Sequence[Row] = ()
            try:
                async with runtime.sessions() as session, session.begin():
                    rows = await self.claim(session, runtime, limit)
                    if rows:
                        await self.work(session, runtime, rows)
            except Exception as error:  # why: whatever it was, one row must not keep the others from going on
                if is_infrastructure(error) or not rows:
                    raise
                if len(rows) == 1:
                    await set_aside(runtime, self.worker, str(self.key(rows[0])), error)
                    return True
                limit = len(rows) // 2
                continue
            if rows:
                await done(runtime, self.worker, [str(self.key(row)) for row in rows])
                runtime.wake_relay()
            return len(rows) == size or limit < size
