"""Every SQL statement about outlets and terminals."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

_OUTLET = "outlet_id, kind, name_ar, name_en, governorate, district, fuel, loaf_type, registered_at"
_TERMINAL = (
    "terminal_id, outlet_id, serial, model, status, suspension_reason, public_key IS NOT NULL AS enrolled,"
    " registered_at"
)
_ADD_OUTLET = text(
    f"INSERT INTO outlet ({_OUTLET}) VALUES (:outlet_id, :kind, :name_ar, :name_en, :governorate, :district, :fuel,"
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
_ADD_TERMINAL = text(
    "INSERT INTO terminal (terminal_id, outlet_id, serial, model, registered_at, changed)"
    " VALUES (:terminal_id, :outlet_id, :serial, :model, :registered_at, :changed)"
    f" ON CONFLICT (serial) DO NOTHING RETURNING {_TERMINAL}"
)
_WHERE_IT_STANDS = (
    "(SELECT o.governorate FROM outlet o WHERE o.outlet_id = terminal.outlet_id) AS governorate,"
    " (SELECT o.district FROM outlet o WHERE o.outlet_id = terminal.outlet_id) AS district"
)
_FIND_TERMINAL = text(f"SELECT {_TERMINAL}, {_WHERE_IT_STANDS} FROM terminal WHERE terminal_id = :terminal_id")
_LOCK_TERMINAL = text(
    f"SELECT {_TERMINAL}, {_WHERE_IT_STANDS} FROM terminal WHERE terminal_id = :terminal_id FOR UPDATE"
)
_SET_STATUS = text(
    "UPDATE terminal SET status = :status, suspension_reason = :reason, changed = :changed"
    f" WHERE terminal_id = :terminal_id RETURNING {_TERMINAL}"
)
_SET_KEY = text(
    "UPDATE terminal SET key_id = :key_id, public_key = :public_key, changed = :changed"
    " WHERE terminal_id = :terminal_id"
)
_CHANGED = text(
    "SELECT t.terminal_id, t.outlet_id, t.status, t.public_key, t.changed, o.kind, o.governorate, o.district"
    " FROM terminal t JOIN outlet o USING (outlet_id) WHERE t.changed > :since ORDER BY t.changed"
)


async def add_outlet(session: AsyncSession, **values: Any) -> None:
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


async def add_terminal(
    session: AsyncSession, *, terminal_id: UUID, outlet_id: UUID, serial: str, model: str, at: datetime
) -> RowMapping | None:
    """Enter a terminal; None where its serial number is taken."""
    values = {
        "terminal_id": terminal_id,
        "outlet_id": outlet_id,
        "serial": serial,
        "model": model,
        "registered_at": at,
        "changed": await next_change(session),
    }
    return (await session.execute(_ADD_TERMINAL, values)).mappings().one_or_none()


async def find_terminal(session: AsyncSession, terminal_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """A terminal and where it stands, or None; with `lock` nobody else changes it until the commit."""
    statement = _LOCK_TERMINAL if lock else _FIND_TERMINAL
    return (await session.execute(statement, {"terminal_id": terminal_id})).mappings().one_or_none()


async def set_status(
    session: AsyncSession, terminal_id: UUID, status: str, reason: str | None, changed: int
) -> RowMapping:
    """Suspend or reinstate a terminal, as the version `changed`."""
    values = {"terminal_id": terminal_id, "status": status, "reason": reason, "changed": changed}
    return (await session.execute(_SET_STATUS, values)).mappings().one()


async def set_key(session: AsyncSession, terminal_id: UUID, key_id: str, public_key: str) -> None:
    """Keep the public key a terminal enrolled with."""
    values = {
        "terminal_id": terminal_id,
        "key_id": key_id,
        "public_key": public_key,
        "changed": await next_change(session),
    }
    await session.execute(_SET_KEY, values)


async def changed_since(session: AsyncSession, version: int) -> Sequence[RowMapping]:
    """Terminals that changed after a version, with where they stand."""
    return (await session.execute(_CHANGED, {"since": version})).mappings().all()
