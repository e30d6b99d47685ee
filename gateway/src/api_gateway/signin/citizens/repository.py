"""Every SQL statement of citizens' codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.sealing import Sealed

_COUNTS = text(
    "SELECT count(*) FILTER (WHERE person_mark = :mark AND sent_at > :hour) AS of_hour,"
    " count(*) FILTER (WHERE person_mark = :mark) AS of_day, count(*) FILTER (WHERE sent_at > :minute) AS of_all"
    " FROM code_challenge WHERE (person_mark = :mark AND sent_at > :day) OR sent_at > :minute"
)
_ADD = text(
    "INSERT INTO code_challenge (challenge_id, person_mark, marked_with, code_mark, tries_left, sent_at, expires_at)"
    " VALUES (:challenge_id, :person_mark, :marked_with, :code_mark, :tries, :now, :expires_at)"
)
_SET_CITIZEN = text("UPDATE code_challenge SET citizen_id = :citizen_id WHERE challenge_id = :challenge_id")
_TRY = text(
    "UPDATE code_challenge SET tries_left = tries_left - 1 WHERE challenge_id = :challenge_id AND tries_left > 0"
    " AND used_at IS NULL AND expires_at > :now RETURNING citizen_id, marked_with, code_mark"
)
_USE = text(
    "UPDATE code_challenge SET used_at = :now WHERE challenge_id = :challenge_id AND used_at IS NULL RETURNING true"
)
_FORGET = text("DELETE FROM code_challenge WHERE sent_at < :before")


@dataclass(frozen=True)
class Counts:
    """How many codes were asked for: for one national id within an hour and a day, for all within a minute."""

    of_hour: int
    of_day: int
    of_all: int


async def counts(session: AsyncSession, mark: bytes, now: datetime) -> Counts:
    """How many codes were asked for of late."""
    since = {"minute": now - timedelta(minutes=1), "hour": now - timedelta(hours=1), "day": now - timedelta(days=1)}
    return Counts(**(await session.execute(_COUNTS, {"mark": mark, **since})).one()._mapping)


async def add(
    session: AsyncSession, challenge_id: UUID, mark: bytes, code: Sealed, tries: int, now: datetime, life: timedelta
) -> None:
    """Write a challenge, whether anybody is behind the national id or not."""
    values = {
        "challenge_id": challenge_id,
        "person_mark": mark,
        "marked_with": code.key,
        "code_mark": code.value,
        "tries": tries,
        "now": now,
        "expires_at": now + life,
    }
    await session.execute(_ADD, values)


async def set_citizen(session: AsyncSession, challenge_id: UUID, citizen_id: UUID) -> None:
    """Say whose challenge it is, once that is known."""
    await session.execute(_SET_CITIZEN, {"challenge_id": challenge_id, "citizen_id": citizen_id})


async def try_code(session: AsyncSession, challenge_id: UUID, now: datetime) -> tuple[UUID | None, Sealed] | None:
    """Count a try; whose challenge it is and the code's mark, None where it is over."""
    row = (await session.execute(_TRY, {"challenge_id": challenge_id, "now": now})).one_or_none()
    return (row.citizen_id, Sealed(row.marked_with, bytes(row.code_mark))) if row else None


async def use(session: AsyncSession, challenge_id: UUID, now: datetime) -> bool:
    """Use a challenge up; False where that was done before."""
    used = await session.execute(_USE, {"challenge_id": challenge_id, "now": now})
    return used.scalar_one_or_none() is not None


async def forget(session: AsyncSession, before: datetime) -> None:
    """Drop challenges that no limit counts any more."""
    await session.execute(_FORGET, {"before": before})
