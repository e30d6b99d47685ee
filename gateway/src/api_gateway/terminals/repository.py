"""Every SQL statement of terminals and enrolment codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import record
from api_gateway.terminals.models import Code, Standing, Terminal
from chassis.row_arrays import statement

_TERMINAL = (
    "SELECT terminal_id, outlet_id, kind, governorate, key_id, public_key, enrolled_at, suspended_at, authority,"
    " replaceable, overlap_at FROM terminal WHERE terminal_id = :terminal_id"
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
_KEY_TAKEN = text(  # now or ever: what an earlier key signed stays that terminal's
    "SELECT EXISTS (SELECT FROM terminal_key WHERE key_id = :key_id"
    " AND (terminal_id <> :terminal_id OR valid_to IS NOT NULL))"
)
_ENROL = text(
    "UPDATE terminal SET key_id = :key_id, public_key = :public_key, enrolled_at = :now, replaceable = false"
    " WHERE terminal_id = :terminal_id"
)
_END_KEY = text("UPDATE terminal_key SET valid_to = :now WHERE terminal_id = :terminal_id AND valid_to IS NULL")
_BEGIN_KEY = text(
    "INSERT INTO terminal_key (terminal_id, key_id, public_key, valid_from)"
    " VALUES (:terminal_id, :key_id, :public_key, :now)"
)
_REGISTER = statement(
    "INSERT INTO terminal (terminal_id, outlet_id, kind, governorate, authority)"
    " SELECT * FROM <rows>"
    " ON CONFLICT (terminal_id) DO UPDATE SET outlet_id = excluded.outlet_id, kind = excluded.kind,"
    " governorate = excluded.governorate, authority = excluded.authority",
    terminal_id="uuid",
    outlet_id="uuid",
    kind="text",
    governorate="text",
    authority="text",
)
_RESTATE = statement(
    "INSERT INTO terminal AS t (terminal_id, outlet_id, kind, governorate, authority, suspended_at, replaceable)"
    " SELECT r.terminal_id, r.outlet_id, r.kind, r.governorate, r.authority,"
    " CASE WHEN r.suspended THEN CAST(:at AS timestamptz) END, r.suspended FROM <rows>"
    " ON CONFLICT (terminal_id) DO UPDATE SET outlet_id = excluded.outlet_id, kind = excluded.kind,"
    " governorate = excluded.governorate, authority = CASE WHEN t.terminal_id = ANY(CAST(:named AS uuid[]))"
    " THEN excluded.authority ELSE t.authority END,"
    " suspended_at = CASE WHEN excluded.suspended_at IS NOT NULL"
    " THEN coalesce(t.suspended_at, excluded.suspended_at) END,"
    " replaceable = t.replaceable OR (t.suspended_at IS NULL AND excluded.suspended_at IS NOT NULL)"
    " RETURNING terminal_id, new.suspended_at IS NOT NULL AS suspended,"
    " (new.suspended_at IS NULL) <> (old.suspended_at IS NULL) AS turned",
    terminal_id="uuid",
    outlet_id="uuid",
    kind="text",
    governorate="text",
    authority="text",
    suspended="boolean",
)
_SUSPEND = text(
    "UPDATE terminal SET suspended_at = coalesce(suspended_at, :at), replaceable = true"
    " WHERE terminal_id = ANY(CAST(:ids AS uuid[]))"
)
_REINSTATE = text("UPDATE terminal SET suspended_at = NULL WHERE terminal_id = ANY(CAST(:ids AS uuid[]))")

_USES = text("SELECT address, used_at FROM terminal_use WHERE terminal_id = :terminal_id AND used_at > :since")
_USE = text(
    "INSERT INTO terminal_use (terminal_id, address, used_at) VALUES (:terminal_id, :address, :now)"
    " ON CONFLICT (terminal_id, address) DO UPDATE SET used_at = excluded.used_at"
)
_OVERLAP = text("UPDATE terminal SET overlap_at = :now WHERE terminal_id = :terminal_id")
_FORGET_USES = text("DELETE FROM terminal_use WHERE used_at < :before")


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
    """Whether another terminal has or had this key, or this one had it before another."""
    return bool((await session.execute(_KEY_TAKEN, {"key_id": key_id, "terminal_id": terminal_id})).scalar_one())


async def enrol(session: AsyncSession, terminal_id: UUID, key_id: str, public_key: bytes, now: datetime) -> None:
    """Give a terminal its key, from now on in place of the one before, and use up its code."""
    parameters = {"terminal_id": terminal_id, "key_id": key_id, "public_key": public_key, "now": now}
    await session.execute(_END_KEY, {"terminal_id": terminal_id, "now": now})
    await session.execute(_BEGIN_KEY, parameters)
    await session.execute(_ENROL, parameters)
    await session.execute(_USE_CODE, {"terminal_id": terminal_id, "now": now})


async def register(session: AsyncSession, terminals: Sequence[tuple[UUID, UUID, str, str, str]]) -> None:
    """Write terminals (id, outlet, kind, governorate, authority); those known keep their keys."""
    names = ("terminal_id", "outlet_id", "kind", "governorate", "authority")
    await session.execute(_REGISTER, {name: [one[n] for one in terminals] for n, name in enumerate(names)})


async def restate(session: AsyncSession, terminals: Sequence[Standing], at: datetime) -> list[tuple[UUID, bool]]:
    """Write terminals as their owner has them; those whom that has suspended (True) or reinstated.

    Keys stay, and who registered a terminal where the owner does not know it. One that is suspended by it may be given
    another key, as by any suspension.
    """
    names = ("terminal_id", "outlet_id", "kind", "governorate", "authority", "suspended")
    columns = {name: [getattr(one, name) for one in terminals] for name in names}
    named = [one.terminal_id for one in terminals if one.registered_by is not None]
    rows = await session.execute(_RESTATE, {**columns, "named": named, "at": at})
    return [(row.terminal_id, row.suspended) for row in rows if row.turned]


async def suspend(session: AsyncSession, terminal_ids: Sequence[UUID], at: datetime) -> None:
    """Give these terminals no more tokens."""
    await session.execute(_SUSPEND, {"ids": list(terminal_ids), "at": at})


async def reinstate(session: AsyncSession, terminal_ids: Sequence[UUID]) -> None:
    """Give these terminals tokens again."""
    await session.execute(_REINSTATE, {"ids": list(terminal_ids)})


async def use(
    session: AsyncSession, terminal_id: UUID, address: str, now: datetime, since: datetime
) -> dict[str, datetime]:
    """Note from where a terminal's key is used; from where it was before, and when last, since a moment."""
    rows = await session.execute(_USES, {"terminal_id": terminal_id, "since": since})
    before = {row.address: row.used_at for row in rows}
    await session.execute(_USE, {"terminal_id": terminal_id, "address": address, "now": now})
    return before


async def note_overlap(session: AsyncSession, terminal_id: UUID, now: datetime) -> None:
    """Note that a terminal's key was used from two places at once."""
    await session.execute(_OVERLAP, {"terminal_id": terminal_id, "now": now})


async def forget_uses(session: AsyncSession, before: datetime) -> None:
    """Drop the notes of where keys were used before a moment."""
    await session.execute(_FORGET_USES, {"before": before})
