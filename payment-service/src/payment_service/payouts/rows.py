"""Every statement on the rows of payout batches: received, faulty, corrected, taken out, listed, and their digest."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db import raw
from chassis.ids import new_id
from chassis.paging import Paging
from payment_service.payouts.payout_file import Rows

_LAST = text("SELECT coalesce(max(number), 0) FROM payout WHERE batch_id = :batch_id")
_USED = text(
    "SELECT item_reference FROM payout WHERE batch_id = :batch_id AND NOT taken_out"
    " AND item_reference = ANY(CAST(:references AS text[]))"
)
_FILE = text(
    "INSERT INTO payout_file (batch_id, number, uploaded_by, uploaded_at, taken_count, taken_total, faulty_count)"
    " SELECT :batch_id, coalesce(max(number), 0) + 1, :by, :at, :taken_count, :taken_total, :faulty_count"
    " FROM payout_file WHERE batch_id = :batch_id RETURNING number"
)
_LAST_FAULT = text("SELECT coalesce(max(position), 0) FROM payout_fault WHERE batch_id = :batch_id")
_FAULTS = text(
    "SELECT position, file, row, item_reference, code FROM payout_fault"
    " WHERE batch_id = :batch_id AND position > :after ORDER BY position LIMIT :limit"
)
# What became of a payout follows from its number and its reason: each part counts how many are booked, in order, and
# so did the batch itself before there were parts.
_STATE = """
    CASE WHEN p.taken_out THEN 'taken_out' WHEN p.reason IS NOT NULL THEN 'failed'
        WHEN p.number <= b.paid_count + b.failed_count THEN 'paid'
        WHEN EXISTS (SELECT FROM payout_part x WHERE x.batch_id = p.batch_id AND p.number BETWEEN x.first AND x.booked)
            THEN 'paid'
        ELSE 'waiting' END
"""
_ITEM = f"""
    SELECT p.number, p.payout_id, p.item_reference, p.citizen_id, p.amount,
        CASE WHEN p.taken_out THEN 'taken_out' ELSE p.reason END AS reason, {_STATE} AS state
    FROM payout p JOIN payout_batch b USING (batch_id) WHERE batch_id = :batch_id
"""
_ITEMS = text(
    f"SELECT * FROM ({_ITEM} AND p.number > :after) i"
    " WHERE CAST(:state AS text) IS NULL OR state = :state ORDER BY number LIMIT :limit"
)
_FIND = text(f"{_ITEM} AND p.number = :number")
_CORRECT = text(
    "UPDATE payout SET citizen_id = :citizen_id, amount = :amount WHERE batch_id = :batch_id AND number = :number"
)
_TAKE_OUT = text("UPDATE payout SET taken_out = true WHERE batch_id = :batch_id AND number = :number")
_CHANGED = text(
    "INSERT INTO payout_change (change_id, batch_id, number, what, changed_by, changed_at, old_citizen_id, old_amount,"
    " new_citizen_id, new_amount) VALUES (:change_id, :batch_id, :number, :what, :by, :at, :old_citizen_id,"
    " :old_amount, :new_citizen_id, :new_amount)"
)
# SHA-256 over the digests of ten thousand rows each, in their order.
_DIGEST = text(
    """
    SELECT sha256(coalesce(string_agg(d, ''::bytea ORDER BY n), ''::bytea)) FROM (
        SELECT number / 10000 AS n, sha256(convert_to(string_agg(
            concat_ws(',', number, citizen_id, amount, item_reference), E'\\n' ORDER BY number), 'UTF8')) AS d
        FROM payout WHERE batch_id = :batch_id AND NOT taken_out GROUP BY number / 10000
    ) parts
    """
)
_FAILED = text(
    "SELECT count(*) AS payouts, coalesce(sum(amount), 0)::bigint AS total FROM payout"
    " WHERE batch_id = :batch_id AND reason IS NOT NULL"
)
_RETRY = text(
    "INSERT INTO payout (batch_id, number, item_reference, citizen_id, amount)"
    " SELECT :retry, row_number() OVER (ORDER BY number), item_reference, citizen_id, amount FROM payout"
    " WHERE batch_id = :batch_id AND reason IS NOT NULL"
)
_COLUMNS = ("batch_id", "number", "payout_id", "item_reference", "citizen_id", "amount")
_FAULT_COLUMNS = ("batch_id", "position", "file", "row", "item_reference", "code")


async def used(session: AsyncSession, batch_id: UUID, references: Sequence[str]) -> set[str]:
    """Those of some references that the batch has already."""
    if await _last(session, batch_id) == 0:
        return set()
    parameters = {"batch_id": batch_id, "references": list(references)}
    return set((await session.execute(_USED, parameters)).scalars())


async def add(session: AsyncSession, batch_id: UUID, rows: Rows, by: str, at: datetime) -> int:
    """Add a file's good rows to a batch, in their order, and note the others; the file's number."""
    connection = await raw(session)
    await load(connection, batch_id, await _last(session, batch_id), rows)
    columns = {
        "batch_id": batch_id,
        "by": by,
        "at": at,
        "taken_count": len(rows.amounts),
        "taken_total": sum(rows.amounts),
        "faulty_count": len(rows.faults),
    }
    file: int = (await session.execute(_FILE, columns)).scalar_one()
    if rows.faults:
        last: int = (await session.execute(_LAST_FAULT, {"batch_id": batch_id})).scalar_one()
        faults = (
            (batch_id, position, file, fault.row, fault.reference, fault.code)
            for position, fault in enumerate(rows.faults, start=last + 1)
        )
        await connection.copy_records_to_table("payout_fault", records=faults, columns=_FAULT_COLUMNS)
    return file


async def load(connection: asyncpg.Connection, batch_id: UUID, last: int, rows: Rows) -> None:
    """Copy payouts into the table behind the last number that is taken."""
    records = (
        (batch_id, number, new_id(), reference, citizen, amount)
        for number, (reference, citizen, amount) in enumerate(
            zip(rows.references, rows.payees, rows.amounts, strict=True), start=last + 1
        )
    )
    await connection.copy_records_to_table("payout", records=records, columns=_COLUMNS)


async def faults(session: AsyncSession, batch_id: UUID, page: Paging[int]) -> Sequence[Row[Any]]:
    """A page of a batch's faulty rows."""
    return (await session.execute(_FAULTS, {"batch_id": batch_id} | page.bounds)).all()


