"""Every SQL statement about missing sales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.ids import new_id
from chassis.row_arrays import statement
from supply_service.places.listed import LISTED
from supply_service.places.listed import asked as meant

_CLOSED = statement(
    "DELETE FROM offline_gap g WHERE g.terminal_id = :terminal_id"
    " AND (g.key, g.first) NOT IN (SELECT r.key, r.first FROM <rows>)",
    key="int",
    first="bigint",
)
_FOUND = statement(
    "INSERT INTO offline_gap AS g (gap_id, terminal_id, outlet_id, key, first, last, found_at)"
    " SELECT gap_id, :terminal_id, :outlet_id, key, first, last, :at FROM <rows>"
    " ON CONFLICT (terminal_id, key, first) DO UPDATE SET last = excluded.last WHERE g.last <> excluded.last",
    gap_id="uuid",
    key="int",
    first="bigint",
    last="bigint",
)
_COLUMNS = (
    "g.gap_id, g.terminal_id, g.outlet_id, g.key, g.first, g.last, g.found_at, g.followed_by, g.followed_at, g.note"
)
_FROM = " FROM offline_gap g JOIN outlet o ON o.outlet_id = g.outlet_id"
_PAGE = BoundedStatement(
    f"SELECT {_COLUMNS}{_FROM} WHERE g.gap_id > :after AND <bound> AND {LISTED}"
    " AND (CAST(:outlet_id AS uuid) IS NULL OR g.outlet_id = :outlet_id) ORDER BY g.gap_id LIMIT :limit",
    governorate="o.governorate",
    district="o.district",
    outlet_id="g.outlet_id",
)
_FIND = text(f"SELECT {_COLUMNS}, o.governorate, o.district{_FROM} WHERE g.gap_id = :gap_id")
_FOLLOW = text("UPDATE offline_gap SET followed_by = :by, followed_at = :at, note = :note WHERE gap_id = :gap_id")
OPEN = f"SELECT count(*){_FROM} WHERE g.followed_by IS NULL AND g.found_at < $1 AND NOT o.trial"


async def put(
    session: AsyncSession, terminal_id: UUID, outlet_id: UUID, gaps: Sequence[tuple[int, int, int]], at: datetime
) -> None:
    """The gaps of a terminal as they are now: key, first and last number. Those known stay with who follows them."""
    keys, firsts, lasts = ([gap[n] for gap in gaps] for n in range(3))
    await session.execute(_CLOSED, {"terminal_id": terminal_id, "key": keys, "first": firsts})
    if gaps:
        found = {"gap_id": [new_id() for _ in gaps], "key": keys, "first": firsts, "last": lasts}
        await session.execute(_FOUND, {"terminal_id": terminal_id, "outlet_id": outlet_id, "at": at, **found})


async def page(
    session: AsyncSession, bound: Bound, outlet_id: UUID | None, bounds: Mapping[str, object]
) -> Sequence[RowMapping]:
    """The next gaps that a caller may see, of an outlet where one is given."""
    asked = {"outlet_id": outlet_id, **meant(bound, outlet_id), **bounds}
    return (await session.execute(*_PAGE.within(bound, asked))).mappings().all()


async def find(session: AsyncSession, gap_id: UUID) -> RowMapping | None:
    """A gap, or None."""
    return (await session.execute(_FIND, {"gap_id": gap_id})).mappings().one_or_none()


async def follow(session: AsyncSession, gap_id: UUID, by: str, at: datetime, note: str) -> None:
    """Keep who goes after a gap."""
    await session.execute(_FOLLOW, {"gap_id": gap_id, "by": by, "at": at, "note": note})
