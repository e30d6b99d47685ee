"""Every SQL statement of sites and appointments."""

# ruff: noqa: S608 - a part of a statement takes only text of the statement around it
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.database import record
from card_service.distribution import slots
from card_service.distribution.models import MissedAppointment, NewAppointment, PickupSite
from card_service.distribution.opening import HOUR, WEEK
from chassis.area import Bound, BoundedStatement
from chassis.db import raw
from chassis.isolation import not_aside
from chassis.paging import Paging

_SITE = (
    "SELECT site_id, name_ar, name_en, kind, governorate, district, address_ar, hourly_capacity, opens, closes,"
    " working_days, CAST(hours AS text) AS hours, counters, minutes_per_visitor, latitude, longitude, ends_on,"
    " slots_until FROM pickup_site"
)
MISSED = "missed_appointments"

_FIND = text(f"{_SITE} WHERE site_id = :site_id")
# Not against references: appointments and cards may refer to a site whose hours are changed.
_LOCK = text(f"{_SITE} WHERE site_id = :site_id FOR NO KEY UPDATE")
_OF_GOVERNORATE = text(
    f"{_SITE} WHERE governorate = :governorate AND (ends_on IS NULL OR ends_on >= :day) ORDER BY site_id"
)
# A counter hands cards over at its own site, and tells citizens of every other one of its governorate.
_LIST = BoundedStatement(
    f"{_SITE} WHERE <bound> AND (CAST(:governorate AS text) IS NULL OR governorate = :governorate)"
    " AND site_id > :after ORDER BY site_id LIMIT :limit",
    governorate="governorate",
    district="district",
)
_OPEN = text(
    f"{_SITE} WHERE (CAST(:governorate AS text) IS NULL OR governorate = :governorate)"
    " AND (ends_on IS NULL OR ends_on >= :day) AND site_id > :after ORDER BY site_id LIMIT :limit"
)
_OF_MANY = text(f"{_SITE} WHERE site_id = ANY(CAST(:sites AS uuid[]))")
_CREATE = text(
    "INSERT INTO pickup_site (site_id, name_ar, name_en, kind, governorate, district, address_ar, hourly_capacity,"
    " opens, closes, working_days, hours, counters, minutes_per_visitor, latitude, longitude, created_at)"
    " VALUES (:site_id, :name_ar, :name_en, :kind, :governorate, :district, :address_ar, :hourly_capacity, :opens,"
    " :closes, CAST(:working_days AS smallint[]), CAST(CAST(:hours AS text) AS jsonb), :counters, :minutes_per_visitor,"
    " :latitude, :longitude, :created_at)"
    " ON CONFLICT (governorate, name_en) DO NOTHING RETURNING site_id"
)
_CHANGE = text(
    "UPDATE pickup_site SET hourly_capacity = :hourly_capacity, opens = :opens, closes = :closes,"
    " working_days = CAST(:working_days AS smallint[]), hours = CAST(CAST(:hours AS text) AS jsonb),"
    " counters = :counters, minutes_per_visitor = :minutes_per_visitor WHERE site_id = :site_id"
)
_END = text(
    "UPDATE pickup_site SET ends_on = :ends_on, end_reason = :reason, ended_by = :ended_by WHERE site_id = :site_id"
)
# The card is locked first, as a hand-over does; a card that is being handed over is left alone.
_DUE = text(
    "SELECT a.appointment_id, a.card_id, c.citizen_id, c.household_id, a.site_id, a.number, a.ends_at,"
    " (SELECT count(*) FROM appointment m WHERE m.card_id = a.card_id AND m.state = 'missed') + 1"
    " FROM appointment a JOIN card c USING (card_id)"
    f" WHERE a.state = 'scheduled' AND a.ends_at <= :before AND {not_aside(MISSED, 'a.appointment_id')}"
    " ORDER BY a.ends_at, a.appointment_id LIMIT :limit"
    " FOR UPDATE OF c SKIP LOCKED"
)
_MISS = text(
    "UPDATE appointment SET state = 'missed' WHERE appointment_id = ANY(CAST(:ids AS uuid[])) AND state = 'scheduled'"
    " RETURNING appointment_id"
)

_CANCEL = text(
    "UPDATE appointment SET state = 'cancelled' WHERE card_id = ANY(CAST(:cards AS uuid[])) AND state = 'scheduled'"
    " RETURNING site_id, starts_at"
)
_COLUMNS = ("appointment_id", "card_id", "site_id", "starts_at", "ends_at", "state", "number", "planned_at")


