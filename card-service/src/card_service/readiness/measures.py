"""What readiness is measured by: counted at each asking, of a governorate on a day. The prepare gate's indicators."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.readiness.models import Seminars, Share

# Who is trained beyond what a place needs makes up for no other place.
_STAFF = text(
    "SELECT coalesce(sum(least(s.staff, coalesce(t.trained, 0))), 0), coalesce(sum(s.staff), 0) FROM staff_to_train s"
    " LEFT JOIN (SELECT p.place_id, count(DISTINCT p.mark) AS trained FROM course_participant p"
    " JOIN course c USING (course_id) WHERE p.result = 'passed' AND p.valid_until >= :day AND c.held_on <= :day"
    " AND c.state <> 'cancelled' GROUP BY p.place_id) t USING (place_id) WHERE s.governorate = :governorate"
)
_SEMINARS = text(
    "SELECT count(*), count(*) FILTER (WHERE starts_at <= :now), count(*) FILTER (WHERE state = 'held'),"
    " coalesce(sum(seats) FILTER (WHERE state = 'held'), 0), coalesce(sum(signed_up), 0),"
    " coalesce(sum(attended) FILTER (WHERE state = 'held'), 0), coalesce(sum(invited), 0)"
    " FROM seminar WHERE governorate = :governorate AND state <> 'cancelled'"
)


async def staff_trained(session: AsyncSession, governorate: str, day: date) -> Share:
    """How many of the staff to be trained have passed a course that is good on the day, of how many."""
    row = (await session.execute(_STAFF, {"governorate": governorate, "day": day})).one()
    return Share(int(row[0]), int(row[1]))


async def seminars(session: AsyncSession, governorate: str, now: datetime) -> Seminars:
    """What became of the governorate's seminars, as counted now."""
    row = (await session.execute(_SEMINARS, {"governorate": governorate, "now": now})).one()
    return Seminars(*(int(figure) for figure in row))


async def seminars_held(session: AsyncSession, governorate: str, now: datetime) -> Share:
    """How many of the seminars that are planned were held."""
    counted = await seminars(session, governorate, now)
    return Share(counted.held, counted.planned)
