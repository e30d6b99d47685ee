"""The job that tells days that are over, a batch of outlets in one transaction with the mark of how far it went.

A day is told once. A process that was away tells the days of the last week that it has missed, oldest first; older ones
are known to nobody who counts use in the last days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from chassis import outbox
from chassis.clock import business_day
from chassis.periodic import Periodic
from contracts.summaries import HouseholdsServed, OutletDaySummarised
from supply_service.context import Runtime
from supply_service.sales.refused import EVERY_SECONDS as WRITTEN_SECONDS
from supply_service.summaries import repository

EVERY_SECONDS: Final = 300.0
OUTLETS: Final = 200
HOUSEHOLDS: Final = 5_000  # of an event: some 200 KB
_DAYS_BACK: Final = 7


async def run(runtime: Runtime) -> bool:
    """Tell the next outlets of the oldest day that is not told; whether there may be more."""
    now = runtime.clock.now()
    # what processes have refused on the day's last seconds is written by then
    last = business_day(now - timedelta(seconds=2 * WRITTEN_SECONDS)) - timedelta(days=1)
    async with runtime.sessions() as session, session.begin():
        day = await repository.due(session, last - timedelta(days=_DAYS_BACK - 1), last)
        after = await repository.begin(session, day, now) if day else None
        if day is None or after is None:
            return False
        found = await repository.outlets(session, after, OUTLETS)
        ids = [outlet.outlet_id for outlet in found]
        terminals = await repository.terminals(session, ids, day)
        served = await repository.served(session, ids, day)
        summaries = [
            OutletDaySummarised(
                outlet_id=one.outlet_id,
                business_day=day,
                kind=one.kind,
                governorate=one.governorate,
                district=one.district,
                suspended=one.suspended,
                terminals=terminals.get(one.outlet_id, []),
            )
            for one in found
        ]
        await outbox.add(session, *summaries, *_served(served, day))
        finished = len(found) < OUTLETS
        await repository.until(session, day, ids[-1] if ids else after, len(found), now if finished else None)
    runtime.wake_relay()
    return True


def _served(served: dict[str, list[UUID]], day: date) -> Iterator[HouseholdsServed]:
    for governorate, households in served.items():
        for part in _parts(households):
            yield HouseholdsServed(governorate=governorate, business_day=day, household_ids=part)


def _parts(households: Sequence[UUID]) -> Iterator[list[UUID]]:
    left = iter(households)
    while part := list(islice(left, HOUSEHOLDS)):
        yield part


JOBS: Final = (Periodic("day_summaries", run, EVERY_SECONDS),)
