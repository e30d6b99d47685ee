"""Households that only try the system: known for good once the register has said so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement
from contracts.household import HouseholdState

_PUT = statement(
    "INSERT INTO trial_household (household_id) SELECT DISTINCT r.household_id FROM <rows> ON CONFLICT DO NOTHING",
    household_id="uuid",
)
_IS = text("SELECT EXISTS (SELECT FROM trial_household WHERE household_id = :household_id)")
_WHICH = text("SELECT household_id FROM trial_household WHERE household_id = ANY(CAST(:ids AS uuid[]))")


async def put(session: AsyncSession, told: Iterable[HouseholdState]) -> None:
    """Know those of the households that are of a trial."""
    meant = [one.household_id for one in told if one.trial]
    if meant:
        await session.execute(_PUT, {"household_id": meant})


async def is_trial(session: AsyncSession, household_id: UUID) -> bool:
    """Whether a household is of a trial."""
    return bool((await session.execute(_IS, {"household_id": household_id})).scalar_one())


async def which(session: AsyncSession, households: Sequence[UUID]) -> set[UUID]:
    """Those of the households that are of a trial."""
    return set((await session.execute(_WHICH, {"ids": list(households)})).scalars())
