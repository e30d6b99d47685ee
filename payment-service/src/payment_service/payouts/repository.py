"""Every statement on payout batches as such; those on their rows stand in `rows.py`."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

_MAKE = text(
    "INSERT INTO payout_batch (batch_id, reference, programme, fund, fund_id, declared_count, declared_total, state,"
    " made_by, made_at, governorate, authority, month, value_date, retry_of) VALUES (:batch_id, :reference, :programme,"
    " :fund, :fund_id, :declared_count, :declared_total, 'open', :made_by, :made_at, :governorate, :authority, :month,"
    " :value_date, :retry_of) ON CONFLICT DO NOTHING RETURNING batch_id"
)
# Once submitted, what was received is what was declared; only a batch that is open, or was withdrawn, has to be
# counted. While a batch is booked, its parts count; whoever asks still finds it `approved`, as before its value date.
_COLUMNS = """
    SELECT b.batch_id, b.reference, b.programme, b.fund, b.declared_count, b.declared_total, b.made_by, b.approved_by,
        b.governorate, coalesce(b.authority, f.authority) AS authority, b.made_at, b.approved_at, b.completed_at,
        b.cancelled_by, b.cancelled_at, b.cancel_reason, b.month, b.value_date, b.submitted_by, b.submitted_at,
        b.retry_of, b.doubles_count, encode(b.digest, 'hex') AS digest,
        CASE WHEN b.state IN ('due', 'booking') THEN 'approved' ELSE b.state END AS state,
        CASE WHEN b.state IN ('open', 'cancelled') THEN c.received_count ELSE b.declared_count END AS received_count,
        CASE WHEN b.state IN ('open', 'cancelled') THEN c.received_total ELSE b.declared_total END AS received_total,
        CASE WHEN b.state IN ('open', 'cancelled') THEN c.largest ELSE b.largest END AS largest,
        b.paid_count + p.paid_count AS paid_count, b.paid_total + p.paid_total AS paid_total,
        b.failed_count + p.failed_count AS failed_count, b.failed_total + p.failed_total AS failed_total,
        u.uploaded_by, u.faulty_count, h.changed_by,
        (SELECT proposal_id FROM proposal WHERE kind = 'payout-batch' AND subject = b.batch_id::text
            ORDER BY proposal_id DESC LIMIT 1) AS proposal_id
"""
_BESIDE = """
    LEFT JOIN payout_fund f ON f.fund = b.fund CROSS JOIN LATERAL (
        SELECT count(*) AS received_count, coalesce(sum(amount), 0)::bigint AS received_total, max(amount) AS largest
        FROM payout
        WHERE payout.batch_id = b.batch_id AND NOT payout.taken_out AND b.state IN ('open', 'cancelled')
    ) c CROSS JOIN LATERAL (
        SELECT coalesce(sum(paid_count), 0)::bigint AS paid_count, coalesce(sum(paid_total), 0)::bigint AS paid_total,
            coalesce(sum(failed_count), 0)::bigint AS failed_count,
            coalesce(sum(failed_total), 0)::bigint AS failed_total
        FROM payout_part WHERE payout_part.batch_id = b.batch_id AND b.state = 'booking'
    ) p CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(DISTINCT uploaded_by), '{}') AS uploaded_by,
            coalesce(sum(faulty_count), 0)::bigint AS faulty_count
        FROM payout_file WHERE payout_file.batch_id = b.batch_id
    ) u CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(DISTINCT changed_by), '{}') AS changed_by
        FROM payout_change WHERE payout_change.batch_id = b.batch_id
    ) h
