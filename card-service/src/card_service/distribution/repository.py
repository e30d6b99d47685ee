"""Every SQL statement of sites, slots and appointments."""

# ruff: noqa: S608 - a part of a statement takes only text of the statement around it
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.database import record
from card_service.distribution.models import BookedCitizen, MissedAppointment, NewAppointment, PickupSite
from card_service.distribution.planning import HOUR
from card_service.registry import sealed_names
from chassis.area import Bound, BoundedStatement
from chassis.db import raw
from chassis.isolation import not_aside
from chassis.paging import Paging
from chassis.row_arrays import statement

_SITE = (
    "SELECT site_id, name_ar, name_en, kind, governorate, district, address_ar, hourly_capacity, opens, closes,"
    " working_days FROM pickup_site"
)
MISSED = "missed_appointments"

_FIND = text(f"{_SITE} WHERE site_id = :site_id")
_OF_GOVERNORATE = text(f"{_SITE} WHERE governorate = :governorate ORDER BY site_id")
# A counter hands cards over at its own site, and tells citizens of every other one of its governorate.
_LIST = BoundedStatement(
    f"{_SITE} WHERE <bound> AND (CAST(:governorate AS text) IS NULL OR governorate = :governorate)"
    " AND site_id > :after ORDER BY site_id LIMIT :limit",
    governorate="governorate",
    district="district",
)
_OF_MANY = text(f"{_SITE} WHERE site_id = ANY(CAST(:sites AS uuid[]))")
_CREATE = text(
    "INSERT INTO pickup_site (site_id, name_ar, name_en, kind, governorate, district, address_ar, hourly_capacity,"
    " opens, closes, working_days, created_at) VALUES (:site_id, :name_ar, :name_en, :kind, :governorate, :district,"
    " :address_ar, :hourly_capacity, :opens, :closes, CAST(:working_days AS smallint[]), :created_at)"
    " ON CONFLICT (governorate, name_en) DO NOTHING RETURNING site_id"
)
_TAKEN = text(
    "SELECT site_id, starts_at, taken FROM pickup_slot"
    " WHERE site_id = ANY(CAST(:sites AS uuid[])) AND starts_at >= :begins AND starts_at < :ends"
)
_BOOK = statement(
    "INSERT INTO pickup_slot (site_id, starts_at, capacity, taken)"
    " SELECT r.site_id, r.starts_at, site.hourly_capacity, r.places"
    " FROM <rows> JOIN pickup_site site USING (site_id)"
    " ORDER BY r.site_id, r.starts_at"
    " ON CONFLICT (site_id, starts_at) DO UPDATE SET taken = pickup_slot.taken + EXCLUDED.taken",
    site_id="uuid",
    starts_at="timestamptz",
    places="integer",
)
_OF_SITE = text(
    f"SELECT a.appointment_id, a.card_id, z.citizen_id, {sealed_names.column('z')} AS name_kept,"
    " a.starts_at, a.ends_at, a.state, c.state AS card_state"
    " FROM appointment a JOIN card c USING (card_id) JOIN citizen z USING (citizen_id)"
    " WHERE a.site_id = :site_id AND a.starts_at >= :begins AND a.starts_at < :ends"
    " AND (a.starts_at, a.appointment_id) >"
    " ALL (SELECT starts_at, appointment_id FROM appointment WHERE appointment_id = :after)"
    " ORDER BY a.starts_at, a.appointment_id LIMIT :limit"
)
# The card is locked first, as a hand-over does; a card that is being handed over is left alone.
_DUE = text(
    "SELECT a.appointment_id, a.card_id, c.citizen_id, c.household_id, a.site_id, a.number"
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
    "WITH cancelled AS (UPDATE appointment SET state = 'cancelled'"
    " WHERE card_id = ANY(CAST(:cards AS uuid[])) AND state = 'scheduled' RETURNING site_id, starts_at)"
    " UPDATE pickup_slot s SET taken = s.taken - freed.places"
    " FROM (SELECT site_id, starts_at, count(*) AS places FROM cancelled GROUP BY 1, 2) AS freed"
    " WHERE s.site_id = freed.site_id AND s.starts_at = freed.starts_at"
)

_COLUMNS = ("appointment_id", "card_id", "site_id", "starts_at", "ends_at", "state", "number")


def kept(appointment_ids: str) -> str:
    """The part of a statement that says of appointments (an array of ids) that their citizens came."""
    return f"UPDATE appointment SET state = 'kept' WHERE appointment_id = ANY({appointment_ids})"


def _site(row: Row[Any]) -> PickupSite:
    return record(PickupSite, row, working_days=tuple(row.working_days))


async def find_site(session: AsyncSession, site_id: UUID) -> PickupSite | None:
    """A site by id."""
    row = (await session.execute(_FIND, {"site_id": site_id})).one_or_none()
    return _site(row) if row else None


async def sites(session: AsyncSession, governorate: str) -> list[PickupSite]:
    """The sites of a governorate, in the order they were entered."""
    return [_site(row) for row in await session.execute(_OF_GOVERNORATE, {"governorate": governorate})]


async def page(session: AsyncSession, bound: Bound, governorate: str | None, page: Paging[UUID]) -> list[PickupSite]:
    """The sites the caller may see, of one governorate if asked, in the order they were entered."""
    asked = {"governorate": governorate} | page.bounds
    return [_site(row) for row in await session.execute(*_LIST.within(bound, asked))]


async def sites_by_id(session: AsyncSession, wanted: Iterable[UUID]) -> dict[UUID, PickupSite]:
    """Many sites by id."""
    rows = await session.execute(_OF_MANY, {"sites": list(wanted)})
    return {row.site_id: _site(row) for row in rows}


async def create_site(session: AsyncSession, site: PickupSite, now: datetime) -> bool:
    """Write a site; False where the governorate has one of that name."""
    values = {name: getattr(site, name) for name in PickupSite.__slots__} | {"created_at": now}
    values["working_days"] = list(site.working_days)
    return (await session.execute(_CREATE, values)).scalar() is not None


async def taken(
    session: AsyncSession, of: Iterable[UUID], begins: datetime, ends: datetime
) -> dict[tuple[UUID, datetime], int]:
    """How many places of the sites' hours in a period are gone."""
    rows = await session.execute(_TAKEN, {"sites": list(of), "begins": begins, "ends": ends})
    return {(row.site_id, row.starts_at): row.taken for row in rows}


async def book(session: AsyncSession, appointments: Sequence[NewAppointment]) -> None:
    """Write many appointments and take their places. An hour beyond its capacity breaks the whole chunk."""
    places = Counter((one.site_id, one.starts_at) for one in appointments)
    values = {
        "site_id": [site_id for site_id, _ in places],
        "starts_at": [starts_at for _, starts_at in places],
        "places": list(places.values()),
    }
    await session.execute(_BOOK, values)
    connection = await raw(session)
    records = [
        (a.appointment_id, a.card_id, a.site_id, a.starts_at, a.starts_at + HOUR, "scheduled", a.number)
        for a in appointments
    ]
    await connection.copy_records_to_table("appointment", columns=_COLUMNS, records=records)


async def of_site(
    session: AsyncSession, site_id: UUID, begins: datetime, ends: datetime, page: Paging[UUID]
) -> list[BookedCitizen]:
    """A site's appointments in a period, in order of time."""
    values = {"site_id": site_id, "begins": begins, "ends": ends} | page.bounds
    return [BookedCitizen(*row) for row in await session.execute(_OF_SITE, values)]


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
    await session.execute(_CANCEL, {"cards": list(cards)})
