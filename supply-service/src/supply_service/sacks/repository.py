"""Every SQL statement about sacks of flour."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.clock import month_start
from chassis.row_arrays import statement, transposed

_AREA = {"governorate": "o.governorate", "district": "o.district", "outlet_id": "o.outlet_id"}
_OUTLET = text("SELECT kind, governorate, district FROM outlet WHERE outlet_id = :outlet_id")
_COLUMNS = (
    "d.delivery_id, d.outlet_id, d.delivered_on, d.sacks, d.reference, d.entered_by, d.entered_at, d.withdrawn_by,"
    " d.withdrawn_at, d.withdrawal_reason"
)
_ADD = text(
    "INSERT INTO flour_delivery (delivery_id, outlet_id, delivered_on, sacks, reference, entered_by, entered_at)"
    " VALUES (:delivery_id, :outlet_id, :delivered_on, :sacks, :reference, :entered_by, :entered_at)"
    " ON CONFLICT (outlet_id, reference) WHERE withdrawn_at IS NULL DO NOTHING RETURNING delivery_id"
)
_FIND = text(
    f"SELECT {_COLUMNS}, o.governorate, o.district FROM flour_delivery d JOIN outlet o USING (outlet_id)"
    " WHERE d.delivery_id = :delivery_id"
)
_WITHDRAW = text(
    "UPDATE flour_delivery SET withdrawn_by = :by, withdrawn_at = :at, withdrawal_reason = :reason"
    " WHERE delivery_id = :delivery_id AND withdrawn_at IS NULL"
)
_PAGE = BoundedStatement(
    f"SELECT {_COLUMNS} FROM flour_delivery d JOIN outlet o USING (outlet_id) WHERE d.delivery_id > :after"
    " AND (CAST(:outlet_id AS uuid) IS NULL OR d.outlet_id = :outlet_id) AND <bound>"
    " ORDER BY d.delivery_id LIMIT :limit",
    **_AREA,
)
# A page costs what its bakeries sold in the period: each is reached by its own days.
_SOLD = BoundedStatement(
    "WITH page AS ("
    "  SELECT o.outlet_id, o.kind, o.governorate, o.fuel, o.loaf_type FROM outlet o"
    "  WHERE o.outlet_id > :after AND o.kind = 'bakery' AND NOT o.trial AND <bound>"
    "   AND (CAST(:outlet_id AS uuid) IS NULL OR o.outlet_id = :outlet_id)"
    "   AND (EXISTS (SELECT FROM flour_delivery d WHERE d.outlet_id = o.outlet_id"
    "     AND d.delivered_on BETWEEN :first AND :last AND d.withdrawn_at IS NULL)"
    "    OR EXISTS (SELECT FROM redemption r WHERE r.outlet_id = o.outlet_id"
    "     AND r.business_day BETWEEN :first AND :last AND r.period BETWEEN :since AND :last)"
    "    OR EXISTS (SELECT FROM free_sale f WHERE f.outlet_id = o.outlet_id"
    "     AND f.business_day BETWEEN :first AND :last)"
    "    OR EXISTS (SELECT FROM inspector_draw i WHERE i.outlet_id = o.outlet_id"
    "     AND i.business_day BETWEEN :first AND :last))"
    "  ORDER BY o.outlet_id LIMIT :limit"
    ") SELECT p.outlet_id, p.kind, p.governorate, p.fuel, p.loaf_type,"
    "  CAST(s.loaves - v.loaves + c.loaves + f.loaves + i.loaves AS bigint) AS sold"
    " FROM page p CROSS JOIN LATERAL ("
    "  SELECT coalesce(sum(r.loaves), 0) AS loaves FROM redemption r WHERE r.outlet_id = p.outlet_id"
    "   AND r.business_day BETWEEN :first AND :last AND r.period BETWEEN :since AND :last"
    " ) s CROSS JOIN LATERAL ("
    "  SELECT coalesce(sum(v.loaves), 0) AS loaves FROM reversal v"
    "  WHERE v.outlet_id = p.outlet_id AND v.business_day BETWEEN :first AND :last"
    " ) v CROSS JOIN LATERAL ("
    "  SELECT coalesce(sum(c.loaves), 0) AS loaves FROM outlet_claim c"
    "  WHERE c.outlet_id = p.outlet_id AND c.sold_on BETWEEN :first AND :last"
    " ) c CROSS JOIN LATERAL ("
    "  SELECT coalesce(sum(f.loaves), 0) AS loaves FROM free_sale f WHERE f.outlet_id = p.outlet_id"
    "   AND f.business_day BETWEEN :first AND :last AND f.reversed_at IS NULL"
    " ) f CROSS JOIN LATERAL ("
    "  SELECT coalesce(sum(i.loaves), 0) AS loaves FROM inspector_draw i WHERE i.outlet_id = p.outlet_id"
    "   AND i.business_day BETWEEN :first AND :last AND i.withdrawn_at IS NULL"
    " ) i ORDER BY p.outlet_id",
    **_AREA,
)
_DELIVERED = text(
    "SELECT outlet_id, delivered_on, CAST(sum(sacks) AS int) AS sacks FROM flour_delivery"
    " WHERE outlet_id = ANY(CAST(:outlet_ids AS uuid[])) AND delivered_on BETWEEN :first AND :last"
    " AND withdrawn_at IS NULL GROUP BY outlet_id, delivered_on"
)
_FINDING = (
    "f.finding_id, f.outlet_id, to_char(f.month, 'YYYY-MM') AS month, f.sacks, f.expected, f.sold,"
    " f.expected - f.sold AS missing, f.allowed, f.found_at, f.followed_by, f.followed_at, f.note"
)
_FOUND = statement(
    "INSERT INTO flour_finding (finding_id, outlet_id, month, sacks, expected, sold, allowed, found_at)"
    " SELECT finding_id, outlet_id, CAST(:month AS date), sacks, expected, sold, allowed,"
    " CAST(:at AS timestamptz) FROM <rows>"
    " ON CONFLICT (outlet_id, month) DO NOTHING",
    finding_id="uuid",
    outlet_id="uuid",
    sacks="int",
    expected="bigint",
    sold="bigint",
    allowed="bigint",
)
_FINDINGS = BoundedStatement(
    f"SELECT {_FINDING} FROM flour_finding f JOIN outlet o USING (outlet_id) WHERE f.finding_id > :after AND <bound>"
    " AND NOT o.trial"
    " ORDER BY f.finding_id LIMIT :limit",
    **_AREA,
)
_FIND_FINDING = text(
    f"SELECT {_FINDING}, o.governorate, o.district FROM flour_finding f JOIN outlet o USING (outlet_id)"
    " WHERE f.finding_id = :finding_id"
)
_FOLLOW = text(
    "UPDATE flour_finding SET followed_by = :by, followed_at = :at, note = :note WHERE finding_id = :finding_id"
)
# For a connection of the driver's own.
LEFT_ALONE = (
    "SELECT count(*) FROM flour_finding f JOIN outlet o USING (outlet_id)"
    " WHERE f.followed_at IS NULL AND f.found_at < $1 AND NOT o.trial"
)
_LOOKED = text("SELECT EXISTS (SELECT FROM flour_month WHERE month = :month)")
_MARK = text(
    "INSERT INTO flour_month (month, looked_at, bakeries) VALUES (:month, :at, :bakeries) ON CONFLICT DO NOTHING"
)


async def outlet(session: AsyncSession, outlet_id: UUID) -> RowMapping | None:
    """What an outlet is and where, or None."""
    return (await session.execute(_OUTLET, {"outlet_id": outlet_id})).mappings().one_or_none()


async def add(session: AsyncSession, **values: object) -> bool:
    """Enter a delivery; False where its reference is entered already."""
    return (await session.execute(_ADD, values)).one_or_none() is not None


async def find(session: AsyncSession, delivery_id: UUID) -> RowMapping | None:
    """A delivery with the area of its bakery, or None."""
    return (await session.execute(_FIND, {"delivery_id": delivery_id})).mappings().one_or_none()


async def withdraw(session: AsyncSession, delivery_id: UUID, by: str, at: datetime, reason: str) -> None:
    """Let a delivery not count; the first who says so does."""
    await session.execute(_WITHDRAW, {"delivery_id": delivery_id, "by": by, "at": at, "reason": reason})


async def page(
    session: AsyncSession, bound: Bound, outlet_id: UUID | None, bounds: Mapping[str, object]
) -> Sequence[RowMapping]:
    """The next deliveries that a caller may see."""
    return (await session.execute(*_PAGE.within(bound, {"outlet_id": outlet_id, **bounds}))).mappings().all()


async def sold(
    session: AsyncSession, bound: Bound, outlet_id: UUID | None, first: date, last: date, bounds: Mapping[str, object]
) -> Sequence[RowMapping]:
    """The next bakeries that were given flour or sold bread, with what decides their figures and their loaves."""
    asked = {"outlet_id": outlet_id, "first": first, "last": last, "since": month_start(first), **bounds}
    return (await session.execute(*_SOLD.within(bound, asked))).mappings().all()


async def delivered(
    session: AsyncSession, outlet_ids: Sequence[UUID], first: date, last: date
) -> dict[UUID, dict[date, int]]:
    """The sacks that bakeries were given, by day."""
    found: dict[UUID, dict[date, int]] = {outlet_id: {} for outlet_id in outlet_ids}
    asked = {"outlet_ids": list(outlet_ids), "first": first, "last": last}
    for row in await session.execute(_DELIVERED, asked):
        found[row.outlet_id][row.delivered_on] = row.sacks
    return found


async def enter_findings(session: AsyncSession, month: date, at: datetime, found: Sequence[object]) -> None:
    """Enter what was found of a month; what is known of a bakery's month stays as it is."""
    if found:
        rows = transposed(found, "finding_id", "outlet_id", "sacks", "expected", "sold", "allowed")
        await session.execute(_FOUND, rows | {"month": month, "at": at})


async def findings(session: AsyncSession, bound: Bound, bounds: Mapping[str, object]) -> Sequence[RowMapping]:
    """The next findings that a caller may see."""
    return (await session.execute(*_FINDINGS.within(bound, dict(bounds)))).mappings().all()


async def finding(session: AsyncSession, finding_id: UUID) -> RowMapping | None:
    """A finding with the area of its bakery, or None."""
    return (await session.execute(_FIND_FINDING, {"finding_id": finding_id})).mappings().one_or_none()


async def follow(session: AsyncSession, finding_id: UUID, by: str, at: datetime, note: str) -> None:
    """Keep who goes after a finding."""
    await session.execute(_FOLLOW, {"finding_id": finding_id, "by": by, "at": at, "note": note})


async def looked_at(session: AsyncSession, month: date) -> bool:
    """Whether a month was looked at whole."""
    return bool((await session.execute(_LOOKED, {"month": month})).scalar_one())


async def mark(session: AsyncSession, month: date, at: datetime, bakeries: int) -> None:
    """A month was looked at whole."""
    await session.execute(_MARK, {"month": month, "at": at, "bakeries": bakeries})
