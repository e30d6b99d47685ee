"""Statements on kept views."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import asyncpg

# A filter that is kept already has its name changed; beyond so many nothing more is kept.
_KEEP = """
    INSERT INTO saved_view (view_id, subject, place, query, name_sealed, created_at)
    SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM saved_view WHERE subject = $2 AND place = $3) < $7
    ON CONFLICT (subject, place, query) DO UPDATE SET view_id = $1, name_sealed = $5
"""


async def keep(
    pool: asyncpg.Pool, view_id: UUID, subject: str, place: str, query: str, name: bytes, now: datetime, most: int
) -> bool:
    """Keep a view; False where there are too many already."""
    done: str = await pool.execute(_KEEP, view_id, subject, place, query, name, now, most)
    return done.endswith(" 1")


async def of(pool: asyncpg.Pool, subject: str, place: str) -> list[asyncpg.Record]:
    """Somebody's views of a list, in the order in which they were kept."""
    return list(
        await pool.fetch(
            "SELECT view_id, query, name_sealed FROM saved_view WHERE subject = $1 AND place = $2"
            " ORDER BY created_at, view_id",
            subject, place,
        )
    )  # fmt: skip


async def remove(pool: asyncpg.Pool, view_id: UUID, subject: str) -> str | None:
    """Forget a view: the list it was of; None for another's."""
    place: str | None = await pool.fetchval(
        "DELETE FROM saved_view WHERE view_id = $1 AND subject = $2 RETURNING place", view_id, subject
    )
    return place
