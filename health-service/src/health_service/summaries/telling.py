"""What is told of the visits that were entered on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import day_begins
from chassis.days_told import DaysTold
from contracts.health import HouseholdsTreated
from health_service.context import Context
from health_service.summaries import repository

HOUSEHOLDS: Final = 5_000  # of an event: some 200 KB


async def told(session: AsyncSession, day: date) -> Sequence[HouseholdsTreated]:
    """The households that were treated, by where and when, so many to an event."""
    treated = await repository.treated(session, day_begins(day), day_begins(day + timedelta(days=1)))
    return [
        HouseholdsTreated(**of._asdict(), household_ids=households[start : start + HOUSEHOLDS])
        for of, households in treated.items()
        for start in range(0, len(households), HOUSEHOLDS)
    ]


SUMMARIES: Final = DaysTold[Context](repository, told)
