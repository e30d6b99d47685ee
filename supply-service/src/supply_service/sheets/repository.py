"""Every SQL statement about paper sheets; what became of their rows stands with the sales without a network."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.row_arrays import statement, transposed

_COLUMNS = (
    "s.sheet_id, s.proposal_id, s.outlet_id, s.serial, s.day, s.outage, s.note, s.evidence, s.price_list, s.rows,"
    " s.loaves, s.amount, s.state, s.entered_by, s.entered_at, s.decided_by, s.decided_at, s.decision_reason"
)
_FROM = " FROM paper_sheet s JOIN outlet o ON o.outlet_id = s.outlet_id"
_PAGE = BoundedStatement(
    f"SELECT {_COLUMNS}{_FROM} WHERE s.sheet_id > :after"
    " AND (CAST(:outlet_id AS uuid) IS NULL OR s.outlet_id = :outlet_id)"
    " AND (CAST(:day AS date) IS NULL OR s.day = :day)"
    " AND (CAST(:state AS text) IS NULL OR s.state = :state) AND <bound> ORDER BY s.sheet_id LIMIT :limit",
    governorate="o.governorate",
    district="o.district",
    outlet_id="s.outlet_id",
)
_FIND = (
    f"SELECT {_COLUMNS}, s.first_row, o.kind, o.governorate, o.district, o.trial{_FROM} WHERE s.sheet_id = :sheet_id"
)
_SHEET, _LOCK = text(_FIND), text(f"{_FIND} FOR NO KEY UPDATE OF s")
_NEXT_ROW = text("SELECT coalesce(max(first_row + rows), 1) FROM paper_sheet WHERE outlet_id = :outlet_id")
_ADD = text(
    "INSERT INTO paper_sheet (sheet_id, outlet_id, serial, day, outage, note, evidence, price_list, first_row, rows,"
    " loaves, amount, proposal_id, entered_by, entered_at) VALUES (:sheet_id, :outlet_id, :serial, :day, :outage,"
    " :note, :evidence, :price_list, :first_row, :rows, :loaves, :amount, :proposal_id, :entered_by, :entered_at)"
)
_SAME = text(
    "SELECT sheet_id FROM paper_sheet WHERE outlet_id = :outlet_id AND serial = :serial"
    " AND state IN ('submitted', 'booked')"
)
_ROW = {
    "number": "int",
    "sale_id": "uuid",
    "card_id": "uuid",
    "occurred_at": "timestamptz",
    "holder_mark": "bool",
    "document": "bytea",
}
_ADD_ROWS = statement(
    f"INSERT INTO paper_sheet_row (sheet_id, {', '.join(_ROW)})"
    f" SELECT CAST(:sheet_id AS uuid), {', '.join(_ROW)} FROM <rows>",
    **_ROW,
)
_ROWS = text(
    "SELECT r.number, r.sale_id, r.card_id, r.occurred_at, r.holder_mark, r.document,"
    " s.first_row + r.number - 1 AS sequence, coalesce(o.status, 'waiting') AS status, o.code, o.redemption_id,"
    " d.dispute_id"
    " FROM paper_sheet s JOIN paper_sheet_row r USING (sheet_id)"
    " LEFT JOIN offline_sale o ON o.terminal_id = s.outlet_id AND o.sequence = s.first_row + r.number - 1"
    " LEFT JOIN dispute d ON d.terminal_id = o.terminal_id AND d.sequence = o.sequence"
    " WHERE s.sheet_id = :sheet_id ORDER BY r.number"
)
_END = text(
    "UPDATE paper_sheet SET state = :state, decided_by = :decided_by, decided_at = :decided_at,"
    " decision_reason = :reason WHERE sheet_id = :sheet_id"
)
# Of a household's cards the one that was open at the moment of the sale, the first of several.
_CARDS = statement(
    "SELECT r.n, (SELECT c.card_id FROM household h JOIN card c USING (household_id) WHERE h.ration_card_mark = r.mark"
    "  ORDER BY c.state <> 'issued' AND (c.closed_at IS NULL OR c.closed_at > r.at) DESC,"
    "  c.activated_at NULLS LAST, c.card_id LIMIT 1) AS card_id FROM <numbered rows>",
    mark="text",
    at="timestamptz",
)


class Written(NamedTuple):
    """A row as it is kept."""

    number: int
    sale_id: UUID
    card_id: UUID | None
    occurred_at: datetime
    holder_mark: bool
    document: bytes


async def page(session: AsyncSession, bound: Bound, asked: Mapping[str, object]) -> Sequence[RowMapping]:
    """The next sheets that a caller may see: of an `outlet_id`, a `day` or in a `state` where these are not None."""
    return (await session.execute(*_PAGE.within(bound, dict(asked)))).mappings().all()


async def find(session: AsyncSession, sheet_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """A sheet with the place of its outlet, or None; with `lock` nobody else decides it until the commit."""
    return (await session.execute(_LOCK if lock else _SHEET, {"sheet_id": sheet_id})).mappings().one_or_none()


async def same(session: AsyncSession, outlet_id: UUID, serial: str) -> UUID | None:
    """The sheet of an outlet that stands under a serial number."""
    found: UUID | None = await session.scalar(_SAME, {"outlet_id": outlet_id, "serial": serial})
    return found


async def next_row(session: AsyncSession, outlet_id: UUID) -> int:
    """The number of the first row of an outlet's next sheet; nobody else enters one of it meanwhile."""
    return int(await session.scalar(_NEXT_ROW, {"outlet_id": outlet_id}) or 1)


async def add(session: AsyncSession, rows: Sequence[Written], **sheet: object) -> None:
    """Enter a sheet with its rows."""
    await session.execute(_ADD, sheet | {"rows": len(rows)})
    await session.execute(_ADD_ROWS, {"sheet_id": sheet["sheet_id"]} | transposed(rows, *_ROW))


async def rows(session: AsyncSession, sheet_id: UUID) -> Sequence[RowMapping]:
    """The rows of a sheet with what became of each."""
    return (await session.execute(_ROWS, {"sheet_id": sheet_id})).mappings().all()


async def end(session: AsyncSession, sheet_id: UUID, state: str, by: str, at: datetime, reason: str | None) -> None:
    """Keep what became of a sheet, by whom and why."""
    await session.execute(
        _END, {"sheet_id": sheet_id, "state": state, "decided_by": by, "decided_at": at, "reason": reason}
    )


async def cards(session: AsyncSession, marks: Sequence[tuple[str, datetime]]) -> list[UUID | None]:
    """The cards that ration cards' households had at a moment, in the order asked; None where none is known."""
    if not marks:
        return []
    found = await session.execute(_CARDS, {"mark": [mark for mark, _ in marks], "at": [at for _, at in marks]})
    by_place = {row.n: row.card_id for row in found}
    return [by_place[n] for n in range(1, len(marks) + 1)]
