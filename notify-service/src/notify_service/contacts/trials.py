"""Households that only try the system: known for good once the register has said so."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement
from contracts.household import HouseholdState

_PUT = statement(
    "INSERT INTO trial_household (household_id) SELECT DISTINCT r.household_id FROM <rows> ON CONFLICT DO NOTHING",
    household_id="uuid",
)


async def put(session: AsyncSession, told: Iterable[HouseholdState]) -> None:
    """Know those of the households that are of a trial."""
    meant = [one.household_id for one in told if one.trial]
    if meant:
        await session.execute(_PUT, {"household_id": meant})
