"""Every SQL statement about sales at the free price but the sums of days and balances."""

# ruff: noqa: S608 - nothing but this module's own list of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from supply_service.places.listed import LISTED
from supply_service.places.listed import asked as meant

_COLUMNS = (
    "f.free_sale_id, f.outlet_id, f.terminal_id, f.business_day, f.sold_at, CAST(f.lines AS text) AS lines,"
    " f.loaves, f.amount, f.reversed_at, f.reason"
)
_ADD = text(
    "INSERT INTO free_sale (free_sale_id, outlet_id, terminal_id, business_day, sold_at, lines, loaves, amount)"
    " VALUES (:free_sale_id, :outlet_id, :terminal_id, :business_day, :sold_at, CAST(:lines AS jsonb), :loaves,"
    " :amount)"
)
_FIND = text(
    f"SELECT {_COLUMNS}, o.governorate, o.district FROM free_sale f JOIN outlet o USING (outlet_id)"
    " WHERE f.free_sale_id = :free_sale_id"
)
_REVERSE = text(
    "UPDATE free_sale SET reversed_by = :by, reversed_at = :at, reason = :reason"
    " WHERE free_sale_id = :free_sale_id AND reversed_at IS NULL RETURNING free_sale_id"
)
_PAGE = BoundedStatement(
    f"SELECT {_COLUMNS} FROM free_sale f JOIN outlet o USING (outlet_id) WHERE f.free_sale_id > :after"
    " AND f.business_day = :day AND (CAST(:outlet_id AS uuid) IS NULL OR f.outlet_id = :outlet_id) AND <bound>"
    f" AND {LISTED}"
    " ORDER BY f.free_sale_id LIMIT :limit",
    governorate="o.governorate",
    district="o.district",
    outlet_id="f.outlet_id",
)


async def add(session: AsyncSession, **values: object) -> None:
    """Enter a sale; `lines` as JSON."""
    await session.execute(_ADD, values)


async def find(session: AsyncSession, free_sale_id: UUID) -> RowMapping | None:
    """A sale with the area of its outlet, or None."""
    return (await session.execute(_FIND, {"free_sale_id": free_sale_id})).mappings().one_or_none()


async def reverse(session: AsyncSession, free_sale_id: UUID, by: str, at: datetime, reason: str) -> bool:
    """Take a sale back, once; False where it was taken back already."""
    values = {"free_sale_id": free_sale_id, "by": by, "at": at, "reason": reason}
    return (await session.execute(_REVERSE, values)).one_or_none() is not None


async def page(
    session: AsyncSession, bound: Bound, day: date, outlet_id: UUID | None, bounds: Mapping[str, object]
) -> Sequence[RowMapping]:
    """The next sales of a day that a caller may see."""
    asked = {"day": day, "outlet_id": outlet_id, **meant(bound, outlet_id), **bounds}
    return (await session.execute(*_PAGE.within(bound, asked))).mappings().all()
