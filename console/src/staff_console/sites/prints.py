"""Lists that were asked for on paper: that they were requested is known, never that they were printed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import asyncpg

from chassis.ids import new_id


async def requested(pool: asyncpg.Pool, subject: str, site_id: UUID, day: date, now: datetime) -> None:
    """Record that somebody asked to print a site's day."""
    await pool.execute(
        "INSERT INTO print_request (request_id, subject, site_id, day, requested_at) VALUES ($1, $2, $3, $4, $5)",
        new_id(), subject, site_id, day, now,
    )  # fmt: skip


async def last(pool: asyncpg.Pool, site_id: UUID, day: date) -> datetime | None:
    """When a site's day was last asked for on paper."""
    found: datetime | None = await pool.fetchval(
        "SELECT max(requested_at) FROM print_request WHERE site_id = $1 AND day = $2", site_id, day
    )
    return found


async def forget(pool: asyncpg.Pool, now: datetime) -> None:
    """Remove requests of more than a year ago."""
    await pool.execute("DELETE FROM print_request WHERE requested_at < $1::timestamptz - interval '1 year'", now)
