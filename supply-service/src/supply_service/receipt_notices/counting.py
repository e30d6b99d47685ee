"""The job that counts notices that were shown: it reads sales behind those who write them, each once, in their order.

A sale's id is made when the sale is decided, and committed within seconds: ids older than `BEHIND_SECONDS` are all
there. So a place in their order is all that is kept, and the statement that books a sale has nothing to do with it.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from chassis.periodic import Periodic
from supply_service.context import Runtime
from supply_service.receipt_notices import repository
from supply_service.rules import keys

EVERY_SECONDS: Final = 15.0
BEHIND_SECONDS: Final = 60.0
SALES: Final = 5_000
FORGOTTEN: Final = 10_000
TIDY_SECONDS: Final = 3600.0
_RANDOM_BITS: Final = 80  # of an id, behind its milliseconds


def first_id(at: float) -> UUID:
    """The least id that can be made at an instant of the machine's clock, by which ids are made."""
    return UUID(int=int(at * 1000) << _RANDOM_BITS)


async def run(runtime: Runtime, behind: float = BEHIND_SECONDS) -> bool:
    """Look at the next sales that were decided so many seconds ago; whether there may be more at once."""
    before = first_id(time.time() - behind)
    async with runtime.sessions() as session, session.begin():
        after = await repository.begin(session)
        if after is None or after >= before:
            return False
        if not await repository.any_since(session, _since(runtime)):
            await repository.until(session, before)
            return False
        read = await repository.sales(session, after, before, SALES)
        if read.named:
            await repository.count(session, read.named)
        more = read.sales == SALES
        await repository.until(session, read.last if more and read.last else before)
    return more


async def tidy(runtime: Runtime) -> None:
    """Forget who was shown what is long over."""
    async with runtime.sessions() as session, session.begin():
        await repository.forget(session, _since(runtime), FORGOTTEN)


def _since(runtime: Runtime) -> date:
    """The last day of a notice that a sale which is taken today may name."""
    today = runtime.clock.today()
    return today - timedelta(days=1 + (keys.OFFLINE_DAYS.find(runtime.state.snapshot.book, today) or 0))


JOBS: Final = (
    Periodic("receipt_notices", run, EVERY_SECONDS),
    Periodic("receipt_notices_over", tidy, TIDY_SECONDS),
)
