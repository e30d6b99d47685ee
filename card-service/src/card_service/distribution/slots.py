"""Slots: the hours of sites with what they offer and what of it is taken. Whoever needs a place asks here.

The only statements that write `pickup_slot`. A place is taken by an update that finds it free, and by nothing else; the
table's own constraint (`never_overbooked`) stands behind it.
"""

# ruff: noqa: S608 - a statement takes only this module's own words for what is offered
from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.distribution.errors import SlotFull, SlotUnknown
from card_service.distribution.models import Slot
from card_service.distribution.opening import HOUR
from card_service.weeks import day_of
from chassis.db import raw
from chassis.row_arrays import statement

Places = Mapping[tuple[UUID, datetime], int]
"""How many places of which site's hour."""

# Of a version that knew no offers, a slot offers its capacity.
_OFFERED = "coalesce(s.offered, s.capacity)"
# Written for the driver itself: a plan of ten weeks reads fifteen thousand, again for each of its chunks.
_OF = f"""
    SELECT s.site_id, s.starts_at, {_OFFERED} AS offered, s.taken FROM pickup_slot s
    WHERE s.site_id = ANY($1::uuid[]) AND s.starts_at >= $2 AND s.starts_at < $3 ORDER BY s.site_id, s.starts_at
"""
# Locked in one order first: who takes places of many hours meets others who do.
_TAKE = statement(
    "WITH asked AS ("
    "  SELECT s.site_id, s.starts_at, r.places FROM pickup_slot s JOIN <rows> USING (site_id, starts_at)"
    "  ORDER BY s.site_id, s.starts_at FOR NO KEY UPDATE OF s"
    ")"
    " UPDATE pickup_slot s SET taken = s.taken + a.places FROM asked a"
    " WHERE s.site_id = a.site_id AND s.starts_at = a.starts_at"
    f" AND s.taken + a.places <= {_OFFERED} RETURNING s.site_id, s.starts_at",
    site_id="uuid",
    starts_at="timestamptz",
    places="integer",
)
_RELEASE = statement(
    "WITH asked AS ("
    "  SELECT s.site_id, s.starts_at, r.places FROM pickup_slot s JOIN <rows> USING (site_id, starts_at)"
    "  ORDER BY s.site_id, s.starts_at FOR NO KEY UPDATE OF s"
    ")"
    " UPDATE pickup_slot s SET taken = s.taken - a.places, capacity = greatest("
    f"{_OFFERED}, s.taken - a.places) FROM asked a WHERE s.site_id = a.site_id AND s.starts_at = a.starts_at",
    site_id="uuid",
    starts_at="timestamptz",
    places="integer",
)
_EXISTS = text("SELECT EXISTS (SELECT FROM pickup_slot WHERE site_id = :site_id AND starts_at = :starts_at)")
# What is promised stays promised: where more are expected than are offered now, nobody else gets in.
_OFFER = statement(
    "INSERT INTO pickup_slot AS s (site_id, starts_at, capacity, offered, taken)"
    " SELECT r.site_id, r.starts_at, r.offered, r.offered, 0 FROM <rows> ORDER BY r.site_id, r.starts_at"
    " ON CONFLICT (site_id, starts_at) DO UPDATE SET offered = EXCLUDED.offered,"
    " capacity = greatest(EXCLUDED.offered, s.taken)"
    " WHERE s.offered IS DISTINCT FROM EXCLUDED.offered OR s.capacity <> greatest(EXCLUDED.offered, s.taken)",
    site_id="uuid",
    starts_at="timestamptz",
    offered="integer",
)
_DAYS_AFTER = text(
    f"SELECT DISTINCT {day_of('starts_at')} AS day FROM pickup_slot"
    " WHERE site_id = :site_id AND starts_at >= :after ORDER BY day"
)
_DISPLACED = text(
    "SELECT appointment_id FROM ("
    "  SELECT a.appointment_id, a.starts_at, a.state, s.offered,"
    "   row_number() OVER (PARTITION BY a.site_id, a.starts_at"
    "    ORDER BY a.state = 'scheduled', a.appointment_id) AS place"
    "  FROM pickup_slot s JOIN appointment a USING (site_id, starts_at)"
    "  WHERE s.taken > s.offered AND s.starts_at > :now AND a.state <> 'cancelled'"
    "   AND (CAST(:site_id AS uuid) IS NULL OR s.site_id = :site_id)"
    ") d WHERE d.place > d.offered AND d.state = 'scheduled' ORDER BY d.starts_at, d.appointment_id LIMIT :limit"
)


async def free(session: AsyncSession, sites: Iterable[UUID], begins: datetime, ends: datetime) -> list[Slot]:
    """The slots of sites that begin in a period, with what is offered and taken, by site and time."""
    return [Slot(*row) for row in await (await raw(session)).fetch(_OF, list(sites), begins, ends)]


async def take(session: AsyncSession, site_id: UUID, starts_at: datetime, n: int = 1) -> None:
    """Take `n` places of an hour, all or none, in the session's transaction. Raises SlotFull, SlotUnknown."""
    try:
        await take_many(session, {(site_id, starts_at): n})
    except SlotFull:
        known = await session.execute(_EXISTS, {"site_id": site_id, "starts_at": starts_at})
        if known.scalar_one():
            raise
        raise SlotUnknown(detail_ar="اختر موعداً من المواعيد المتاحة.") from None


async def take_many(session: AsyncSession, places: Places) -> None:
    """Take places of many hours; where one has not so many, the transaction is to be given up. Raises SlotFull."""
    if not places:
        return
    done = await session.execute(_TAKE, _rows(places))
    if len(done.all()) < len(places):
        raise SlotFull(detail_ar="اختر موعداً آخر.")


async def release(session: AsyncSession, site_id: UUID, starts_at: datetime, n: int = 1) -> None:
    """Give `n` taken places of an hour back."""
    await release_many(session, {(site_id, starts_at): n})


async def release_many(session: AsyncSession, places: Places) -> None:
    """Give taken places of many hours back."""
    if places:
        await session.execute(_RELEASE, _rows(places))


async def displaced(session: AsyncSession, now: datetime, limit: int, site_id: UUID | None = None) -> list[UUID]:
    """Scheduled appointments, of one site if given, for which there is no place any more: those made last.

    Their site was shut, has ended, or has fewer counters: each needs another hour (`take`), its own given back
    (`release`).
    """
    asked = {"now": now, "limit": limit, "site_id": site_id}
    return list((await session.execute(_DISPLACED, asked)).scalars())


async def offer(session: AsyncSession, site_id: UUID, offered: Mapping[datetime, int]) -> None:
    """Say how many may come in hours of a site, whose row is locked; 0 where none may any more."""
    if offered:
        await session.execute(_OFFER, _rows({(site_id, start): n for start, n in offered.items()}, "offered"))


async def days_after(session: AsyncSession, site_id: UUID, after: datetime) -> list[date]:
    """The days in Cairo of which a site has slots from an instant on."""
    return list((await session.execute(_DAYS_AFTER, {"site_id": site_id, "after": after})).scalars())


def ends_at(starts_at: datetime) -> datetime:
    """When a slot that begins then is over."""
    return starts_at + HOUR


def _rows(places: Places, what: str = "places") -> dict[str, object]:
    return {
        "site_id": [site_id for site_id, _ in places],
        "starts_at": [starts_at for _, starts_at in places],
        what: list(places.values()),
    }
