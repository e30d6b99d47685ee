"""Every SQL statement about outlets, and what processes read of their terminals (`terminal_registry` writes them)."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

_ADDED = "outlet_id, kind, name_ar, name_en, governorate, district, fuel, loaf_type, registered_at"
_OUTLET = f"{_ADDED}, contact IS NOT NULL AS reachable"
_ADD_OUTLET = text(
    f"INSERT INTO outlet ({_ADDED}) VALUES (:outlet_id, :kind, :name_ar, :name_en, :governorate, :district, :fuel,"
    " :loaf_type, :registered_at)"
)
_FIND_OUTLET = text(f"SELECT {_OUTLET} FROM outlet WHERE outlet_id = :outlet_id")
_OUTLETS = BoundedStatement(
    f"SELECT {_OUTLET} FROM outlet WHERE outlet_id > :after AND <bound>"
    " AND (CAST(:governorate AS text) IS NULL OR governorate = :governorate)"
    " AND (CAST(:kind AS text) IS NULL OR kind = :kind) ORDER BY outlet_id LIMIT :limit",
    governorate="governorate",
    district="district",
    outlet_id="outlet_id",
)
# The counter's row lock makes the order of versions the order of commits, so that no reader skips a change.
_NEXT = text("UPDATE change_counter SET version = version + 1 WHERE subject = 'terminals' RETURNING version")
_CHANGED = text(
    "SELECT t.terminal_id, t.outlet_id, t.status, t.public_key, t.changed, o.kind, o.governorate, o.district"
    " FROM terminal t JOIN outlet o USING (outlet_id) WHERE t.changed > :since ORDER BY t.changed"
)


async def add_outlet(session: AsyncSession, **values: object) -> None:
    """Enter an outlet."""
    await session.execute(_ADD_OUTLET, values)


async def find_outlet(session: AsyncSession, outlet_id: UUID) -> RowMapping | None:
    """An outlet, or None."""
    return (await session.execute(_FIND_OUTLET, {"outlet_id": outlet_id})).mappings().one_or_none()


async def outlets(
    session: AsyncSession, bound: Bound, governorate: str | None, kind: str | None, page: Paging[UUID]
) -> Sequence[RowMapping]:
    """A page of the outlets the caller may see."""
    parameters = {"governorate": governorate, "kind": kind} | page.bounds
    return (await session.execute(*_OUTLETS.within(bound, parameters))).mappings().all()


async def next_change(session: AsyncSession) -> int:
    """A new version for the terminals; every process reads what carries it once it is committed.

    It comes before any terminal's own row is locked: a consumer changes many terminals in one transaction.
    """
    return int((await session.execute(_NEXT)).scalar_one())


async def changed_since(session: AsyncSession, version: int) -> Sequence[RowMapping]:
    """Terminals that changed after a version, with where they stand."""
    return (await session.execute(_CHANGED, {"since": version})).mappings().all()
