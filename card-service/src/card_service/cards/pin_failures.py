"""Wrong PINs by whoever tried them, of whatever cards: what bounds guessing at many cards from one terminal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Tries of one caller wait for each other, or many at once would all be the last that is allowed.
_IN_TURN = text("SELECT pg_advisory_xact_lock(hashtext('unicard.pin-checks'), hashtext(:caller))")
_SINCE = text("SELECT count(*) FROM pin_failure WHERE caller = :caller AND failed_at > :since")
_FORGET = text("DELETE FROM pin_failure WHERE caller = :caller AND failed_at <= :since")
_ADD = text("INSERT INTO pin_failure (caller, failed_at) VALUES (:caller, :at)")


async def since(session: AsyncSession, caller: str, moment: datetime) -> int:
    """How many wrong PINs a caller has tried since a moment; those before are forgotten."""
    await session.execute(_IN_TURN, {"caller": caller})
    await session.execute(_FORGET, {"caller": caller, "since": moment})
    return int((await session.execute(_SINCE, {"caller": caller, "since": moment})).scalar_one())


async def add(session: AsyncSession, caller: str, at: datetime) -> None:
    """Count a wrong PIN."""
    await session.execute(_ADD, {"caller": caller, "at": at})
