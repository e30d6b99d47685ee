"""Every SQL statement about outlets' business days."""

# ruff: noqa: S608 - nothing but fixed conditions is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Area
from chassis.clock import month_start
from chassis.row_arrays import statement
from supply_service.days.unclosed import SINCE
from supply_service.rules.settlement import Merchant

_FIND = "SELECT kind, governorate, fuel, loaf_type, trial, district FROM outlet WHERE outlet_id = :outlet_id"
_OUTLET, _LOCK = text(_FIND), text(f"{_FIND} FOR NO KEY UPDATE")
_CLOSED = text(
    "SELECT closed_at, closed_by FROM outlet_day WHERE outlet_id = :outlet_id AND business_day = :business_day"
)
_PARTS = text(
    "SELECT sold_on, redemptions, reversals, loaves, flour, goods_amount, cash_amount, wallet_amount, grants_amount"
    " FROM outlet_day_part"
    " WHERE outlet_id = :outlet_id AND business_day = :business_day ORDER BY sold_on"
)
# What was sold on the day and on those closed days for which more has come in than they counted: none nearly always,
# so that they are found by numbers of rows alone, which an index tells.
_UNCOUNTED = text(
    "WITH days AS ("
    "  SELECT CAST(:day AS date) AS day UNION"
    "  SELECT o.business_day FROM outlet_day o CROSS JOIN LATERAL ("
    "   SELECT coalesce(sum(p.redemptions), 0) AS redemptions, coalesce(sum(p.reversals), 0) AS reversals"
    "   FROM outlet_day_part p WHERE p.outlet_id = o.outlet_id AND p.sold_on = o.business_day"
    "  ) AS c"
    f"  WHERE o.outlet_id = :outlet_id AND o.business_day < :day AND o.business_day >= {SINCE} AND ("
    "   c.redemptions < (SELECT count(*) FROM redemption r"
    "    WHERE r.outlet_id = o.outlet_id AND r.business_day = o.business_day)"
    "   OR c.reversals < (SELECT count(*) FROM reversal v"
    "    WHERE v.outlet_id = o.outlet_id AND v.business_day = o.business_day))"
    "), sold AS ("
    "  SELECT d.day, count(r.redemption_id) AS n, coalesce(sum(r.loaves), 0) AS loaves,"
    "   coalesce(sum(r.flour), 0) AS flour, coalesce(sum(r.goods), 0) AS goods, coalesce(sum(r.cash), 0) AS cash"
    "  FROM days d LEFT JOIN redemption r ON r.outlet_id = :outlet_id AND r.business_day = d.day GROUP BY d.day"
    "), undone AS ("
    "  SELECT d.day, count(v.redemption_id) AS n, coalesce(sum(v.loaves), 0) AS loaves,"
    "   coalesce(sum(v.flour), 0) AS flour, coalesce(sum(v.goods), 0) AS goods, coalesce(sum(v.cash), 0) AS cash"
    "  FROM days d LEFT JOIN reversal v ON v.outlet_id = :outlet_id AND v.business_day = d.day GROUP BY d.day"
    "), tendered AS ("
    "  SELECT d.day, coalesce(sum(t.amount), 0) AS wallet"
    "  FROM days d LEFT JOIN tender t ON t.outlet_id = :outlet_id AND t.business_day = d.day GROUP BY d.day"
    "), refunded AS ("
    "  SELECT d.day, coalesce(sum(t.amount), 0) AS wallet"
    "  FROM days d LEFT JOIN (reversal v JOIN tender t USING (redemption_id))"
    "   ON v.outlet_id = :outlet_id AND v.business_day = d.day GROUP BY d.day"
    "), granted AS ("
    "  SELECT d.day, coalesce(sum(CASE g.kind WHEN 'draw' THEN g.amount WHEN 'reversal' THEN -g.amount END), 0)"
    "   AS paid"
    "  FROM days d LEFT JOIN grant_move g ON g.outlet_id = :outlet_id AND g.business_day = d.day GROUP BY d.day"
    "), counted AS ("
    "  SELECT d.day, coalesce(sum(p.redemptions), 0) AS redemptions, coalesce(sum(p.reversals), 0) AS reversals,"
    "   coalesce(sum(p.loaves), 0) AS loaves, coalesce(sum(p.flour), 0) AS flour,"
    "   coalesce(sum(p.goods_amount), 0) AS goods,"
    "   coalesce(sum(p.cash_amount), 0) AS cash, coalesce(sum(p.wallet_amount), 0) AS wallet,"
    "   coalesce(sum(p.grants_amount), 0) AS grants"
    "  FROM days d LEFT JOIN outlet_day_part p ON p.outlet_id = :outlet_id AND p.sold_on = d.day GROUP BY d.day"
    ")"
    " SELECT day AS sold_on, CAST(s.n - c.redemptions AS int) AS redemptions,"
    "  CAST(u.n - c.reversals AS int) AS reversals, CAST(s.loaves - u.loaves - c.loaves AS int) AS loaves,"
    "  CAST(s.flour - u.flour - c.flour AS int) AS flour,"
    "  CAST(s.goods - u.goods - c.goods AS bigint) AS goods_amount,"
    "  CAST(s.cash - u.cash - c.cash AS bigint) AS cash_amount,"
    "  CAST(t.wallet - f.wallet - c.wallet AS bigint) AS wallet_amount,"
    "  CAST(g.paid - c.grants AS bigint) AS grants_amount"
    " FROM sold s JOIN undone u USING (day) JOIN tendered t USING (day) JOIN refunded f USING (day)"
    "  JOIN granted g USING (day)"
    "  JOIN counted c USING (day) ORDER BY day"
)
_CLOSE = statement(
    "WITH day AS ("
    "  INSERT INTO outlet_day (outlet_id, business_day, closed_at, closed_by, complete)"
    "  VALUES (:outlet_id, :business_day, :closed_at, :closed_by, true) RETURNING outlet_id, business_day"
    ") INSERT INTO outlet_day_part (outlet_id, business_day, sold_on, redemptions, reversals, loaves, flour,"
    " goods_amount, cash_amount, wallet_amount, grants_amount)"
    " SELECT day.outlet_id, day.business_day, r.* FROM day, <rows>",
    sold_on="date",
    redemptions="int",
    reversals="int",
    loaves="int",
    flour="int",
    goods_amount="bigint",
    cash_amount="bigint",
    wallet_amount="bigint",
    grants_amount="bigint",
)
_TERMINALS = text(
    "SELECT terminal_id, CAST(sum(redemptions) AS int) AS redemptions, CAST(sum(reversals) AS int) AS reversals,"
    " CAST(sum(loaves) AS bigint) AS loaves, CAST(sum(flour) AS bigint) AS flour,"
    " CAST(sum(goods) AS bigint) AS goods_amount,"
    " CAST(sum(cash) AS bigint) AS cash_amount, CAST(sum(wallet) AS bigint) AS wallet_amount,"
    " CAST(sum(grants) AS bigint) AS grants_amount FROM ("
    "  SELECT terminal_id, 1 AS redemptions, 0 AS reversals, loaves, flour, goods, cash, 0 AS wallet, 0 AS grants"
    "  FROM redemption WHERE outlet_id = :outlet_id AND business_day = :business_day AND period = :period UNION ALL"
    "  SELECT terminal_id, 0, 1, -loaves, -flour, -goods, -cash, 0, 0 FROM reversal"
    "  WHERE outlet_id = :outlet_id AND business_day = :business_day UNION ALL"
    "  SELECT r.terminal_id, 0, 0, 0, 0, 0, 0, 0, g.amount FROM grant_move g"
    "  JOIN redemption r ON r.redemption_id = g.source_id AND r.period = :period"
    "  WHERE g.outlet_id = :outlet_id AND g.business_day = :business_day AND g.kind = 'draw' UNION ALL"
    "  SELECT v.terminal_id, 0, 0, 0, 0, 0, 0, 0, -g.amount FROM grant_move g"
    "  JOIN reversal v ON v.reversal_id = g.source_id"
    "  WHERE g.outlet_id = :outlet_id AND g.business_day = :business_day AND g.kind = 'reversal' UNION ALL"
    "  SELECT r.terminal_id, 0, 0, 0, 0, 0, 0, t.amount, 0 FROM tender t JOIN redemption r USING (redemption_id)"
    "  WHERE t.outlet_id = :outlet_id AND t.business_day = :business_day AND r.period = :period UNION ALL"
    "  SELECT v.terminal_id, 0, 0, 0, 0, 0, 0, -t.amount, 0 FROM reversal v JOIN tender t USING (redemption_id)"
    "  WHERE v.outlet_id = :outlet_id AND v.business_day = :business_day"
    ") t GROUP BY terminal_id ORDER BY terminal_id"
)
_FREE = text(
    "SELECT count(*) AS sales, count(reversed_at) AS reversals,"
    " CAST(coalesce(sum(loaves) FILTER (WHERE reversed_at IS NULL), 0) AS bigint) AS loaves,"
    " CAST(coalesce(sum(amount) FILTER (WHERE reversed_at IS NULL), 0) AS bigint) AS amount"
    " FROM free_sale WHERE outlet_id = :outlet_id AND business_day = :business_day"
)
_INSPECTORS = text(
    "SELECT CAST(coalesce(sum(loaves), 0) AS bigint) FROM inspector_draw"
    " WHERE outlet_id = :outlet_id AND business_day = :business_day AND withdrawn_at IS NULL"
)
_LISTED = text(
    "SELECT d.business_day, d.closed_at, d.closed_by, coalesce(sum(p.redemptions), 0) AS redemptions,"
    " coalesce(sum(p.reversals), 0) AS reversals, coalesce(sum(p.loaves), 0) AS loaves,"
    " CAST(coalesce(sum(p.goods_amount), 0) AS bigint) AS goods_amount,"
    " CAST(coalesce(sum(p.cash_amount), 0) AS bigint) AS cash_amount"
    " FROM outlet_day d LEFT JOIN outlet_day_part p USING (outlet_id, business_day)"
    " WHERE d.outlet_id = :outlet_id AND d.business_day < :before"
    " GROUP BY d.outlet_id, d.business_day ORDER BY d.business_day DESC LIMIT :limit"
)
_PART = (
    "sold_on",
    "redemptions",
    "reversals",
    "loaves",
    "flour",
    "goods_amount",
    "cash_amount",
    "wallet_amount",
    "grants_amount",
)


