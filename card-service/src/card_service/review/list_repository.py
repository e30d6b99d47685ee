"""The SQL of the households behind a number of a review: the same steps, not counted but listed."""

# ruff: noqa: S608 - nothing but this package's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.review.models import Part, Reached, Step
from card_service.review.repository import MADE, REACHED, STEPS, Asked
from card_service.weeks import saturday_of
from chassis.paging import Paging

_REACHED: Final = " ".join(f"WHEN '{step}' THEN {when}" for step, when in REACHED.items())
_MADE: Final = " ".join(f"WHEN '{step}' THEN {saturday_of(f'({day})')}" for step, day in MADE.items())
_LIST = text(
    f"{STEPS} SELECT s.household_id, s.district, s.site, s.invited_at, s.due_at, s.collected_at, s.activated_at,"
    " CASE WHEN s.activated_at IS NOT NULL THEN s.first_used_on END AS first_used_on FROM steps s"
    f" WHERE CASE CAST(:step AS text) {_REACHED} END"
    " AND (CAST(:site AS text) IS NULL OR s.site = CAST(:site AS text))"
    " AND (CAST(:district AS text) IS NULL OR s.district = CAST(:district AS text))"
    " AND (CAST(:cohort AS date) IS NULL OR s.cohort = CAST(:cohort AS date))"
    f" AND (CAST(:made_in AS date) IS NULL OR CASE CAST(:step AS text) {_MADE} END = CAST(:made_in AS date))"
    " AND s.household_id > :after ORDER BY s.household_id LIMIT :limit"
)


async def households(
    session: AsyncSession, asked: Asked, step: Step, part: Part, page: Paging[UUID]
) -> Sequence[Reached]:
    """The households of a part that have reached a step, by their ids."""
    values = {
        "step": step,
        "site": str(part.site) if part.site else None,
        "district": part.district,
        "cohort": part.cohort,
        "made_in": part.made_in,
    }
    return [Reached(*row) for row in await session.execute(_LIST, asked.values | values | page.bounds)]
