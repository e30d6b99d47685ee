"""Statements on the console's own tables."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.connections import SqlConnection

_INSERT = """
    INSERT INTO session (session_id, mark, subject, tokens_sealed, created_at, seen_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $5, $6)
"""
# A session is idle when nobody has asked for a page; a look once a minute keeps writes few.
_SEEN = """
    UPDATE session SET seen_at = $2 WHERE mark = $1 AND seen_at < $2::timestamptz - interval '1 minute'
"""
_LIVE = """
    SELECT session_id, subject, tokens_sealed, seen_at, expires_at, pin_mark IS NOT NULL AS pin,
        locked_at IS NOT NULL OR seen_at <= $3 AS locked
    FROM session WHERE mark = $1 AND expires_at > $2 AND (seen_at > $3 OR pin_mark IS NOT NULL)
"""


async def create(
    pool: asyncpg.Pool, session_id: UUID, mark: bytes, subject: str, sealed: bytes, now: datetime, expires_at: datetime
) -> None:
    """Write a new session."""
    await pool.execute(_INSERT, session_id, mark, subject, sealed, now, expires_at)


async def live(pool: asyncpg.Pool, mark: bytes, now: datetime, idle_since: datetime) -> asyncpg.Record | None:
    """The session of a cookie's mark, where it goes on; unused since then it is locked, or over without a PIN."""
    return await pool.fetchrow(_LIVE, mark, now, idle_since)


async def seen(pool: asyncpg.Pool, mark: bytes, now: datetime) -> None:
    """Note that a session is used."""
    await pool.execute(_SEEN, mark, now)


async def subject_of(pool: asyncpg.Pool, mark: bytes) -> str | None:
    """Whose session it is or was."""
    found: str | None = await pool.fetchval("SELECT subject FROM session WHERE mark = $1", mark)
    return found


async def locked_tokens(connection: SqlConnection, session_id: UUID) -> bytes | None:
    """A session's sealed tokens, locked until the transaction ends: one request at a time gets new ones."""
    found: bytes | None = await connection.fetchval(
        "SELECT tokens_sealed FROM session WHERE session_id = $1 FOR UPDATE", session_id
    )
    return found


async def set_tokens(connection: SqlConnection, session_id: UUID, sealed: bytes) -> None:
    """Keep a session's new tokens."""
    await connection.execute("UPDATE session SET tokens_sealed = $2 WHERE session_id = $1", session_id, sealed)


async def end(pool: asyncpg.Pool, session_id: UUID) -> None:
    """Take a session away."""
    await pool.execute("DELETE FROM session WHERE session_id = $1", session_id)


async def forget(pool: asyncpg.Pool, now: datetime) -> None:
    """Remove what is over: sessions a day after their end, since a form sent too late still asks whose it was."""
    await pool.execute("DELETE FROM session WHERE expires_at < $1::timestamptz - interval '1 day'", now)
    await pool.execute("DELETE FROM lookup WHERE expires_at < $1", now)
    await pool.execute("DELETE FROM draft WHERE expires_at < $1", now)


async def keep_draft(pool: asyncpg.Pool, subject: str, place: str, sealed: bytes, expires_at: datetime) -> None:
    """Keep what somebody had typed at a place; the newest counts."""
    await pool.execute(
        "INSERT INTO draft (subject, place, fields_sealed, expires_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (subject, place) DO UPDATE SET fields_sealed = $3, expires_at = $4",
        subject, place, sealed, expires_at,
    )  # fmt: skip


async def take_draft(pool: asyncpg.Pool, subject: str, place: str, now: datetime) -> bytes | None:
    """What somebody had typed at a place, given once."""
    found: bytes | None = await pool.fetchval(
        "DELETE FROM draft WHERE subject = $1 AND place = $2 AND expires_at > $3 RETURNING fields_sealed",
        subject, place, now,
    )  # fmt: skip
    return found


async def keep_lookup(pool: asyncpg.Pool, lookup_id: UUID, subject: str, sealed: bytes, expires_at: datetime) -> None:
    """Keep what somebody looks for, so that the address of the answer names nobody."""
    await pool.execute(
        "INSERT INTO lookup (lookup_id, subject, sought_sealed, expires_at) VALUES ($1, $2, $3, $4)",
        lookup_id, subject, sealed, expires_at,
    )  # fmt: skip


async def lookup(pool: asyncpg.Pool, lookup_id: UUID, subject: str, now: datetime) -> bytes | None:
    """What somebody has looked for; another's is unknown."""
    found: bytes | None = await pool.fetchval(
        "SELECT sought_sealed FROM lookup WHERE lookup_id = $1 AND subject = $2 AND expires_at > $3",
        lookup_id, subject, now,
    )  # fmt: skip
    return found
