"""Every SQL statement about debits that are told together."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.isolation import not_aside
from chassis.row_arrays import statement

Rows = Sequence[Row[object]]
DIGESTS = "debit_digests"
_KEY = "citizen_id::text || ' ' || day::text"

# What is told singly stays below the number; from then on all of the day waits.
_COUNT = text(
    """
    INSERT INTO debit_day AS d (citizen_id, day, household_id, told, waiting, amount)
    VALUES (:citizen_id, :day, :household_id, CASE WHEN :most > 0 THEN 1 ELSE 0 END,
            CASE WHEN :most > 0 THEN 0 ELSE 1 END, CASE WHEN :most > 0 THEN 0 ELSE CAST(:amount AS bigint) END)
    ON CONFLICT (citizen_id, day) DO UPDATE SET
        told = d.told + CASE WHEN d.told < :most AND d.waiting = 0 THEN 1 ELSE 0 END,
        waiting = d.waiting + CASE WHEN d.told < :most AND d.waiting = 0 THEN 0 ELSE 1 END,
        amount = d.amount + CASE WHEN d.told < :most AND d.waiting = 0 THEN 0 ELSE CAST(:amount AS bigint) END
    RETURNING waiting
    """
)
_DUE = text(
    f"SELECT citizen_id, day, household_id, waiting, amount, {_KEY} AS key FROM debit_day"
    " WHERE waiting > 0 AND (day < :today OR (day = :today AND :due_today))"
    f" AND {not_aside(DIGESTS, _KEY)} ORDER BY day, citizen_id LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_TOLD = statement(
    "UPDATE debit_day d SET waiting = 0, amount = 0 FROM <rows> WHERE d.citizen_id = r.citizen_id AND d.day = r.day",
    citizen_id="uuid",
    day="date",
)
_FORGET = text("DELETE FROM debit_day WHERE day < :before AND waiting = 0")


async def count(session: AsyncSession, citizen_id: UUID, household_id: UUID, day: date, amount: int, most: int) -> bool:
    """Count a debit of a day; whether it is told by itself, as the first `most` are."""
    of = {"citizen_id": citizen_id, "household_id": household_id, "day": day, "amount": amount, "most": most}
    return int((await session.execute(_COUNT, of)).scalar_one()) == 0


async def due(session: AsyncSession, today: date, *, due_today: bool, limit: int) -> Rows:
    """Days whose rest is to be told, locked; today's where its hour has come."""
    return (await session.execute(_DUE, {"today": today, "due_today": due_today, "limit": limit})).all()


async def told(session: AsyncSession, rows: Rows) -> None:
    """The rest of these days is queued."""
    columns = {"citizen_id": [row.citizen_id for row in rows], "day": [row.day for row in rows]}
    await session.execute(_TOLD, columns)


async def forget(session: AsyncSession, before: date) -> None:
    """Forget days of which nothing waits."""
    await session.execute(_FORGET, {"before": before})
