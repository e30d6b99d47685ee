"""Persisted clock offset: a trainer's business time, kept in the service's database, so that restarts go on from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from chassis.clock import ahead_of_present

if TYPE_CHECKING:
    import asyncpg
    from sqlalchemy.ext.asyncio import AsyncSession

    from chassis.clock import TrainingClock

REFRESH_SECONDS = 0.4

_MOVE = text(
    "INSERT INTO training_clock (ahead) VALUES (:ahead) ON CONFLICT (singleton) DO UPDATE"
    " SET version = training_clock.version + 1, ahead = excluded.ahead RETURNING version"
)


async def move(session: AsyncSession, instant: datetime | None) -> tuple[int, timedelta]:
    """Write down that business time goes on from `instant`, or is the present where that is None.

    Returns what a clock has to `follow` as soon as the session's transaction is committed.
    """
    ahead = ahead_of_present(instant)
    return (await session.execute(_MOVE, {"ahead": ahead})).scalar_one(), ahead


async def refresh(pool: asyncpg.Pool, clock: TrainingClock) -> None:
    """Let a clock follow what is written down; where nothing is, it stays as it is."""
    row = await pool.fetchrow("SELECT version, ahead FROM training_clock")
    if row is not None:
        clock.follow(row["version"], row["ahead"])
