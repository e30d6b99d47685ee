"""Every SQL statement of days that are told: how far a day has come, and what there is to tell of outlets."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.rations import TerminalsDay

_DUE = text(
    "SELECT d::date FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS d"
    " WHERE NOT EXISTS (SELECT FROM day_summary s WHERE s.business_day = d::date AND s.finished_at IS NOT NULL)"
    " ORDER BY d LIMIT 1"
)
_BEGIN = text("INSERT INTO day_summary (business_day, started_at) VALUES (:day, :now) ON CONFLICT DO NOTHING")
_FROM = text("SELECT after FROM day_summary WHERE business_day = :day AND finished_at IS NULL FOR UPDATE SKIP LOCKED")
_UNTIL = text(
    "UPDATE day_summary SET after = :after, outlets = outlets + :outlets, finished_at = :finished_at"
    " WHERE business_day = :day"
)
_OUTLETS = text(
    "SELECT outlet_id, kind, governorate, district, suspended_at IS NOT NULL AS suspended FROM outlet"
    " WHERE outlet_id > :after AND NOT trial ORDER BY outlet_id LIMIT :most"
)
_SOLD = "FROM redemption r WHERE r.outlet_id = ANY(CAST(:outlets AS uuid[])) AND r.business_day = :day"
_TERMINALS = text(
    "SELECT t.outlet_id, t.model, count(*) AS terminals,"
    " count(*) FILTER (WHERE t.status = 'active' AND t.key_id IS NOT NULL) AS ready,"
    " coalesce(sum(s.sales), 0) AS sales FROM terminal t"
    f" LEFT JOIN (SELECT r.terminal_id, count(*) AS sales {_SOLD} GROUP BY 1) s USING (terminal_id)"
    " WHERE t.outlet_id = ANY(CAST(:outlets AS uuid[])) GROUP BY 1, 2 ORDER BY 1, 2"
)
_REFUSED = text(
    "SELECT t.outlet_id, t.model, f.code, sum(f.refused) AS refused FROM terminal t JOIN sale_refusal f"
    " USING (terminal_id) WHERE t.outlet_id = ANY(CAST(:outlets AS uuid[])) AND f.day = :day GROUP BY 1, 2, 3"
    " ORDER BY 1, 2, 3"
)
_SERVED = text(f"SELECT DISTINCT r.governorate, r.household_id {_SOLD} ORDER BY 1, 2")


class Outlet(NamedTuple):
    """An outlet that is told of."""

    outlet_id: UUID
    kind: str
    governorate: str
    district: str
    suspended: bool


async def due(session: AsyncSession, first: date, last: date) -> date | None:
    """The oldest of some days that is not told to its end."""
    found: date | None = (await session.execute(_DUE, {"first": first, "last": last})).scalar_one_or_none()
    return found


async def begin(session: AsyncSession, day: date, now: datetime) -> UUID | None:
    """The last outlet a day was told of, its row locked; None where another process is at it."""
    await session.execute(_BEGIN, {"day": day, "now": now})
    after: UUID | None = (await session.execute(_FROM, {"day": day})).scalar_one_or_none()
    return after


async def until(session: AsyncSession, day: date, after: UUID, outlets: int, finished_at: datetime | None) -> None:
    """Note how far a day was told."""
    values = {"day": day, "after": after, "outlets": outlets, "finished_at": finished_at}
    await session.execute(_UNTIL, values)


async def outlets(session: AsyncSession, after: UUID, most: int) -> list[Outlet]:
    """The next outlets."""
    return [Outlet(*row) for row in await session.execute(_OUTLETS, {"after": after, "most": most})]


async def terminals(session: AsyncSession, given: Sequence[UUID], day: date) -> dict[UUID, list[TerminalsDay]]:
    """By outlet what its terminals did on a day, by their model."""
    values = {"outlets": list(given), "day": day}
    refused: dict[tuple[UUID, str], dict[str, int]] = {}
    for row in await session.execute(_REFUSED, values):
        refused.setdefault((row.outlet_id, row.model), {})[row.code] = int(row.refused)
    found: dict[UUID, list[TerminalsDay]] = {}
    for row in await session.execute(_TERMINALS, values):
        told = TerminalsDay(
            model=row.model,
            terminals=row.terminals,
            ready=row.ready,
            sales=int(row.sales),
            refused=refused.get((row.outlet_id, row.model), {}),
        )
        found.setdefault(row.outlet_id, []).append(told)
    return found


async def served(session: AsyncSession, given: Sequence[UUID], day: date) -> dict[str, list[UUID]]:
    """By their outlets' governorate the households that drew at some outlets on a day."""
    found: dict[str, list[UUID]] = {}
    for row in await session.execute(_SERVED, {"outlets": list(given), "day": day}):
        found.setdefault(row.governorate, []).append(row.household_id)
    return found
