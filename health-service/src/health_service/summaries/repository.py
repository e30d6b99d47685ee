"""Every SQL statement of days that are told: which is next, and who was there."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_DUE = text(
    "SELECT d::date FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS d"
    " WHERE NOT EXISTS (SELECT FROM day_summary s WHERE s.entered_on = d::date) ORDER BY d LIMIT 1"
)
_TELL = text(
    "INSERT INTO day_summary (entered_on, told_at) VALUES (:day, :now) ON CONFLICT DO NOTHING RETURNING entered_on"
)
# By the day of their entry, so that what is entered late is told, too. Without trials, and without what was taken back.
_TREATED = text(
    "SELECT DISTINCT p.governorate, e.business_day, e.household_id FROM encounter e JOIN provider p USING (provider_id)"
    " WHERE e.recorded_at >= :since AND e.recorded_at < :until AND NOT p.trial"
    " AND e.household_id IS NOT NULL AND e.card_id IS NOT NULL"
    " AND NOT EXISTS (SELECT FROM encounter_reversal b WHERE b.encounter_id = e.encounter_id) ORDER BY 1, 2, 3"
)


class Of(NamedTuple):
    """Where and when households were seen."""

    governorate: str
    business_day: date


async def due(session: AsyncSession, first: date, last: date) -> date | None:
    """The oldest of some days that is not told."""
    found: date | None = (await session.execute(_DUE, {"first": first, "last": last})).scalar_one_or_none()
    return found


async def tell(session: AsyncSession, day: date, now: datetime) -> bool:
    """Take a day on; False where another process has told it."""
    return (await session.execute(_TELL, {"day": day, "now": now})).one_or_none() is not None


async def treated(session: AsyncSession, since: datetime, until: datetime) -> dict[Of, list[UUID]]:
    """The households whose visits were entered between two instants, by where and when they were seen."""
    found: dict[Of, list[UUID]] = {}
    for row in await session.execute(_TREATED, {"since": since, "until": until}):
        found.setdefault(Of(row.governorate, row.business_day), []).append(row.household_id)
    return found
