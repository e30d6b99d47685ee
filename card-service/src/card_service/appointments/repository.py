"""Every SQL statement of changes of appointments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.appointments.models import Booked, Change, Stranded
from chassis.isolation import not_aside
from chassis.row_arrays import statement

AWAITING: Final = "awaiting_appointments"
_SEEN = (
    "SELECT appointment_id, card_id, site_id, starts_at FROM appointment"
    " WHERE card_id = :card_id AND state = 'scheduled'"
)
_BOOKED_NOW = text(_SEEN)
_BOOKED = text(f"{_SEEN} FOR UPDATE")
# In the order in which places are taken and given back: two who change hours with each other wait in no circle.
_LOCK_HOURS = statement(
    "SELECT FROM pickup_slot s JOIN <rows> USING (site_id, starts_at)"
    " ORDER BY s.site_id, s.starts_at FOR NO KEY UPDATE OF s",
    site_id="uuid",
    starts_at="timestamptz",
)
_LAST_NUMBER = text("SELECT coalesce(max(number), 0) FROM appointment WHERE card_id = :card_id")
_CHANGED = text("SELECT count(*) FROM appointment_change WHERE card_id = :card_id AND kind IN ('rebooked', 'moved')")
_PUT = statement(
    "INSERT INTO appointment_change (change_id, card_id, kind, from_site, from_starts_at, to_site, to_starts_at,"
    " changed_by, changed_at) SELECT r.change_id, r.card_id, r.kind, r.from_site, r.from_starts_at, r.to_site,"
    " r.to_starts_at, r.changed_by, r.changed_at FROM <rows>",
    change_id="uuid",
    card_id="uuid",
    kind="text",
    from_site="uuid",
    from_starts_at="timestamptz",
    to_site="uuid",
    to_starts_at="timestamptz",
    changed_by="text",
    changed_at="timestamptz",
)
# A row a site and day: who takes the last place of its share waits for nobody else's.
_WALK_IN = text(
    "INSERT INTO walk_in_day AS d (site_id, day, taken) SELECT CAST(:site_id AS uuid), CAST(:day AS date), 1"
    " WHERE CAST(:most AS integer) > 0"
    " ON CONFLICT (site_id, day) DO UPDATE SET taken = d.taken + 1 WHERE d.taken < :most RETURNING taken"
)
_STRANDED = (
    "SELECT c.card_id, c.citizen_id, c.household_id, c.governorate, h.district,"
    " coalesce(c.site_id, c.bound_for) AS site_id, c.site_id IS NOT NULL AS lies, {starts_at},"
    " (SELECT coalesce(max(number), 0) FROM appointment n WHERE n.card_id = c.card_id) AS last_number"
)
# The card is locked first, as a hand-over does; one that is being handed over is left alone.
_DISPLACED = text(
    _STRANDED.format(starts_at="a.starts_at")
    + " FROM appointment a JOIN card c USING (card_id) JOIN household h USING (household_id)"
    " WHERE a.appointment_id = ANY(CAST(:ids AS uuid[])) AND a.state = 'scheduled'"
    " AND coalesce(c.site_id, c.bound_for) IS NOT NULL"
    " ORDER BY c.card_id FOR UPDATE OF c SKIP LOCKED"
)
_AWAITING = text(
    _STRANDED.format(starts_at="NULL::timestamptz")
    + " FROM awaiting_appointment w JOIN card c USING (card_id) JOIN household h USING (household_id)"
    " WHERE w.next_try_at <= :now AND coalesce(c.site_id, c.bound_for) IS NOT NULL"
    f" AND {not_aside(AWAITING, 'c.card_id')}"
    " ORDER BY w.since, c.card_id LIMIT :limit FOR UPDATE OF c SKIP LOCKED"
)
_AWAIT = statement(
    "INSERT INTO awaiting_appointment (card_id, since, next_try_at)"
    " SELECT r.card_id, r.since, r.next_try_at FROM <rows>"
    " ON CONFLICT (card_id) DO UPDATE SET next_try_at = EXCLUDED.next_try_at",
    card_id="uuid",
    since="timestamptz",
    next_try_at="timestamptz",
)
_SERVED = text("DELETE FROM awaiting_appointment WHERE card_id = ANY(CAST(:cards AS uuid[]))")
_OVER = text(
    "DELETE FROM awaiting_appointment w USING card c WHERE c.card_id = w.card_id"
    " AND (NOT c.state = ANY(CAST(:waiting AS text[]))"
    " OR EXISTS (SELECT FROM appointment a WHERE a.card_id = w.card_id AND a.state = 'scheduled'))"
)


async def booked(session: AsyncSession, card_id: UUID) -> Booked | None:
    """The appointment a card waits for, its row locked; the card's row is locked already."""
    row = (await session.execute(_BOOKED, {"card_id": card_id})).one_or_none()
    return Booked(*row) if row else None


