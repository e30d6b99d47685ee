"""SQL that finds what no closed day has counted, outlet by outlet, and how far the clock has come with a day."""

# ruff: noqa: S608 - nothing but fixed conditions is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.isolation import not_aside
from supply_service.rules.closing import DaySold

WORKER = "days"
CLOCK = "clock"

# A complete close has counted all that had come in up to its day; what comes after it is sold at most `reach` days
# before it comes, after the day it closed, or on the day of a paper sheet that was approved since: a sheet may wait for
# its approval for weeks, and few outlets have one. So no day before that has anything uncounted, whichever close one
# takes. Closes of a time to come are none yet: trainers move the clock back.
SINCE = (  # of an outlet `o`
    "(SELECT coalesce(max(least(c.business_day, CAST(c.closed_at AT TIME ZONE 'Africa/Cairo' AS date)"
    " - CAST(:reach AS int), s.day)), date '2000-01-01') FROM (SELECT business_day, closed_at FROM outlet_day d"
    " WHERE d.outlet_id = o.outlet_id AND d.complete AND d.business_day <= CAST(:day AS date)"
    " AND d.closed_at <= CAST(:now AS timestamptz) ORDER BY business_day DESC LIMIT 3) c"
    " CROSS JOIN LATERAL (SELECT min(p.day) AS day FROM paper_sheet p WHERE p.outlet_id = o.outlet_id"
    " AND p.state = 'booked' AND p.decided_at > c.closed_at - interval '1 day') s)"
)
_UNCOUNTED = text(
    f"WITH given AS (SELECT o.outlet_id, {SINCE} AS since FROM outlet o"
    "  WHERE o.outlet_id = ANY(CAST(:outlet_ids AS uuid[]))"
    "), sold AS ("
    "  SELECT g.outlet_id, s.business_day AS day, s.n FROM given g CROSS JOIN LATERAL ("
    "   SELECT business_day, count(*) AS n FROM redemption r"
    "   WHERE r.outlet_id = g.outlet_id AND r.business_day BETWEEN g.since AND CAST(:day AS date)"
    "   AND r.period BETWEEN CAST(date_trunc('month', g.since::timestamp) AS date) AND CAST(:day AS date)"
    "   GROUP BY business_day) s"
    "  UNION ALL"
    "  SELECT g.outlet_id, s.business_day, s.n FROM given g CROSS JOIN LATERAL ("
    "   SELECT business_day, count(*) AS n FROM reversal r"
    "   WHERE r.outlet_id = g.outlet_id AND r.business_day BETWEEN g.since AND CAST(:day AS date)"
    "   GROUP BY business_day) s"
    "  UNION ALL"
    "  SELECT g.outlet_id, p.sold_on, -p.n FROM given g CROSS JOIN LATERAL ("
    "   SELECT sold_on, sum(redemptions + reversals) AS n FROM outlet_day_part p"
    "   WHERE p.outlet_id = g.outlet_id AND p.sold_on BETWEEN g.since AND CAST(:day AS date) GROUP BY sold_on) p"
    ")"
    " SELECT s.outlet_id, s.day, EXISTS (SELECT FROM outlet_day d"
    "  WHERE d.outlet_id = s.outlet_id AND d.business_day = s.day) AS closed"
    " FROM sold s GROUP BY s.outlet_id, s.day HAVING sum(s.n) > 0 ORDER BY s.outlet_id, s.day"
)
_CLAIMANTS = text(
    "SELECT DISTINCT outlet_id FROM outlet_claim"
    " WHERE outlet_id = ANY(CAST(:outlet_ids AS uuid[])) AND counted_on IS NULL"
)
_BEGIN = text("INSERT INTO day_closing (business_day, started_at) VALUES (:day, :now) ON CONFLICT DO NOTHING")
_AFTER = text(
    "SELECT after, finished_at IS NOT NULL AS finished FROM day_closing WHERE business_day = :day"
    " FOR UPDATE SKIP LOCKED"
)
_NEXT = text(
    "SELECT outlet_id FROM outlet o WHERE outlet_id > :after"
    f" AND {not_aside(WORKER, 'o.outlet_id')} ORDER BY outlet_id LIMIT :most"
)
_AGAIN = text(
    f"SELECT CAST(item AS uuid) FROM set_aside WHERE worker = '{WORKER}' AND next_at <= statement_timestamp()"
    " ORDER BY item LIMIT :most"
)
_UNTIL = text(
    "UPDATE day_closing SET after = coalesce(:after, after), finished_at = coalesce(finished_at, :finished_at)"
    " WHERE business_day = :day"
)
_CLOSED = text("UPDATE day_closing SET closed = closed + :closed WHERE business_day = :day")


class Progress(NamedTuple):
    """How far the clock has come with a day."""

    after: UUID
    finished: bool


async def uncounted(
    session: AsyncSession, outlet_ids: Sequence[UUID], day: date, reach: int, now: datetime
) -> dict[UUID, list[DaySold]]:
    """The days up to one of which something is not counted `now`, by outlet, oldest first.

    `reach`: days before its coming on which a late sale may have been made.
    """
    found: dict[UUID, list[DaySold]] = {}
    parameters = {"outlet_ids": list(outlet_ids), "day": day, "reach": reach, "now": now}
    for row in await session.execute(_UNCOUNTED, parameters):
        found.setdefault(row.outlet_id, []).append(DaySold(row.day, row.closed))
    return found


async def claimants(session: AsyncSession, outlet_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the outlets to whom something in dispute was allowed that no close has counted."""
    return set((await session.execute(_CLAIMANTS, {"outlet_ids": list(outlet_ids)})).scalars())


async def progress(session: AsyncSession, day: date, now: datetime) -> Progress | None:
    """How far the clock has come with a day, kept by this transaction; None where another one is at it."""
    await session.execute(_BEGIN, {"day": day, "now": now})
    row = (await session.execute(_AFTER, {"day": day})).one_or_none()
    return Progress(*row) if row else None


async def following(session: AsyncSession, after: UUID, most: int) -> Sequence[UUID]:
    """The next outlets in the order of their ids, without those set aside."""
    return (await session.execute(_NEXT, {"after": after, "most": most})).scalars().all()


async def again(session: AsyncSession, most: int) -> Sequence[UUID]:
    """Outlets that were set aside and whose next try has come."""
    return (await session.execute(_AGAIN, {"most": most})).scalars().all()


async def until(session: AsyncSession, day: date, after: UUID | None, finished_at: datetime | None) -> None:
    """Keep how far the clock has come with a day."""
    await session.execute(_UNTIL, {"day": day, "after": after, "finished_at": finished_at})


async def count(session: AsyncSession, day: date, closed: int) -> None:
    """Keep how many days of outlets were closed with it."""
    await session.execute(_CLOSED, {"day": day, "closed": closed})
