"""Every statement on payout batches."""

from __future__ import annotations

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

_MAKE = text(
    "INSERT INTO payout_batch (batch_id, reference, programme, fund_id, declared_count, declared_total, state, made_by,"
    " made_at, governorate, authority) VALUES (:batch_id, :reference, :programme, :fund_id, :declared_count,"
    " :declared_total, 'open', :made_by, :made_at, :governorate, :authority)"
    " ON CONFLICT (reference) DO NOTHING RETURNING batch_id"
)
# Once submitted, what was received is what was declared; only a batch that is open, or was withdrawn, has to be
# counted. While a batch is booked, its parts count; whoever asks still finds it `approved`.
_FIND = text(
    "SELECT b.batch_id, b.reference, b.programme, b.declared_count, b.declared_total, b.made_by, b.approved_by,"
    " b.governorate, b.authority, b.made_at, b.approved_at, b.completed_at, b.cancelled_by, b.cancelled_at,"
    " b.cancel_reason,"
    " CASE b.state WHEN 'booking' THEN 'approved' ELSE b.state END AS state,"
    " CASE WHEN b.state IN ('open', 'cancelled') THEN c.received_count ELSE b.declared_count END AS received_count,"
    " CASE WHEN b.state IN ('open', 'cancelled') THEN c.received_total ELSE b.declared_total END AS received_total,"
    " b.paid_count + p.paid_count AS paid_count, b.paid_total + p.paid_total AS paid_total,"
    " b.failed_count + p.failed_count AS failed_count, b.failed_total + p.failed_total AS failed_total"
    " FROM payout_batch b CROSS JOIN LATERAL ("
    " SELECT count(*) AS received_count, coalesce(sum(amount), 0)::bigint AS received_total FROM payout"
    " WHERE payout.batch_id = b.batch_id AND b.state IN ('open', 'cancelled')) c CROSS JOIN LATERAL ("
    " SELECT coalesce(sum(paid_count), 0)::bigint AS paid_count, coalesce(sum(paid_total), 0)::bigint AS paid_total,"
    " coalesce(sum(failed_count), 0)::bigint AS failed_count, coalesce(sum(failed_total), 0)::bigint AS failed_total"
    " FROM payout_part WHERE payout_part.batch_id = b.batch_id AND b.state = 'booking') p WHERE b.batch_id = :batch_id"
)
_LOCK = text("SELECT * FROM payout_batch WHERE batch_id = :batch_id FOR UPDATE")
_SUBMIT = text("UPDATE payout_batch SET state = 'submitted' WHERE batch_id = :batch_id")
_APPROVE = text(
    "UPDATE payout_batch SET state = 'approved', approved_by = :approved_by, approved_at = :at"
    " WHERE batch_id = :batch_id"
)
_CANCEL = text(
    "UPDATE payout_batch SET state = 'cancelled', cancelled_by = :cancelled_by, cancelled_at = :at,"
    " cancel_reason = :reason WHERE batch_id = :batch_id"
)
_LAST = text("SELECT coalesce(max(number), 0) FROM payout WHERE batch_id = :batch_id")
# What became of a payout follows from its number and its reason: each part counts how many are booked, in order, and
# so did the batch itself before there were parts.
_ITEMS = text(
    "SELECT * FROM (SELECT p.number, p.payout_id, p.item_reference, p.citizen_id, p.amount, p.reason, CASE"
    " WHEN p.reason IS NOT NULL THEN 'failed'"
    " WHEN p.number <= b.paid_count + b.failed_count OR EXISTS (SELECT FROM payout_part x"
    " WHERE x.batch_id = p.batch_id AND p.number BETWEEN x.first AND x.booked) THEN 'paid'"
    " ELSE 'waiting' END AS state FROM payout p JOIN payout_batch b USING (batch_id)"
    " WHERE batch_id = :batch_id AND p.number > :after) i"
    " WHERE CAST(:state AS text) IS NULL OR state = :state ORDER BY number LIMIT :limit"
)
_COLUMNS = ("batch_id", "number", "payout_id", "item_reference", "citizen_id", "amount")


async def make(session: AsyncSession, **columns: object) -> bool:
    """Enter a batch; False where its reference was used before."""
    return (await session.execute(_MAKE, columns)).scalar_one_or_none() is not None


async def find(session: AsyncSession, batch_id: UUID) -> Row[Any] | None:
    """A batch with what was received of it so far."""
    return (await session.execute(_FIND, {"batch_id": batch_id})).one_or_none()


async def lock(session: AsyncSession, batch_id: UUID) -> Row[Any] | None:
    """A batch, held until the end of the transaction."""
    return (await session.execute(_LOCK, {"batch_id": batch_id})).one_or_none()


async def submit(session: AsyncSession, batch_id: UUID) -> None:
    """Close a batch to further payouts."""
    await session.execute(_SUBMIT, {"batch_id": batch_id})


async def approve(session: AsyncSession, batch_id: UUID, approved_by: str, at: datetime) -> None:
    """Let a batch be booked."""
    await session.execute(_APPROVE, {"batch_id": batch_id, "approved_by": approved_by, "at": at})


async def cancel(session: AsyncSession, batch_id: UUID, cancelled_by: str, reason: str, at: datetime) -> None:
    """Withdraw a batch for good."""
    parameters = {"batch_id": batch_id, "cancelled_by": cancelled_by, "reason": reason, "at": at}
    await session.execute(_CANCEL, parameters)


async def add(session: AsyncSession, batch_id: UUID, rows: Rows) -> None:
    """Add payouts to a batch, in the order given. Raises UniqueViolationError for a reference it has already."""
    first: int = (await session.execute(_LAST, {"batch_id": batch_id})).scalar_one()
    await load(await raw(session), batch_id, first, rows)


async def load(connection: asyncpg.Connection, batch_id: UUID, last: int, rows: Rows) -> None:
    """Copy payouts into the table behind the last number that is taken."""
    records = (
        (batch_id, number, new_id(), reference, citizen, amount)
        for number, (reference, citizen, amount) in enumerate(zip(*rows, strict=True), start=last + 1)
    )
    await connection.copy_records_to_table("payout", records=records, columns=_COLUMNS)


async def items(session: AsyncSession, batch_id: UUID, page: Paging[int], state: str | None) -> list[Row[Any]]:
    """A page of a batch's payouts."""
    parameters = {"batch_id": batch_id, "state": state} | page.bounds
    return list((await session.execute(_ITEMS, parameters)).all())
