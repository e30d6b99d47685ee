"""The SQL of a site's day: its appointments and how many there are in each hour, by one statement."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.distribution.models import BookedCitizen, DayAsked, HourCount
from card_service.registry import sealed_names
from chassis.clock import day_begins
from chassis.paging import Paging

# Counts and list are of one snapshot: whoever opens the list of a number finds as many in it.
_DAY = text(
    "WITH of_day AS MATERIALIZED (SELECT appointment_id, card_id, starts_at, ends_at, state FROM appointment"
    "  WHERE site_id = :site_id AND starts_at >= :begins AND starts_at < :ends)"
    " SELECT starts_at, state, count(*) AS number, CAST(NULL AS uuid) AS appointment_id, CAST(NULL AS uuid) AS card_id,"
    " CAST(NULL AS uuid) AS citizen_id, CAST(NULL AS bytea) AS name_kept, CAST(NULL AS timestamptz) AS ends_at,"
    " NULL AS card_state FROM of_day GROUP BY starts_at, state"
    " UNION ALL (SELECT a.starts_at, a.state, NULL, a.appointment_id, a.card_id, z.citizen_id,"
    f" {sealed_names.column('z')}, a.ends_at, c.state"
    " FROM of_day a JOIN card c USING (card_id) JOIN citizen z USING (citizen_id)"
    " WHERE (CAST(:state AS text) IS NULL OR a.state = CAST(:state AS text))"
    " AND (CAST(:hour AS timestamptz) IS NULL OR a.starts_at = CAST(:hour AS timestamptz))"
    " AND (a.starts_at, a.appointment_id) >"
    " ALL (SELECT starts_at, appointment_id FROM appointment WHERE appointment_id = :after)"
    " ORDER BY a.starts_at, a.appointment_id LIMIT :limit)"
    " ORDER BY starts_at, appointment_id, state"
)


async def of_day(
    session: AsyncSession, asked: DayAsked, page: Paging[UUID]
) -> tuple[Sequence[BookedCitizen], Sequence[HourCount]]:
    """The appointments that are wanted, in order of time, and how many the whole day has by hour and state."""
    values = {
        "site_id": asked.site_id,
        "begins": day_begins(asked.day),
        "ends": day_begins(asked.day + timedelta(days=1)),
        "state": asked.state,
        "hour": asked.hour,
    }
    rows = (await session.execute(_DAY, values | page.bounds)).all()
    counts = [HourCount(row.starts_at, row.state, row.number) for row in rows if row.number is not None]
    booked = [
        BookedCitizen(
            row.appointment_id,
            row.card_id,
            row.citizen_id,
            row.name_kept,
            row.starts_at,
            row.ends_at,
            row.state,
            row.card_state,
        )
        for row in rows
        if row.number is None
    ]
    return booked, counts