async def items(session: AsyncSession, batch_id: UUID, page: Paging[int], state: str | None) -> Sequence[Row[Any]]:
    """A page of a batch's payouts."""
    parameters = {"batch_id": batch_id, "state": state} | page.bounds
    return (await session.execute(_ITEMS, parameters)).all()


async def find(session: AsyncSession, batch_id: UUID, number: int) -> Row[Any] | None:
    """A payout of a batch."""
    return (await session.execute(_FIND, {"batch_id": batch_id, "number": number})).one_or_none()


async def correct(
    session: AsyncSession, batch_id: UUID, old: Row[Any], new: tuple[UUID, int], by: str, at: datetime
) -> None:
    """Give a payout another payee or amount, and note who did and what it was."""
    citizen_id, amount = new
    parameters = {"batch_id": batch_id, "number": old.number, "citizen_id": citizen_id, "amount": amount}
    await session.execute(_CORRECT, parameters)
    await _note(session, batch_id, old, "corrected", by, at, new_citizen_id=citizen_id, new_amount=amount)


async def take_out(session: AsyncSession, batch_id: UUID, old: Row[Any], by: str, at: datetime) -> None:
    """Leave a payout out of its batch; it keeps its number, and another may have its reference."""
    await session.execute(_TAKE_OUT, {"batch_id": batch_id, "number": old.number})
    await _note(session, batch_id, old, "taken_out", by, at, new_citizen_id=None, new_amount=None)


async def digest(session: AsyncSession, batch_id: UUID) -> bytes:
    """SHA-256 of a batch's rows in their order, 32 bytes."""
    return bytes((await session.execute(_DIGEST, {"batch_id": batch_id})).scalar_one())


async def failed(session: AsyncSession, batch_id: UUID) -> tuple[int, int]:
    """How many payouts of a batch have failed, and their sum."""
    row = (await session.execute(_FAILED, {"batch_id": batch_id})).one()
    return row.payouts, row.total


async def retry(session: AsyncSession, batch_id: UUID, retry_id: UUID) -> None:
    """Copy the payouts of a batch that have failed into a new one, in their order."""
    await session.execute(_RETRY, {"batch_id": batch_id, "retry": retry_id})


async def _last(session: AsyncSession, batch_id: UUID) -> int:
    last: int = (await session.execute(_LAST, {"batch_id": batch_id})).scalar_one()
    return last


async def _note(
    session: AsyncSession, batch_id: UUID, old: Row[Any], what: str, by: str, at: datetime, **new: object
) -> None:
    columns = {"batch_id": batch_id, "number": old.number, "what": what, "by": by, "at": at}
    was = {"old_citizen_id": old.citizen_id, "old_amount": old.amount}
    await session.execute(_CHANGED, {"change_id": new_id(), **columns, **was, **new})
