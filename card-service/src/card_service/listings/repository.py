"""Reading lists of the register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.listings import statements
from card_service.listings.asked import Asked
from card_service.listings.cursors import Cursor
from chassis.area import Bound


class Row(NamedTuple):
    """A household, its head and the head's card, as they are kept."""

    household_id: UUID
    governorate: str
    district: str
    status: str
    members: int
    registered_at: datetime
    citizen_id: UUID | None
    name_kept: bytes | None
    restricted: bool
    card_id: UUID | None
    number_sealed: bytes | None
    card_state: str | None
    site_id: UUID | None
    place: str


async def count(session: AsyncSession, bound: Bound, asked: Asked) -> int:
    """How many households of the caller's there are."""
    held = asked.conditions
    found = await session.execute(*statements.counting(frozenset(held)).within(bound, held))
    return int(found.scalar_one())


async def page(
    session: AsyncSession, bound: Bound, asked: Asked, sort: str, after: Cursor | None, limit: int, today: date
) -> list[Row]:
    """The caller's households behind a cursor, in the order `sort`."""
    held = asked.conditions
    statement = statements.page(frozenset(held), sort, behind=after is not None)
    place = {} if after is None else {"value": after.value, "id": after.household_id}
    found = await session.execute(*statement.within(bound, {**held, **place, "limit": limit, "today": today}))
    return [Row(*row) for row in found]


def whole(bound: Bound, asked: Asked, sort: str, today: date) -> tuple[TextClause, Mapping[str, object]]:
    """The statement of all of a list, and its parameters."""
    held = asked.conditions
    return statements.whole(frozenset(held), sort).within(bound, {**held, "today": today})
