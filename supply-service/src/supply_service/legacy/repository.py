"""Every SQL statement about legacy draws."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement

_HOLDERS = text(
    "SELECT household_id, ration_card_mark, governorate, district, activated_on FROM household"
    " WHERE ration_card_mark = ANY(CAST(:marks AS text[]))"
    " ORDER BY household_id FOR NO KEY UPDATE"
)
_PUT = statement(
    "INSERT INTO legacy_draw AS d (ration_card_mark, month, goods, told_by, told_at)"
    " SELECT mark, CAST(:month AS date), goods, CAST(:told_by AS text), CAST(:told_at AS timestamptz) FROM <rows>"
    " ORDER BY mark"
    " ON CONFLICT (ration_card_mark, month) DO UPDATE SET goods = excluded.goods, told_by = excluded.told_by,"
    " told_at = excluded.told_at WHERE d.goods <> excluded.goods RETURNING ration_card_mark",
    mark="text",
    goods="int",
)


async def holders(session: AsyncSession, marks: Sequence[str]) -> Sequence[RowMapping]:
    """The households whose ration cards these are, locked in the order of their ids."""
    return (await session.execute(_HOLDERS, {"marks": list(marks)})).mappings().all()


async def put(
    session: AsyncSession, month: date, marks: Sequence[str], goods: Sequence[int], told_by: str, told_at: datetime
) -> set[str]:
    """What was drawn in a month; gives the marks of which something else was known, or nothing."""
    values = {"mark": list(marks), "goods": list(goods), "month": month, "told_by": told_by, "told_at": told_at}
    return set((await session.execute(_PUT, values)).scalars())
