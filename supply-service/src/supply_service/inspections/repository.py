"""Every SQL statement about the inspector's card but the sums of days and balances."""

# ruff: noqa: S608 - nothing but this module's own list of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement

_COLUMNS = (
    "i.draw_id, i.outlet_id, i.business_day, i.loaves, i.amount, i.reason, i.drawn_by, i.drawn_at, i.withdrawn_by,"
    " i.withdrawn_at"
)
# Locked: two inspectors at one bakery stay within the one bound.
_OUTLET = text(
    "SELECT kind, governorate, district, fuel, loaf_type FROM outlet WHERE outlet_id = :outlet_id FOR NO KEY UPDATE"
)
_DRAWN = text(
    "SELECT CAST(coalesce(sum(loaves), 0) AS int) FROM inspector_draw"
    " WHERE outlet_id = :outlet_id AND business_day = :day AND withdrawn_at IS NULL"
)
_ADD = text(
    "INSERT INTO inspector_draw (draw_id, outlet_id, business_day, loaves, amount, reason, drawn_by, drawn_at)"
    " VALUES (:draw_id, :outlet_id, :business_day, :loaves, :amount, :reason, :drawn_by, :drawn_at)"
)
_FIND = text(
    f"SELECT {_COLUMNS}, o.governorate, o.district FROM inspector_draw i JOIN outlet o USING (outlet_id)"
    " WHERE i.draw_id = :draw_id"
)
_WITHDRAW = text(
    "UPDATE inspector_draw SET withdrawn_by = :by, withdrawn_at = :at WHERE draw_id = :draw_id AND withdrawn_at IS NULL"
)
_PAGE = BoundedStatement(
    f"SELECT {_COLUMNS} FROM inspector_draw i JOIN outlet o USING (outlet_id) WHERE i.draw_id > :after"
    " AND (CAST(:outlet_id AS uuid) IS NULL OR i.outlet_id = :outlet_id) AND <bound>"
    " ORDER BY i.draw_id LIMIT :limit",
    governorate="o.governorate",
    district="o.district",
    outlet_id="o.outlet_id",
)


async def outlet(session: AsyncSession, outlet_id: UUID) -> RowMapping | None:
    """What an outlet is and where, locked, or None."""
    return (await session.execute(_OUTLET, {"outlet_id": outlet_id})).mappings().one_or_none()


async def drawn(session: AsyncSession, outlet_id: UUID, day: date) -> int:
    """The loaves a bakery was let sell on a day."""
    return int((await session.execute(_DRAWN, {"outlet_id": outlet_id, "day": day})).scalar_one())


async def add(session: AsyncSession, **values: object) -> None:
    """Enter a draw."""
    await session.execute(_ADD, values)


async def find(session: AsyncSession, draw_id: UUID) -> RowMapping | None:
    """A draw with the area of its bakery, or None."""
    return (await session.execute(_FIND, {"draw_id": draw_id})).mappings().one_or_none()


async def withdraw(session: AsyncSession, draw_id: UUID, by: str, at: datetime) -> None:
    """Let a draw not count; the first who says so does."""
    await session.execute(_WITHDRAW, {"draw_id": draw_id, "by": by, "at": at})


async def page(
    session: AsyncSession, bound: Bound, outlet_id: UUID | None, bounds: Mapping[str, object]
) -> Sequence[RowMapping]:
    """The next draws that a caller may see."""
    return (await session.execute(*_PAGE.within(bound, {"outlet_id": outlet_id, **bounds}))).mappings().all()