"""
_FIND = text(f"{_COLUMNS} FROM payout_batch b {_BESIDE} WHERE b.batch_id = :batch_id")
# Newest first: their ids are in the order of their making. Which ones, before anything is counted of them.
_LIST = BoundedStatement(
    f"{_COLUMNS} FROM (SELECT b.* FROM payout_batch b LEFT JOIN payout_fund f ON f.fund = b.fund"
    " WHERE b.batch_id < :after AND <bound>"
    " AND (CAST(:reference AS text) IS NULL OR b.reference = :reference)"
    " AND (CAST(:programme AS text) IS NULL OR b.programme = :programme)"
    " AND (CAST(:month AS date) IS NULL OR b.month = :month)"
    " AND (CAST(:states AS text[]) IS NULL OR b.state = ANY(CAST(:states AS text[])))"
    " AND (:everybodys OR coalesce(b.authority, f.authority) = CAST(:authority AS text))"
    f" ORDER BY b.batch_id DESC LIMIT :limit) b {_BESIDE} ORDER BY b.batch_id DESC",
    governorate="b.governorate",
)
_LOCK = text(
    "SELECT b.*, coalesce(b.authority, f.authority) AS owner FROM payout_batch b"
    " LEFT JOIN payout_fund f ON f.fund = b.fund WHERE b.batch_id = :batch_id FOR UPDATE OF b"
)
_REDECLARE = text(
    "UPDATE payout_batch SET declared_count = :declared_count, declared_total = :declared_total"
    " WHERE batch_id = :batch_id"
)
_SUBMIT = text(
    "UPDATE payout_batch SET state = 'submitted', submitted_by = :by, submitted_at = :at, digest = :digest,"
    " doubles_count = :doubles, largest = :largest, authority = :authority WHERE batch_id = :batch_id"
)
_REOPEN = text(
    "UPDATE payout_batch SET state = 'open', submitted_by = NULL, submitted_at = NULL, digest = NULL,"
    " doubles_count = 0 WHERE batch_id = :batch_id"
)
_APPROVE = text(
    "UPDATE payout_batch SET state = 'due', approved_by = :approved_by, approved_at = :at,"
    " paying_account_id = :paying_account_id WHERE batch_id = :batch_id"
)
_CANCEL = text(
    "UPDATE payout_batch SET state = 'cancelled', cancelled_by = :cancelled_by, cancelled_at = :at,"
    " cancel_reason = :reason WHERE batch_id = :batch_id"
)
# What is approved of a fund for a month, beside one batch.
_TAKEN = text(
    "SELECT coalesce(sum(declared_total), 0)::bigint FROM payout_batch WHERE fund = :fund AND month = :month"
    " AND state IN ('approved', 'due', 'booking', 'completed') AND batch_id <> :batch_id"
)


async def make(session: AsyncSession, **columns: object) -> bool:
    """Enter a batch; False where its reference was used before, or what it retries is being retried."""
    return (await session.execute(_MAKE, columns)).scalar_one_or_none() is not None


async def find(session: AsyncSession, batch_id: UUID) -> Row[Any] | None:
    """A batch with what was received of it so far."""
    return (await session.execute(_FIND, {"batch_id": batch_id})).one_or_none()


async def page(session: AsyncSession, bound: Bound, page: Paging[UUID], **wanted: object) -> Sequence[Row[Any]]:
    """A page of batches, newest first: of `authority`, or `everybodys`; by reference, programme, month, states."""
    return (await session.execute(*_LIST.within(bound, wanted | page.bounds))).all()


async def lock(session: AsyncSession, batch_id: UUID) -> Row[Any] | None:
    """A batch, held until the end of the transaction; `owner` is its authority."""
    return (await session.execute(_LOCK, {"batch_id": batch_id})).one_or_none()


async def redeclare(session: AsyncSession, batch_id: UUID, count: int, total: int) -> None:
    """Declare another count and sum."""
    await session.execute(_REDECLARE, {"batch_id": batch_id, "declared_count": count, "declared_total": total})


async def submit(session: AsyncSession, batch_id: UUID, **columns: object) -> None:
    """Close a batch to further payouts: `by`, `at`, `digest`, `doubles`, `largest`, and its `authority` for good."""
    await session.execute(_SUBMIT, {"batch_id": batch_id} | columns)


async def reopen(session: AsyncSession, batch_id: UUID) -> None:
    """Let a submitted batch be changed again."""
    await session.execute(_REOPEN, {"batch_id": batch_id})


async def approve(
    session: AsyncSession, batch_id: UUID, approved_by: str, at: datetime, paying_account_id: UUID
) -> None:
    """Let a batch be booked from its value date on, paid from an account of its own."""
    columns = {"approved_by": approved_by, "at": at, "paying_account_id": paying_account_id}
    await session.execute(_APPROVE, {"batch_id": batch_id} | columns)


async def cancel(session: AsyncSession, batch_id: UUID, cancelled_by: str, reason: str, at: datetime) -> None:
    """Withdraw a batch for good."""
    parameters = {"batch_id": batch_id, "cancelled_by": cancelled_by, "reason": reason, "at": at}
    await session.execute(_CANCEL, parameters)


async def taken_of_fund(session: AsyncSession, fund: str, month: date, batch_id: UUID) -> int:
    """What other batches of a fund that are approved for a month come to."""
    parameters = {"fund": fund, "month": month, "batch_id": batch_id}
    taken: int = (await session.execute(_TAKEN, parameters)).scalar_one()
    return taken
