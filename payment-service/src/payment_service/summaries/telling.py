"""What is told of the payments of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.days_told import DaysTold
from contracts.payment import HouseholdsPaid
from payment_service.context import Context
from payment_service.summaries import repository

HOUSEHOLDS: Final = 5_000  # of an event: some 200 KB


async def told(session: AsyncSession, day: date) -> Sequence[HouseholdsPaid]:
    """The households that paid, so many to an event."""
    households = await repository.paid(session, day)
    return [
        HouseholdsPaid(business_day=day, household_ids=list(households[start : start + HOUSEHOLDS]))
        for start in range(0, len(households), HOUSEHOLDS)
    ]


SUMMARIES: Final = DaysTold[Context](repository, told)
