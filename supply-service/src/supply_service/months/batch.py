"""Opening the present month for all households, a batch at a time: the job of the 1st.

It comes to what each household's first draw would have come to (0037), so that households which draw meanwhile, a stop
in the middle and a second process change nothing: whoever is open is passed by, and a batch is one transaction with the
mark of how far it went.
"""

from __future__ import annotations

import time
from datetime import date

from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.logging import get_logger
from chassis.metrics import BACKGROUND
from chassis.periodic import Periodic
from supply_service.cards.accounts import account_from_json
from supply_service.context import Runtime
from supply_service.months import repository
from supply_service.months.service import present
from supply_service.months.writes import Writes
from supply_service.rules.opening import open_month

log = get_logger(__name__)

EVERY_SECONDS = 60.0
HELD_SECONDS = 0.25
OPENED = Counter("unicard_months_opened_total", "Households whose month was opened by the job", registry=BACKGROUND)
FINISHED = Gauge(
    "unicard_month_opening_finished", "Whether the present month is open for all households", registry=BACKGROUND
)


async def run(runtime: Runtime) -> bool | float | None:
    """Open the next batch of the present month; the seconds until the one after it, None once there is none."""
    here = runtime.state
    given, most = here.settings, here.opening_batch or here.settings.opening_batch
    if not given.opening_per_second:
        return None
    began, month = time.perf_counter(), present(runtime)
    async with runtime.sessions() as session, session.begin():
        looked_at = await _batch(session, runtime, month, most)
    FINISHED.set(looked_at is None)
    if looked_at is None:
        return None
    runtime.wake_relay()
    took = time.perf_counter() - began
    here.opening_batch = step_after(most, took, given.opening_batch)
    return max(0.0, looked_at / given.opening_per_second - took, took if took > HELD_SECONDS else 0.0) or True


def step_after(households: int, took: float, most: int) -> int:
    """How many households the next step opens, after one of so many that took so many seconds; `most` where it may.

    A sale waits for its household as long as a step holds it: on a busy machine steps become small, and the job rests
    as long as each of them took.
    """
    return max(1, households // 2) if took > HELD_SECONDS else min(most, households * 2)


async def _batch(session: AsyncSession, runtime: Runtime, month: date, most: int) -> int | None:
    """Open so many households' month; how many, None where all are open or another process is at it."""
    now = runtime.clock.now()
    after = await repository.opening_from(session, month, now)
    if after is None:
        return None
    found = await repository.lock_unopened(session, month, after, most)
    figures, writes = runtime.state.snapshot.figures, Writes()
    for row in await repository.unopened(session, found, month):
        account = account_from_json(row)
        writes.account(account, open_month(account, month, figures), None, "register")
    await repository.write(session, writes.tables)
    await outbox.add(session, *writes.events)
    finished = len(found) < most
    await repository.opened_until(session, month, found[-1] if found else after, len(found), now if finished else None)
    OPENED.inc(len(found))
    if finished:
        log.info("the month is open for all households", month=month.isoformat())
    return len(found)


JOBS = (Periodic("months", run, EVERY_SECONDS),)
