"""Statements on what locks a session."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import asyncpg


async def choose(pool: asyncpg.Pool, session_id: UUID, pin_mark: bytes) -> None:
    """Keep what a session's PIN is known by."""
    await pool.execute("UPDATE session SET pin_mark = $2, pin_tries = 0 WHERE session_id = $1", session_id, pin_mark)


async def lock(pool: asyncpg.Pool, session_id: UUID, now: datetime) -> None:
    """Show nothing more of a session until it is opened."""
    await pool.execute(
        "UPDATE session SET locked_at = $2, pin_tries = 0 WHERE session_id = $1 AND locked_at IS NULL", session_id, now
    )


async def tried(pool: asyncpg.Pool, session_id: UUID) -> asyncpg.Record | None:
    """Count a try before it is judged, so that tries at once are not one: the PIN's mark and how many there are."""
    return await pool.fetchrow(
        "UPDATE session SET pin_tries = pin_tries + 1 WHERE session_id = $1 RETURNING pin_mark, pin_tries", session_id
    )


async def unlock(pool: asyncpg.Pool, session_id: UUID, now: datetime) -> None:
    """Go on with a session as if it had just been used."""
    await pool.execute(
        "UPDATE session SET locked_at = NULL, pin_tries = 0, seen_at = $2 WHERE session_id = $1", session_id, now
    )