async def merchant(session: AsyncSession, outlet_id: UUID, *, lock: bool = False) -> tuple[Merchant, Area] | None:
    """What an outlet is and where, or None; with `lock` its days are closed one after the other."""
    row = (await session.execute(_LOCK if lock else _OUTLET, {"outlet_id": outlet_id})).one_or_none()
    if row is None:
        return None
    *what, district = row
    found = Merchant(*what)
    return found, Area(found.governorate, district, outlet_id=outlet_id)


async def closed(session: AsyncSession, outlet_id: UUID, day: date) -> RowMapping | None:
    """When and by whom a day was closed, or None."""
    parameters = {"outlet_id": outlet_id, "business_day": day}
    return (await session.execute(_CLOSED, parameters)).mappings().one_or_none()


async def listed(session: AsyncSession, outlet_id: UUID, before: date, limit: int) -> Sequence[RowMapping]:
    """Days that an outlet has closed before one, the newest first."""
    asked = {"outlet_id": outlet_id, "before": before, "limit": limit}
    return (await session.execute(_LISTED, asked)).mappings().all()


async def parts(session: AsyncSession, outlet_id: UUID, day: date) -> Sequence[RowMapping]:
    """What a closed day's figures consist of."""
    return (await session.execute(_PARTS, {"outlet_id": outlet_id, "business_day": day})).mappings().all()


