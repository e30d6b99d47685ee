"""Every SQL statement about outlets' business days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

_LOCK = text("SELECT governorate FROM outlet WHERE outlet_id = :outlet_id FOR NO KEY UPDATE")
_OUTLET = text("SELECT governorate FROM outlet WHERE outlet_id = :outlet_id")
_CLOSED = text(
    "SELECT closed_at, closed_by FROM outlet_day WHERE outlet_id = :outlet_id AND business_day = :business_day"
)
_PARTS = text(
    "SELECT sold_on, redemptions, reversals, loaves, goods_amount, cash_amount, wallet_amount FROM outlet_day_part"
    " WHERE outlet_id = :outlet_id AND business_day = :business_day ORDER BY sold_on"
)
# What was sold on each day, less what closed days have counted of it already: zero nearly always.
_UNCOUNTED = text(
    "WITH days AS ("
    "  SELECT CAST(:business_day AS date) AS day UNION"
    "  SELECT business_day FROM outlet_day"
    "  WHERE outlet_id = :outlet_id AND business_day < :business_day AND business_day >= :since"
    "), sold AS ("
    "  SELECT d.day, count(r.redemption_id) AS n, coalesce(sum(r.loaves), 0) AS loaves,"
    "   coalesce(sum(r.goods), 0) AS goods, coalesce(sum(r.cash), 0) AS cash"
    "  FROM days d LEFT JOIN redemption r ON r.outlet_id = :outlet_id AND r.business_day = d.day GROUP BY d.day"
    "), undone AS ("
    "  SELECT d.day, count(v.redemption_id) AS n, coalesce(sum(v.loaves), 0) AS loaves,"
    "   coalesce(sum(v.goods), 0) AS goods, coalesce(sum(v.cash), 0) AS cash"
    "  FROM days d LEFT JOIN reversal v ON v.outlet_id = :outlet_id AND v.business_day = d.day GROUP BY d.day"
    "), tendered AS ("
    "  SELECT d.day, coalesce(sum(t.amount), 0) AS wallet"
    "  FROM days d LEFT JOIN tender t ON t.outlet_id = :outlet_id AND t.business_day = d.day GROUP BY d.day"
    "), refunded AS ("
    "  SELECT d.day, coalesce(sum(t.amount), 0) AS wallet"
    "  FROM days d LEFT JOIN (reversal v JOIN tender t USING (redemption_id))"
    "   ON v.outlet_id = :outlet_id AND v.business_day = d.day GROUP BY d.day"
    "), counted AS ("
    "  SELECT d.day, coalesce(sum(p.redemptions), 0) AS redemptions, coalesce(sum(p.reversals), 0) AS reversals,"
    "   coalesce(sum(p.loaves), 0) AS loaves, coalesce(sum(p.goods_amount), 0) AS goods,"
    "   coalesce(sum(p.cash_amount), 0) AS cash, coalesce(sum(p.wallet_amount), 0) AS wallet"
    "  FROM days d LEFT JOIN outlet_day_part p ON p.outlet_id = :outlet_id AND p.sold_on = d.day GROUP BY d.day"
    ")"
    " SELECT day AS sold_on, CAST(s.n - c.redemptions AS int) AS redemptions,"
    "  CAST(u.n - c.reversals AS int) AS reversals, CAST(s.loaves - u.loaves - c.loaves AS int) AS loaves,"
    "  CAST(s.goods - u.goods - c.goods AS bigint) AS goods_amount,"
    "  CAST(s.cash - u.cash - c.cash AS bigint) AS cash_amount,"
    "  CAST(t.wallet - f.wallet - c.wallet AS bigint) AS wallet_amount"
    " FROM sold s JOIN undone u USING (day) JOIN tendered t USING (day) JOIN refunded f USING (day)"
    "  JOIN counted c USING (day)"
    " WHERE day = :business_day OR s.n > c.redemptions OR u.n > c.reversals ORDER BY day"
)
_CLOSE = text(
    "INSERT INTO outlet_day (outlet_id, business_day, closed_at, closed_by)"
    " VALUES (:outlet_id, :business_day, :closed_at, :closed_by)"
)
_ADD_PART = text(
    "INSERT INTO outlet_day_part (outlet_id, business_day, sold_on, redemptions, reversals, loaves, goods_amount,"
    " cash_amount, wallet_amount) VALUES (:outlet_id, :business_day, :sold_on, :redemptions, :reversals, :loaves,"
    " :goods_amount, :cash_amount, :wallet_amount)"
)


async def governorate(session: AsyncSession, outlet_id: UUID, *, lock: bool = False) -> str | None:
    """Where an outlet stands, or None; with `lock` its days are closed one after the other."""
    statement = _LOCK if lock else _OUTLET
    found: str | None = (await session.execute(statement, {"outlet_id": outlet_id})).scalar_one_or_none()
    return found


async def closed(session: AsyncSession, outlet_id: UUID, day: date) -> RowMapping | None:
    """When and by whom a day was closed, or None."""
    parameters = {"outlet_id": outlet_id, "business_day": day}
    return (await session.execute(_CLOSED, parameters)).mappings().one_or_none()


async def parts(session: AsyncSession, outlet_id: UUID, day: date) -> Sequence[RowMapping]:
    """What a closed day's figures consist of."""
    return (await session.execute(_PARTS, {"outlet_id": outlet_id, "business_day": day})).mappings().all()


async def uncounted(session: AsyncSession, outlet_id: UUID, day: date, since: date) -> Sequence[RowMapping]:
    """The day's own figures, and what came in late for days closed since `since`."""
    parameters = {"outlet_id": outlet_id, "business_day": day, "since": since}
    return (await session.execute(_UNCOUNTED, parameters)).mappings().all()


async def close(
    session: AsyncSession, outlet_id: UUID, day: date, at: datetime, by: str, counted: Sequence[RowMapping]
) -> None:
    """Close a day with its parts."""
    key = {"outlet_id": outlet_id, "business_day": day}
    await session.execute(_CLOSE, key | {"closed_at": at, "closed_by": by})
    await session.execute(_ADD_PART, [key | dict(part) for part in counted])
