"""Every SQL statement of what is published of the roll-out."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.distribution.invitations import FIRST, INVITED, INVITED_AT
from card_service.progress.withholding import Batch
from card_service.weeks import day_of, saturday_of
from chassis.row_arrays import statement

STEPS: Final = ("registered", "invited", "collected", "activated", "first_used")
_COUNTED = text(
    f"WITH cards AS (SELECT c.household_id, min({INVITED_AT}) AS invited, min(c.issued_at) AS collected,"
    f"  min(c.activated_at) AS activated FROM card c {FIRST}"
    f"  WHERE c.governorate = :governorate AND c.phase_id IS NOT NULL AND {INVITED} GROUP BY 1),"
    " made AS (SELECT v.step, v.day AS d FROM household h LEFT JOIN cards c USING (household_id)"
    "  LEFT JOIN household_use u USING (household_id) CROSS JOIN LATERAL (VALUES"
    f"  ('registered', {day_of('h.registered_at')}), ('invited', {day_of('c.invited')}),"
    f"  ('collected', {day_of('c.collected')}), ('activated', {day_of('c.activated')}),"
    f"  ('first_used', CASE WHEN c.activated IS NOT NULL THEN greatest(u.first_used_on, {day_of('c.activated')})"
    "    END)) v (step, day)"
    "  WHERE h.governorate = :governorate AND h.status = 'active' AND h.trial_id IS NULL AND v.day IS NOT NULL"
    "   AND (v.step <> 'first_used' OR u.first_used_on IS NOT NULL))"
    f" SELECT step, {saturday_of('d')} AS week, count(*) AS households FROM made"
    " GROUP BY 1, 2"
)
_USED = text(
    "SELECT count(DISTINCT c.household_id) FROM card c JOIN household h USING (household_id)"
    " JOIN household_use u USING (household_id) WHERE h.governorate = :governorate AND h.status = 'active'"
    " AND h.trial_id IS NULL"
    " AND c.governorate = h.governorate AND c.phase_id IS NOT NULL AND c.activated_at IS NOT NULL"
    " AND u.used_on > :since"
)
_DUE = text(
    "SELECT DISTINCT p.governorate FROM rollout_phase p WHERE NOT EXISTS (SELECT FROM progress_run r"
    " WHERE r.governorate = p.governorate AND r.week >= :week) ORDER BY 1 LIMIT 1"
)
_RUN = text(
    "INSERT INTO progress_run (governorate, week, published_at) VALUES (:governorate, :week, :now)"
    " ON CONFLICT (governorate) DO UPDATE SET week = excluded.week, published_at = excluded.published_at"
    " WHERE progress_run.week < excluded.week RETURNING week"
)
_BATCHES = text(
    "SELECT b.governorate, b.step, b.first_week, b.total, c.week, c.households FROM progress_batch b"
    " JOIN progress_cell c USING (governorate, step, first_week)"
    " WHERE CAST(:governorate AS text) IS NULL OR b.governorate = :governorate ORDER BY 1, 2, 3, 5"
)
_ADD_BATCH = text(
    "INSERT INTO progress_batch (governorate, step, first_week, total)"
    " VALUES (:governorate, :step, :first_week, :total)"
)
_ADD_CELLS = statement(
    "INSERT INTO progress_cell (governorate, step, first_week, week, households)"
    " SELECT :governorate, :step, :first_week, r.week, r.households FROM <rows>",
    week="date",
    households="integer",
)
_STOCKS = text(
    "SELECT governorate, households, counted_on FROM progress_stock"
    " WHERE CAST(:governorate AS text) IS NULL OR governorate = :governorate"
)
_SET_STOCK = text(
    "INSERT INTO progress_stock (governorate, households, counted_on) VALUES (:governorate, :households, :counted_on)"
    " ON CONFLICT (governorate) DO UPDATE SET households = excluded.households, counted_on = excluded.counted_on"
)
_RUNS = text(
    "SELECT governorate, week FROM progress_run"
    " WHERE CAST(:governorate AS text) IS NULL OR governorate = :governorate ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class Stock:
    """Households that used their card in the last days, as published, and the day of the count."""

    households: int
    counted_on: date


async def due(session: AsyncSession, week: date) -> str | None:
    """A governorate that a week is not published of yet."""
    found: str | None = (await session.execute(_DUE, {"week": week})).scalar_one_or_none()
    return found


async def begin(session: AsyncSession, governorate: str, week: date, now: datetime) -> bool:
    """Take a week of a governorate on, its row locked; False where another process has published it."""
    values = {"governorate": governorate, "week": week, "now": now}
    return (await session.execute(_RUN, values)).scalar_one_or_none() is not None


async def counted(session: AsyncSession, governorate: str) -> dict[str, dict[date, int]]:
    """Households by step and week, as they are known now."""
    found: dict[str, dict[date, int]] = {step: {} for step in STEPS}
    for row in await session.execute(_COUNTED, {"governorate": governorate}):
        found[row.step][row.week] = row.households
    return found


async def used(session: AsyncSession, governorate: str, since: date) -> int:
    """Households with an active card that used it since a day."""
    found: int = (await session.execute(_USED, {"governorate": governorate, "since": since})).scalar_one()
    return found


async def published(session: AsyncSession, governorate: str | None = None) -> dict[str, dict[str, list[Batch]]]:
    """What is published, by governorate and step, the first batch first."""
    grouped: dict[tuple[str, str, date, int], dict[date, int | None]] = {}
    for row in await session.execute(_BATCHES, {"governorate": governorate}):
        key = (row.governorate, row.step, row.first_week, row.total)
        grouped.setdefault(key, {})[row.week] = row.households
    found: dict[str, dict[str, list[Batch]]] = {}
    for (code, step, _, total), cells in grouped.items():
        found.setdefault(code, {}).setdefault(step, []).append(Batch(cells, total))
    return found


async def add(session: AsyncSession, governorate: str, step: str, batch: Batch) -> None:
    """Publish a batch."""
    key = {"governorate": governorate, "step": step, "first_week": min(batch.cells)}
    await session.execute(_ADD_BATCH, {**key, "total": batch.total})
    columns = {"week": list(batch.cells), "households": list(batch.cells.values())}
    await session.execute(_ADD_CELLS, {**key, **columns})


async def stocks(session: AsyncSession, governorate: str | None = None) -> dict[str, Stock]:
    """What is published of use, by governorate."""
    rows = await session.execute(_STOCKS, {"governorate": governorate})
    return {row.governorate: Stock(row.households, row.counted_on) for row in rows}


async def set_stock(session: AsyncSession, governorate: str, given: Stock) -> None:
    """Publish how many used their card in the last days."""
    values = {"governorate": governorate, "households": given.households, "counted_on": given.counted_on}
    await session.execute(_SET_STOCK, values)


async def runs(session: AsyncSession, governorate: str | None = None) -> Mapping[str, date]:
    """By governorate the last week that was looked at."""
    return {row.governorate: row.week for row in await session.execute(_RUNS, {"governorate": governorate})}
