"""Movements of pots beside sales: debts that a month's new pots have paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement

_ENTER = statement(
    "INSERT INTO entry (household_id, source_id, period, programme, line, kind, quantity)"
    " SELECT household_id, source_id, period, programme, line, kind, quantity FROM <rows>",
    household_id="uuid",
    source_id="uuid",
    period="date",
    programme="text",
    line="smallint",
    kind="text",
    quantity="int",
)


async def enter(session: AsyncSession, entries: Mapping[str, Sequence[object]]) -> None:
    """Movements of an opening, under an id of its own."""
    await session.execute(_ENTER, dict(entries))
