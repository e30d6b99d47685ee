"""Days that are over, told to others once each: those of the last week that were missed, oldest first.

Which were told, the service keeps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import business_day
from chassis.periodic import Periodic
from chassis.runtime import Runtime
from contracts.event import Event

State = TypeVar("State")
EVERY_SECONDS: Final = 300.0
DAYS_BACK: Final = 7
# What began before midnight may be committed after it.
MARGIN: Final = timedelta(minutes=5)


class Told(Protocol):
    """What a service knows of the days it has told."""

    async def due(self, session: AsyncSession, first: date, last: date) -> date | None:
        """The oldest of some days that is not told."""
        ...

    async def tell(self, session: AsyncSession, day: date, now: datetime) -> bool:
        """Take a day on; False where another process has told it."""
        ...


class DaysTold(Generic[State]):
    """The job of a service that tells its days."""

    def __init__(self, kept: Told, telling: Callable[[AsyncSession, date], Awaitable[Iterable[Event]]]) -> None:
        """`kept` by the service; `telling`: the events of a Cairo day."""
        self._kept = kept
        self._telling = telling

    def job(self) -> Periodic[Runtime[State]]:
        """To be run by the service."""
        return Periodic("day_summaries", self.run, EVERY_SECONDS)

    async def run(self, runtime: Runtime[State]) -> bool:
        """Tell the oldest day that is not told, in one transaction with its mark; whether there may be more."""
        now = runtime.clock.now()
        last = business_day(now - MARGIN) - timedelta(days=1)
        async with runtime.sessions() as session, session.begin():
            day = await self._kept.due(session, last - timedelta(days=DAYS_BACK - 1), last)
            if day is None or not await self._kept.tell(session, day, now):
                return False
            await outbox.add(session, *await self._telling(session, day))
        runtime.wake_relay()
        return True