async def uncounted(
    session: AsyncSession, outlet_id: UUID, day: date, reach: int, now: datetime
) -> Sequence[RowMapping]:
    """The day's own figures, and what came in late for days closed before; `reach` as for the days left open."""
    parameters = {"outlet_id": outlet_id, "day": day, "reach": reach, "now": now}
    return (await session.execute(_UNCOUNTED, parameters)).mappings().all()


async def close(
    session: AsyncSession, outlet_id: UUID, day: date, at: datetime, by: str, counted: Sequence[RowMapping]
) -> None:
    """Close a day with its parts."""
    key = {"outlet_id": outlet_id, "business_day": day, "closed_at": at, "closed_by": by}
    await session.execute(_CLOSE, key | {name: [part[name] for part in counted] for name in _PART})


async def terminals(session: AsyncSession, outlet_id: UUID, day: date) -> Sequence[RowMapping]:
    """A day's own sales and reversals by the terminal that made them, as they stand now."""
    parameters = {"outlet_id": outlet_id, "business_day": day, "period": month_start(day)}
    return (await session.execute(_TERMINALS, parameters)).mappings().all()


async def free(session: AsyncSession, outlet_id: UUID, day: date) -> RowMapping:
    """What was sold at the free price on a day, as it stands now."""
    return (await session.execute(_FREE, {"outlet_id": outlet_id, "business_day": day})).mappings().one()


async def inspector_loaves(session: AsyncSession, outlet_id: UUID, day: date) -> int:
    """The loaves that inspectors let a bakery sell on a day, as it stands now."""
    return int((await session.execute(_INSPECTORS, {"outlet_id": outlet_id, "business_day": day})).scalar_one())
