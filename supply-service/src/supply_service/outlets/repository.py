"""Every SQL statement about outlets, and what processes read of their terminals (`terminal_registry` writes them)."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging
from supply_service.outlets.asked import Asked

_ADDED = "outlet_id, kind, name_ar, name_en, governorate, district, fuel, loaf_type, registered_at, trial"
_OUTLET = f"{_ADDED}, contact IS NOT NULL AS reachable, suspended_at, suspension_reason"
_ADD_OUTLET = text(
    f"INSERT INTO outlet ({_ADDED}) VALUES (:outlet_id, :kind, :name_ar, :name_en, :governorate, :district, :fuel,"
    " :loaf_type, :registered_at, :trial)"
)
_FIND_OUTLET = text(f"SELECT {_OUTLET} FROM outlet WHERE outlet_id = :outlet_id")
_AREA = {"governorate": "o.governorate", "district": "o.district", "outlet_id": "o.outlet_id"}
# Whether an outlet has sold since a day is told by the index of its days alone.
_ASKED = (
    "<bound> AND (CAST(:governorate AS text) IS NULL OR o.governorate = :governorate)"
    " AND (CAST(:district AS text) IS NULL OR o.district = :district)"
    " AND (CAST(:kind AS text) IS NULL OR o.kind = :kind)"
    " AND (CAST(:suspended AS boolean) IS NULL OR (o.suspended_at IS NOT NULL) = :suspended)"
    " AND (CAST(:silent_since AS date) IS NULL OR ("
    "  EXISTS (SELECT FROM terminal t WHERE t.outlet_id = o.outlet_id AND t.status = 'active')"
    "  AND NOT EXISTS (SELECT FROM redemption r WHERE r.outlet_id = o.outlet_id"
    "   AND r.business_day >= :silent_since AND r.period >= date_trunc('month', CAST(:silent_since AS date))::date)))"
)
_OUTLETS = BoundedStatement(
    f"SELECT {_OUTLET} FROM outlet o WHERE o.outlet_id > :after AND {_ASKED} ORDER BY o.outlet_id LIMIT :limit", **_AREA
)
_COUNT = BoundedStatement(f"SELECT count(*) FROM outlet o WHERE {_ASKED}", **_AREA)
# The counter's row lock makes the order of versions the order of commits, so that no reader skips a change.
_NEXT = text("UPDATE change_counter SET version = version + 1 WHERE subject = 'terminals' RETURNING version")
_CHANGED = text(
    "SELECT t.terminal_id, t.outlet_id, t.status, t.public_key, t.changed, o.kind, o.governorate, o.district, o.trial,"
    " o.suspended_at IS NOT NULL AS outlet_suspended"
    " FROM terminal t JOIN outlet o USING (outlet_id) WHERE t.changed > :since ORDER BY t.changed"
)
_LOCK_SUSPENDED = text("SELECT suspended_at IS NOT NULL FROM outlet WHERE outlet_id = :outlet_id FOR NO KEY UPDATE")
_SET_SUSPENDED = text("UPDATE outlet SET suspended_at = :at, suspension_reason = :reason WHERE outlet_id = :outlet_id")
_TOUCH = text("UPDATE terminal SET changed = :version WHERE outlet_id = :outlet_id")
_BEGIN = text("INSERT INTO suspension (subject_id, began_at) VALUES (:subject_id, :at) ON CONFLICT DO NOTHING")
_END = text("UPDATE suspension SET ended_at = :at WHERE subject_id = :subject_id AND ended_at IS NULL")


async def add_outlet(session: AsyncSession, **values: object) -> None:
    """Enter an outlet."""
    await session.execute(_ADD_OUTLET, values)


async def find_outlet(session: AsyncSession, outlet_id: UUID) -> RowMapping | None:
    """An outlet, or None."""
    return (await session.execute(_FIND_OUTLET, {"outlet_id": outlet_id})).mappings().one_or_none()


async def outlets(session: AsyncSession, bound: Bound, asked: Asked, page: Paging[UUID]) -> Sequence[RowMapping]:
    """A page of the outlets the caller may see."""
    return (await session.execute(*_OUTLETS.within(bound, asked._asdict() | page.bounds))).mappings().all()


async def count(session: AsyncSession, bound: Bound, asked: Asked) -> int:
    """How many outlets all pages have."""
    return int((await session.execute(*_COUNT.within(bound, asked._asdict()))).scalar_one())


async def next_change(session: AsyncSession) -> int:
    """A new version for the terminals; every process reads what carries it once it is committed.

    It comes before any terminal's own row is locked: a consumer changes many terminals in one transaction.
    """
    return int((await session.execute(_NEXT)).scalar_one())


async def changed_since(session: AsyncSession, version: int) -> Sequence[RowMapping]:
    """Terminals that changed after a version, with where they stand."""
    return (await session.execute(_CHANGED, {"since": version})).mappings().all()


async def lock_suspended(session: AsyncSession, outlet_id: UUID) -> bool:
    """Whether an outlet is suspended; nobody else changes it until the commit."""
    return bool((await session.execute(_LOCK_SUSPENDED, {"outlet_id": outlet_id})).scalar_one())


async def set_suspended(session: AsyncSession, outlet_id: UUID, at: datetime | None, reason: str | None) -> None:
    """Suspend an outlet from an instant on, or (None) no longer."""
    await session.execute(_SET_SUSPENDED, {"outlet_id": outlet_id, "at": at, "reason": reason})


async def touch_terminals(session: AsyncSession, outlet_id: UUID, version: int) -> None:
    """Have every process read the terminals of an outlet again."""
    await session.execute(_TOUCH, {"outlet_id": outlet_id, "version": version})


async def note_suspension(session: AsyncSession, subject_id: UUID, suspended: bool, at: datetime) -> None:
    """Keep from when until when a terminal or an outlet was suspended."""
    await session.execute(_BEGIN if suspended else _END, {"subject_id": subject_id, "at": at})
