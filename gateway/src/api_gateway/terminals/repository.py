"""Every SQL statement of terminals and enrolment codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import record
from api_gateway.terminals.models import Code, Terminal

_TERMINAL = (
    "SELECT terminal_id, outlet_id, kind, governorate, key_id, public_key, enrolled_at, suspended_at FROM terminal"
    " WHERE terminal_id = :terminal_id"
)
_FIND = text(_TERMINAL)
_LOCK = text(f"{_TERMINAL} FOR UPDATE")
_CODE = text(
    "SELECT terminal_id, marked_with, code_mark, tries_left, expires_at, used_at, issued_by FROM enrolment_code"
    " WHERE terminal_id = :terminal_id FOR UPDATE"
)
_PUT_CODE = text(
    "INSERT INTO enrolment_code (terminal_id, marked_with, code_mark, tries_left, expires_at, used_at, issued_by)"
    " VALUES (:terminal_id, :marked_with, :code_mark, :tries_left, :expires_at, :used_at, :issued_by)"
    " ON CONFLICT (terminal_id) DO UPDATE SET marked_with = excluded.marked_with, code_mark = excluded.code_mark,"
    " tries_left = excluded.tries_left, expires_at = excluded.expires_at, used_at = NULL,"
    " issued_by = excluded.issued_by"
)
_COST_A_TRY = text("UPDATE enrolment_code SET tries_left = tries_left - 1 WHERE terminal_id = :terminal_id")
_USE_CODE = text("UPDATE enrolment_code SET used_at = :now WHERE terminal_id = :terminal_id")
_KEY_TAKEN = text("SELECT EXISTS (SELECT FROM terminal WHERE key_id = :key_id AND terminal_id <> :terminal_id)")
_ENROL = text(
    "UPDATE terminal SET key_id = :key_id, public_key = :public_key, enrolled_at = :now"
    " WHERE terminal_id = :terminal_id"
)
_REGISTER = text(
    "INSERT INTO terminal (terminal_id, outlet_id, kind, governorate)"
    " SELECT * FROM unnest(CAST(:terminal_id AS uuid[]), CAST(:outlet_id AS uuid[]), CAST(:kind AS text[]),"
    " CAST(:governorate AS text[]))"
    " ON CONFLICT (terminal_id) DO UPDATE SET outlet_id = excluded.outlet_id, kind = excluded.kind,"
    " governorate = excluded.governorate"
)
_SUSPEND = text(
    "UPDATE terminal SET suspended_at = coalesce(suspended_at, :at) WHERE terminal_id = ANY(CAST(:ids AS uuid[]))"
)
_REINSTATE = text("UPDATE terminal SET suspended_at = NULL WHERE terminal_id = ANY(CAST(:ids AS uuid[]))")


async def find(session: AsyncSession, terminal_id: UUID) -> Terminal | None:
    """A terminal."""
    row = (await session.execute(_FIND, {"terminal_id": terminal_id})).one_or_none()
    return record(Terminal, row) if row else None


async def lock(session: AsyncSession, terminal_id: UUID) -> Terminal | None:
    """A terminal that nobody else changes before this transaction ends."""
    row = (await session.execute(_LOCK, {"terminal_id": terminal_id})).one_or_none()
    return record(Terminal, row) if row else None


async def code_of(session: AsyncSession, terminal_id: UUID) -> Code | None:
    """The terminal's code, locked."""
    row = (await session.execute(_CODE, {"terminal_id": terminal_id})).one_or_none()
    return record(Code, row) if row else None


async def put_code(session: AsyncSession, code: Code) -> None:
    """Give a terminal a code; the one before is void."""
    await session.execute(_PUT_CODE, vars(code))


async def cost_a_try(session: AsyncSession, terminal_id: UUID) -> None:
    """Count a wrong code."""
    await session.execute(_COST_A_TRY, {"terminal_id": terminal_id})


async def key_taken(session: AsyncSession, key_id: str, terminal_id: UUID) -> bool:
    """Whether another terminal has this key."""
    return bool((await session.execute(_KEY_TAKEN, {"key_id": key_id, "terminal_id": terminal_id})).scalar_one())


async def enrol(session: AsyncSession, terminal_id: UUID, key_id: str, public_key: bytes, now: datetime) -> None:
    """Give a terminal its key and use up its code."""
    parameters = {"terminal_id": terminal_id, "key_id": key_id, "public_key": public_key, "now": now}
    await session.execute(_ENROL, parameters)
    await session.execute(_USE_CODE, {"terminal_id": terminal_id, "now": now})


async def register(session: AsyncSession, terminals: Sequence[tuple[UUID, UUID, str, str]]) -> None:
    """Write terminals (id, outlet, kind, governorate); those known keep their keys."""
    names = ("terminal_id", "outlet_id", "kind", "governorate")
    await session.execute(_REGISTER, dict(zip(names, map(list, zip(*terminals, strict=True)), strict=True)))


async def suspend(session: AsyncSession, terminal_ids: Sequence[UUID], at: datetime) -> None:
    """Give these terminals no more tokens."""
    await session.execute(_SUSPEND, {"ids": list(terminal_ids), "at": at})


async def reinstate(session: AsyncSession, terminal_ids: Sequence[UUID]) -> None:
    """Give these terminals tokens again."""
    await session.execute(_REINSTATE, {"ids": list(terminal_ids)})
