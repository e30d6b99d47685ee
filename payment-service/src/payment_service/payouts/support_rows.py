"""Every statement on support that is due as cash."""

# ruff: noqa: S608 - nothing but this module's own conditions is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import columns, statement

AT_ONCE = 500_000  # of one batch, so that it is made within the time a request has

_COLUMNS = {
    "due_id": "uuid",
    "household_id": "uuid",
    "programme": "text",
    "month": "date",
    "amount": "bigint",
    "told_at": "timestamptz",
}
_NAMES = ", ".join(_COLUMNS)
_ENTER = statement(
    f"INSERT INTO support_due ({_NAMES}) SELECT {_NAMES} FROM <rows> ON CONFLICT (due_id) DO NOTHING", **_COLUMNS
)
# Of two who gather the same month at once the second finds what the first has left.
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('support due ' || :programme || :month, 0))")
_OPEN = "(d.batch_id IS NULL OR b.state = 'cancelled')"
_FREE = (
    "SELECT d.due_id, d.amount, h.citizen_id FROM support_due d JOIN household_head h USING (household_id)"
    " LEFT JOIN payout_batch b ON b.batch_id = d.batch_id"
    f" WHERE d.programme = :programme AND d.month = :month AND {_OPEN} ORDER BY d.due_id LIMIT :most"
)
_PAYABLE = text(f"SELECT count(*) AS payouts, coalesce(sum(amount), 0)::bigint AS total FROM ({_FREE}) f")
_FILL = text(
    f"WITH free AS MATERIALIZED ({_FREE}), taken AS ("
    " UPDATE support_due d SET batch_id = :batch_id FROM free f WHERE d.due_id = f.due_id"
    "), made AS ("
    " INSERT INTO payout (batch_id, number, item_reference, citizen_id, amount)"
    " SELECT :batch_id, row_number() OVER (ORDER BY due_id), due_id::text, citizen_id, amount FROM free"
    ") SELECT count(*) AS payouts, coalesce(sum(amount), 0)::bigint AS total FROM free"
)
_TOTALS = text(
    "SELECT count(*) AS told_count, coalesce(sum(d.amount), 0)::bigint AS told_total,"
    f" count(*) FILTER (WHERE {_OPEN}) AS waiting_count,"
    f" coalesce(sum(d.amount) FILTER (WHERE {_OPEN}), 0)::bigint AS waiting_total,"
    f" count(*) FILTER (WHERE {_OPEN} AND h.household_id IS NULL) AS headless_count"
    " FROM support_due d LEFT JOIN payout_batch b ON b.batch_id = d.batch_id"
    " LEFT JOIN household_head h ON h.household_id = d.household_id"
    " WHERE d.programme = :programme AND d.month = :month"
)


async def enter(session: AsyncSession, rows: Sequence[tuple[object, ...]]) -> None:
    """What is due, each once."""
    await session.execute(_ENTER, columns(rows, *_COLUMNS))


async def take_turn(session: AsyncSession, programme: str, month: date) -> None:
    """Wait for whoever gathers the same month."""
    await session.execute(_TURN, {"programme": programme, "month": str(month)})


async def payable(session: AsyncSession, programme: str, month: date) -> tuple[int, int]:
    """How many dues of a month could be gathered now, and their sum."""
    row = (await session.execute(_PAYABLE, {"programme": programme, "month": month, "most": AT_ONCE})).one()
    return row.payouts, row.total


async def fill(session: AsyncSession, batch_id: UUID, programme: str, month: date) -> tuple[int, int]:
    """Put what can be gathered of a month into an open batch; how many, and their sum."""
    parameters = {"batch_id": batch_id, "programme": programme, "month": month, "most": AT_ONCE}
    row = (await session.execute(_FILL, parameters)).one()
    return row.payouts, row.total


async def totals(session: AsyncSession, programme: str, month: date) -> RowMapping:
    """What was told of a month, and what of it is in no batch."""
    return (await session.execute(_TOTALS, {"programme": programme, "month": month})).mappings().one()
