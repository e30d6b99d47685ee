"""When a terminal was last in contact before a sale: its spell without a network began then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from chassis.clock import business_day, month_start
from supply_service.rules.sale import Place

_KEPT = timedelta(days=90)  # longer than sales are taken after they were made, with the longest spell before them
_ADD = text(
    "WITH old AS (DELETE FROM terminal_contact WHERE terminal_id = :terminal_id AND at < :before)"
    " INSERT INTO terminal_contact (terminal_id, at) VALUES (:terminal_id, :at) ON CONFLICT DO NOTHING"
)
# Uploads, configurations asked for, and the beginning of its keys: one is enrolled with the network.
_KNOWN = text(
    "SELECT at FROM terminal_contact WHERE terminal_id = :terminal_id AND at <= :until"
    " UNION SELECT began_at FROM terminal_key WHERE terminal_id = :terminal_id AND began_at <= :until"
)
# The last sale with the network of each hour: each day of the outlet is read once, however many sales are uploaded.
_SALES = text(
    "SELECT max(occurred_at) AS at FROM redemption WHERE outlet_id = :outlet_id AND terminal_id = :terminal_id"
    " AND NOT offline AND business_day BETWEEN :first AND :last AND period BETWEEN :from_month AND :to_month"
    " GROUP BY date_trunc('hour', occurred_at)"
)


class Contacts:
    """Instants at which a terminal was known to be in contact."""

    def __init__(self, instants: Iterable[datetime]) -> None:
        """In any order."""
        self._instants = sorted(set(instants))

    def before(self, at: datetime) -> datetime | None:
        """The last one at or before an instant, None where none is known."""
        place = bisect_right(self._instants, at)
        return self._instants[place - 1] if place else None


async def read(session: AsyncSession, place: Place, since: datetime, until: datetime) -> Contacts:
    """The contacts until an instant: of sales with the network those `since` another."""
    first, last = business_day(since), business_day(until)
    known = await session.scalars(_KNOWN, {"terminal_id": place.terminal_id, "until": until})
    asked = {
        "terminal_id": place.terminal_id,
        "outlet_id": place.outlet_id,
        "first": first,
        "last": last,
        "from_month": month_start(first),
        "to_month": month_start(last),
    }
    sales = await session.scalars(_SALES, asked)
    return Contacts([*known.all(), *sales.all()])


async def note(sessions: async_sessionmaker[AsyncSession], terminal_id: UUID, now: datetime) -> None:
    """A terminal has asked for something: kept by the hour, so that one that asks often leaves a row an hour."""
    async with sessions() as session, session.begin():
        await add(session, terminal_id, now.replace(minute=0, second=0, microsecond=0))


async def add(session: AsyncSession, terminal_id: UUID, at: datetime) -> None:
    """A terminal was in contact; what nobody asks for any more is forgotten."""
    await session.execute(_ADD, {"terminal_id": terminal_id, "at": at, "before": at - _KEPT})
