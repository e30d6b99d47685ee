"""What was allowed of an outlet's dispute: it is no sale of the household, and is paid with the outlet's next close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

_ALLOW = text(
    "INSERT INTO outlet_claim (claim_id, outlet_id, sold_on, loaves, flour, goods_amount, grants_amount, allowed_at)"
    " VALUES (:claim_id, :outlet_id, :sold_on, :loaves, :flour, :goods_amount, :grants_amount, :allowed_at)"
    " ON CONFLICT (claim_id) DO NOTHING"
)
_COUNT = text(
    "UPDATE outlet_claim SET counted_on = :business_day WHERE outlet_id = :outlet_id AND counted_on IS NULL"
    " AND sold_on <= :business_day"
)
_COUNTED = text(
    "SELECT sold_on, CAST(sum(loaves) AS int) AS loaves, CAST(sum(flour) AS int) AS flour,"
    " CAST(sum(goods_amount) AS bigint) AS goods_amount, CAST(sum(grants_amount) AS bigint) AS grants_amount"
    " FROM outlet_claim WHERE outlet_id = :outlet_id AND counted_on = :business_day GROUP BY sold_on ORDER BY sold_on"
)


async def allow(
    session: AsyncSession,
    claim_id: UUID,
    outlet_id: UUID,
    sold_on: date,
    *,
    loaves: int = 0,
    flour: int = 0,
    goods_amount: int = 0,
    grants_amount: int = 0,
    at: datetime,
) -> None:
    """Have what was allowed of a dispute paid with the outlet's next close, at the rate of the day it was sold on.

    Called in the transaction of the decision; once for each `claim_id` (the dispute's id), however often it is told.
    """
    values = {
        "claim_id": claim_id,
        "outlet_id": outlet_id,
        "sold_on": sold_on,
        "loaves": loaves,
        "flour": flour,
        "goods_amount": goods_amount,
        "grants_amount": grants_amount,
        "allowed_at": at,
    }
    await session.execute(_ALLOW, values)


async def count(session: AsyncSession, outlet_id: UUID, day: date) -> None:
    """Count what was allowed with the close of a day; it is settled with it."""
    await session.execute(_COUNT, {"outlet_id": outlet_id, "business_day": day})


async def counted(session: AsyncSession, outlet_id: UUID, day: date) -> Sequence[RowMapping]:
    """What was allowed and is settled with a day, by the day it was sold on."""
    return (await session.execute(_COUNTED, {"outlet_id": outlet_id, "business_day": day})).mappings().all()
