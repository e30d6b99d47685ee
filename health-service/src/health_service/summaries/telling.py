"""The job that tells days that are over, each once, those of the last week that were missed among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis import outbox
from chassis.clock import business_day, day_begins
from chassis.periodic import Periodic
from contracts.health import HouseholdsTreated
from health_service.context import Runtime
from health_service.summaries import repository
from health_service.summaries.repository import Of

EVERY_SECONDS: Final = 300.0
HOUSEHOLDS: Final = 5_000  # of an event: some 200 KB
_DAYS_BACK: Final = 7


async def run(runtime: Runtime) -> bool:
    """Tell the oldest day that is not told; whether there may be more."""
    now = runtime.clock.now()
    last = business_day(now) - timedelta(days=1)
    async with runtime.sessions() as session, session.begin():
        day = await repository.due(session, last - timedelta(days=_DAYS_BACK - 1), last)
        if day is None or not await repository.tell(session, day, now):
            return False
        treated = await repository.treated(session, day_begins(day), day_begins(day + timedelta(days=1)))
        await outbox.add(session, *_told(treated))
    runtime.wake_relay()
    return True


def _told(treated: Mapping[Of, list[UUID]]) -> Iterator[HouseholdsTreated]:
    for of, households in treated.items():
        for start in range(0, len(households), HOUSEHOLDS):
            yield HouseholdsTreated(**of._asdict(), household_ids=households[start : start + HOUSEHOLDS])


JOBS: Final = (Periodic("day_summaries", run, EVERY_SECONDS),)
