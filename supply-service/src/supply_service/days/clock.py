"""Closing by the clock the days that nobody has closed, of all outlets, a batch at a time.

A batch is one transaction with the mark of how far it went: a stop in the middle and a second process change nothing.
An outlet whose days cannot be closed stands aside alone and is tried again; the others go on.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day
from chassis.isolation import Batches
from chassis.logging import get_logger
from chassis.metrics import BACKGROUND
from chassis.periodic import Periodic
from supply_service.context import Runtime
from supply_service.days import service, unclosed
from supply_service.rules import closing
from supply_service.rules.keys import DAY_CLOSES_AT

log = get_logger(__name__)

EVERY_SECONDS = 30.0
CLOSED = Counter(
    "unicard_outlet_days_closed_by_clock_total", "Outlets' days that the clock has closed", registry=BACKGROUND
)
FINISHED = Gauge(
    "unicard_day_closing_finished", "Whether the clock is through with the last day that is over", registry=BACKGROUND
)


def due(runtime: Runtime) -> date:
    """The last day that is closed by the clock now. Raises PolicyMissing or PolicyInvalid."""
    now = runtime.clock.now()
    return closing.due(now, DAY_CLOSES_AT.on(runtime.state.snapshot.book, business_day(now)))


async def _claim(session: AsyncSession, runtime: Runtime, most: int) -> Sequence[UUID]:
    """The next outlets to look at, with the mark that they are; none where another process is at it."""
    day, now = due(runtime), runtime.clock.now()
    found = await unclosed.progress(session, day, now)
    if found is None:
        return ()
    if found.finished:
        FINISHED.set(1)
        return await unclosed.again(session, most)
    outlets = await unclosed.following(session, found.after, most)
    finished = len(outlets) < most
    await unclosed.until(session, day, outlets[-1] if outlets else None, now if finished else None)
    FINISHED.set(finished)
    if finished:
        log.info("the day is closed at all outlets", day=day.isoformat())
    return outlets


async def _work(session: AsyncSession, runtime: Runtime, outlets: Sequence[UUID]) -> None:
    day, now = due(runtime), runtime.clock.now()
    found = await unclosed.uncounted(session, outlets, day, service.reach(runtime, now), now)
    sold = found.keys() | await unclosed.claimants(session, outlets)
    closed = 0
    for outlet_id in sorted(sold):
        more = await service.close_by_clock(session, runtime, outlet_id, day)
        closed += more
    if closed:
        await unclosed.count(session, day, closed)
        CLOSED.inc(closed)


BATCHES: Batches[Runtime, UUID] = Batches(
    worker=unclosed.WORKER,
    claim=_claim,
    work=_work,
    key=lambda outlet_id: outlet_id,
    size=lambda runtime: max(1, runtime.state.settings.closing_batch),
)


async def run(runtime: Runtime) -> bool:
    """Close the next outlets' days, where that is asked for; whether there may be more."""
    if not runtime.state.settings.closing_batch or not _is_over(runtime):
        return False
    return await BATCHES.run(runtime)


def _is_over(runtime: Runtime) -> bool:
    """Whether the day that is closed has been over for long enough: trainers upload and close by hand before that."""
    here, day = runtime.state, due(runtime)
    if here.due is None or here.due[0] != day:
        here.due = day, time.monotonic()
    return time.monotonic() - here.due[1] >= here.settings.closing_wait_seconds


JOBS = (Periodic(unclosed.WORKER, run, EVERY_SECONDS),)
