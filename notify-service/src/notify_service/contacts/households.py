"""Where households live and how many they are, as the register tells it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement
from contracts.household import HouseholdState

_PUT = statement(
    """
    INSERT INTO household_place AS p (household_id, revision, district, members)
    SELECT DISTINCT ON (r.household_id) r.household_id, r.revision, r.district, r.members FROM <rows>
    ORDER BY r.household_id, r.revision DESC
    ON CONFLICT (household_id) DO UPDATE SET revision = excluded.revision, district = excluded.district,
        members = excluded.members WHERE p.revision <= excluded.revision
    """,
    household_id="uuid",
    revision="bigint",
    district="text",
    members="smallint",
)


async def put(session: AsyncSession, told: Iterable[HouseholdState]) -> None:
    """Keep where households live; what is older than what is there changes nothing."""
    households = list(told)
    if households:
        columns = {
            "household_id": [one.household_id for one in households],
            "revision": [one.revision for one in households],
            "district": [one.district for one in households],
            "members": [len(one.members) for one in households],
        }
        await session.execute(_PUT, columns)
