"""Every SQL statement about providers and their terminals."""

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

_PROVIDER = "provider_id, kind, name_ar, name_en, governorate, district, registered_at"
_TERMINAL = (
    "terminal_id, provider_id, serial, model, status, suspension_reason, key_id IS NOT NULL AS enrolled, registered_at"
)
_ADD_PROVIDER = text(
    f"INSERT INTO provider ({_PROVIDER})"
    " VALUES (:provider_id, :kind, :name_ar, :name_en, :governorate, :district, :registered_at)"
)
_FIND_PROVIDER = text(f"SELECT {_PROVIDER} FROM provider WHERE provider_id = :provider_id")
_PROVIDERS = BoundedStatement(
    f"SELECT {_PROVIDER} FROM provider WHERE provider_id > :after AND <bound>"
    " AND (CAST(:governorate AS text) IS NULL OR governorate = :governorate)"
    " AND (CAST(:kind AS text) IS NULL OR kind = :kind) ORDER BY provider_id LIMIT :limit",
    governorate="governorate",
    district="district",
    provider_id="provider_id",
)
_ADD_TERMINAL = text(
    "INSERT INTO clinic_terminal (terminal_id, provider_id, serial, model, registered_at)"
    " VALUES (:terminal_id, :provider_id, :serial, :model, :registered_at)"
    f" ON CONFLICT (serial) DO NOTHING RETURNING {_TERMINAL}"
)
_WHERE_IT_STANDS = (
    "(SELECT p.governorate FROM provider p WHERE p.provider_id = clinic_terminal.provider_id) AS governorate,"
    " (SELECT p.district FROM provider p WHERE p.provider_id = clinic_terminal.provider_id) AS district"
)
_FIND_TERMINAL = text(f"SELECT {_TERMINAL}, {_WHERE_IT_STANDS} FROM clinic_terminal WHERE terminal_id = :terminal_id")
_LOCK_TERMINAL = text(
    f"SELECT {_TERMINAL}, {_WHERE_IT_STANDS} FROM clinic_terminal WHERE terminal_id = :terminal_id FOR UPDATE"
)
_SET_STATUS = text(
    "UPDATE clinic_terminal SET status = :status, suspension_reason = :reason WHERE terminal_id = :terminal_id"
    f" RETURNING {_TERMINAL}"
)
_SET_KEY = text("UPDATE clinic_terminal SET key_id = :key_id WHERE terminal_id = :terminal_id")
_STANDS = text(
    "SELECT t.status, p.provider_id, p.kind, p.governorate, p.district"
    " FROM clinic_terminal t JOIN provider p USING (provider_id)"
    " WHERE t.terminal_id = :terminal_id"
)


async def add_provider(session: AsyncSession, **values: Any) -> None:
    """Enter a provider."""
    await session.execute(_ADD_PROVIDER, values)


async def find_provider(session: AsyncSession, provider_id: UUID) -> RowMapping | None:
    """A provider, or None."""
    return (await session.execute(_FIND_PROVIDER, {"provider_id": provider_id})).mappings().one_or_none()


async def providers(
    session: AsyncSession, bound: Bound, governorate: str | None, kind: str | None, page: Paging[UUID]
) -> Sequence[RowMapping]:
    """A page of the providers the caller may see."""
    parameters = {"governorate": governorate, "kind": kind} | page.bounds
    return (await session.execute(*_PROVIDERS.within(bound, parameters))).mappings().all()


async def add_terminal(
    session: AsyncSession, *, terminal_id: UUID, provider_id: UUID, serial: str, model: str, at: datetime
) -> RowMapping | None:
    """Enter a terminal; None where its serial number is taken."""
    values = {
        "terminal_id": terminal_id,
        "provider_id": provider_id,
        "serial": serial,
        "model": model,
        "registered_at": at,
    }
    return (await session.execute(_ADD_TERMINAL, values)).mappings().one_or_none()


async def find_terminal(session: AsyncSession, terminal_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """A terminal and where it stands, or None; with `lock` nobody else changes it until the commit."""
    statement = _LOCK_TERMINAL if lock else _FIND_TERMINAL
    return (await session.execute(statement, {"terminal_id": terminal_id})).mappings().one_or_none()


async def set_status(session: AsyncSession, terminal_id: UUID, status: str, reason: str | None) -> RowMapping:
    """Suspend or reinstate a terminal."""
    values = {"terminal_id": terminal_id, "status": status, "reason": reason}
    return (await session.execute(_SET_STATUS, values)).mappings().one()


async def set_key(session: AsyncSession, terminal_id: UUID, key_id: str) -> None:
    """Know that a terminal has enrolled; one that stands elsewhere changes nothing."""
    await session.execute(_SET_KEY, {"terminal_id": terminal_id, "key_id": key_id})


async def where_stands(session: AsyncSession, terminal_id: UUID) -> RowMapping | None:
    """The provider a terminal stands in, with the terminal's status."""
    return (await session.execute(_STANDS, {"terminal_id": terminal_id})).mappings().one_or_none()