async def seen(session: AsyncSession, card_id: UUID) -> Booked | None:
    """The appointment a card waits for, to be shown."""
    row = (await session.execute(_BOOKED_NOW, {"card_id": card_id})).one_or_none()
    return Booked(*row) if row else None


async def lock_hours(session: AsyncSession, hours: Sequence[tuple[UUID, datetime]]) -> None:
    """Lock the rows of hours of which places are to be given back and taken in this transaction."""
    sites, starts = zip(*hours, strict=True)
    await session.execute(_LOCK_HOURS, {"site_id": list(sites), "starts_at": list(starts)})


async def last_number(session: AsyncSession, card_id: UUID) -> int:
    """The number of the last appointment of a card, 0 where it never had one."""
    return int((await session.execute(_LAST_NUMBER, {"card_id": card_id})).scalar_one())


async def changed(session: AsyncSession, card_id: UUID) -> int:
    """How often the holder has chosen another hour."""
    return int((await session.execute(_CHANGED, {"card_id": card_id})).scalar_one())


async def put(session: AsyncSession, changes: Sequence[Change]) -> None:
    """Keep what became of appointments."""
    if changes:
        columns = {name: [getattr(one, name) for one in changes] for name in Change.__slots__}
        await session.execute(_PUT, columns)


async def take_walk_in(session: AsyncSession, site_id: UUID, day: date, most: int) -> bool:
    """Take a place of a site's share of walk-ins of a day; False where it has none left."""
    values = {"site_id": site_id, "day": day, "most": most}
    return (await session.execute(_WALK_IN, values)).scalar_one_or_none() is not None


async def displaced(session: AsyncSession, ids: Sequence[UUID]) -> list[Stranded]:
    """The cards of appointments for which there is no place any more, their rows locked."""
    return [Stranded(*row) for row in await session.execute(_DISPLACED, {"ids": list(ids)})]


async def awaiting(session: AsyncSession, now: datetime, limit: int) -> list[Stranded]:
    """Cards that wait for a new hour and are to be tried now, those that wait longest first; their rows locked."""
    return [Stranded(*row) for row in await session.execute(_AWAITING, {"now": now, "limit": limit})]


async def await_hour(session: AsyncSession, cards: Sequence[UUID], now: datetime, next_try_at: datetime) -> None:
    """Let cards wait for a new hour."""
    if cards:
        times = len(cards)
        values = {"card_id": list(cards), "since": [now] * times, "next_try_at": [next_try_at] * times}
        await session.execute(_AWAIT, values)


async def served(session: AsyncSession, cards: Sequence[UUID]) -> None:
    """Cards that have a new hour wait for none any more."""
    if cards:
        await session.execute(_SERVED, {"cards": list(cards)})


async def drop_over(session: AsyncSession, waiting: Sequence[str]) -> None:
    """Nobody who has the card, or an hour, waits for one; `waiting`: the states in which a card is collected."""
    await session.execute(_OVER, {"waiting": list(waiting)})