def kept(appointment_ids: str) -> str:
    """The part of a statement that says of appointments (an array of ids) that their citizens came."""
    return f"UPDATE appointment SET state = 'kept' WHERE appointment_id = ANY({appointment_ids})"


def _site(row: Row[Any]) -> PickupSite:
    hours = WEEK.validate_json(row.hours) if row.hours else None
    return record(PickupSite, row, working_days=tuple(row.working_days), hours=hours)


async def find_site(session: AsyncSession, site_id: UUID, *, lock: bool = False) -> PickupSite | None:
    """A site by id, its row locked against other changes if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"site_id": site_id})).one_or_none()
    return _site(row) if row else None


async def sites(session: AsyncSession, governorate: str, day: date) -> list[PickupSite]:
    """The sites of a governorate that have not ended before a day, in the order they were entered."""
    asked = {"governorate": governorate, "day": day}
    return [_site(row) for row in await session.execute(_OF_GOVERNORATE, asked)]


async def page(session: AsyncSession, bound: Bound, governorate: str | None, page: Paging[UUID]) -> list[PickupSite]:
    """The sites the caller may see, of one governorate if asked, in the order they were entered."""
    asked = {"governorate": governorate} | page.bounds
    return [_site(row) for row in await session.execute(*_LIST.within(bound, asked))]


async def open_page(session: AsyncSession, governorate: str | None, day: date, page: Paging[UUID]) -> list[PickupSite]:
    """The sites that have not ended before a day, of one governorate if asked, in the order they were entered."""
    asked = {"governorate": governorate, "day": day} | page.bounds
    return [_site(row) for row in await session.execute(_OPEN, asked)]


async def sites_by_id(session: AsyncSession, wanted: Iterable[UUID]) -> dict[UUID, PickupSite]:
    """Many sites by id."""
    rows = await session.execute(_OF_MANY, {"sites": list(wanted)})
    return {row.site_id: _site(row) for row in rows}


async def create_site(session: AsyncSession, site: PickupSite, now: datetime) -> bool:
    """Write a site; False where the governorate has one of that name."""
    values = {name: getattr(site, name) for name in PickupSite.__slots__} | _written(site) | {"created_at": now}
    return (await session.execute(_CREATE, values)).scalar() is not None


async def change_site(session: AsyncSession, site: PickupSite) -> None:
    """Write a site's hours and counters."""
    values = {name: getattr(site, name) for name in PickupSite.__slots__} | _written(site)
    await session.execute(_CHANGE, values)


def _written(site: PickupSite) -> dict[str, object]:
    hours = None if site.hours is None else WEEK.dump_json(site.hours).decode()
    return {"working_days": list(site.working_days), "hours": hours}


async def end_site(session: AsyncSession, site_id: UUID, ends_on: date, reason: str, ended_by: str) -> None:
    """Write a site's last day."""
    values = {"site_id": site_id, "ends_on": ends_on, "reason": reason, "ended_by": ended_by}
    await session.execute(_END, values)


async def book(session: AsyncSession, appointments: Sequence[NewAppointment], now: datetime) -> None:
    """Write many appointments and take their places. Raises SlotFull where one of their hours has not so many."""
    await slots.take_many(session, Counter((one.site_id, one.starts_at) for one in appointments))
    connection = await raw(session)
    records = [
        (a.appointment_id, a.card_id, a.site_id, a.starts_at, a.starts_at + HOUR, "scheduled", a.number, now)
        for a in appointments
    ]
    await connection.copy_records_to_table("appointment", columns=_COLUMNS, records=records)


async def miss(session: AsyncSession, before: datetime, limit: int) -> list[MissedAppointment]:
    """Mark appointments that ended by then as missed, and give them."""
    due = [MissedAppointment(*row) for row in await session.execute(_DUE, {"before": before, "limit": limit})]
    if not due:
        return []
    marked = set((await session.execute(_MISS, {"ids": [one.appointment_id for one in due]})).scalars())
    return [one for one in due if one.appointment_id in marked]


async def cancel(session: AsyncSession, cards: Sequence[UUID]) -> None:
    """Cancel the appointments that these cards wait for and free their places."""
    if not cards:
        return
    freed = await session.execute(_CANCEL, {"cards": list(cards)})
    await slots.release_many(session, Counter((row.site_id, row.starts_at) for row in freed))
