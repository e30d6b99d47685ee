"""Every statement on payout batches."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id
from payment_service.payouts.rows import Rows

_MAKE = text(
    "INSERT INTO payout_batch (batch_id, reference, programme, fund_id, declared_count, declared_total, state, made_by,"
    " made_at) VALUES (:batch_id, :reference, :programme, :fund_id, :declared_count, :declared_total, 'open',"
    " :made_by, :made_at) ON CONFLICT (reference) DO NOTHING RETURNING batch_id"
)
# Once submitted, what was received is what was declared; only an open batch has to be counted.
_FIND = text(
    "SELECT b.*, CASE WHEN b.state = 'open' THEN c.received_count ELSE b.declared_count END AS received_count,"
    " CASE WHEN b.state = 'open' THEN c.received_total ELSE b.declared_total END AS received_total"
    " FROM payout_batch b LEFT JOIN LATERAL ("
    " SELECT count(*) AS received_count, coalesce(sum(amount), 0)::bigint AS received_total FROM payout p"
    " WHERE p.batch_id = b.batch_id AND b.state = 'open') c ON true WHERE b.batch_id = :batch_id"
)
_LOCK = text("SELECT * FROM payout_batch WHERE batch_id = :batch_id FOR UPDATE")
_SUBMIT = text("UPDATE payout_batch SET state = 'submitted' WHERE batch_id = :batch_id")
_APPROVE = text(
    "UPDATE payout_batch SET state = 'approved', approved_by = :approved_by, approved_at = :at"
    " WHERE batch_id = :batch_id"
)
_LAST = text("SELECT coalesce(max(number), 0) FROM payout WHERE batch_id = :batch_id")
# What became of a payout follows from its number and its reason: the batch counts how many are booked, in order.
_ITEMS = text(
    "SELECT * FROM (SELECT p.number, p.payout_id, p.item_reference, p.citizen_id, p.amount, p.reason, CASE"
    " WHEN p.reason IS NOT NULL THEN 'failed' WHEN p.number <= b.paid_count + b.failed_count THEN 'paid'"
    " ELSE 'waiting' END AS state FROM payout p JOIN payout_batch b USING (batch_id)"
    " WHERE batch_id = :batch_id AND p.number > :after) i"
    " WHERE CAST(:state AS text) IS NULL OR state = :state ORDER BY number LIMIT :limit"
)
_COLUMNS = ("batch_id", "number", "payout_id", "item_reference", "citizen_id", "amount")

NEXT_BATCH = """
    SELECT batch_id, programme, fund_id FROM payout_batch WHERE state = 'approved'
    ORDER BY approved_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""

# A chunk in one statement, the next by number after those counted in the batch (numbers have no gaps): its payouts,
# the wallets' balances, the fund's, the transfers, the events. A citizen without a wallet fails alone. Wallets are
# locked in the order of their keys, since both sides of the join that updates them come in that order. Tables are
# reached by `= ANY` of the chunk's keys and what comes of them is hashed (`PLANNER`): whatever the statistics say,
# nothing is compared each with each and no table is read whole. A payout's event carries the payout's own id, and its
# JSON is put together from ids, numbers and $11, which is JSON already: building it as JSON takes six times as long.
BOOK = """
    WITH wanted AS MATERIALIZED (
        SELECT p.number, p.payout_id, p.citizen_id, p.amount
        FROM (SELECT paid_count + failed_count AS done FROM payout_batch WHERE batch_id = $1) b, LATERAL (
            SELECT * FROM payout WHERE batch_id = $1 AND number > b.done ORDER BY number LIMIT $4
        ) p
    ), chunk AS MATERIALIZED (
        SELECT p.number, p.payout_id, p.citizen_id, p.amount, w.wallet_id, w.household_id
        FROM wanted p LEFT JOIN (
            SELECT citizen_id, wallet_id, household_id FROM wallet
            WHERE citizen_id = ANY(ARRAY(SELECT citizen_id FROM wanted))
        ) w USING (citizen_id)
    ), sums AS MATERIALIZED (
        SELECT wallet_id, sum(amount)::bigint AS amount FROM chunk WHERE wallet_id IS NOT NULL
        GROUP BY wallet_id ORDER BY wallet_id
    ), credited AS (
        UPDATE account a SET balance = a.balance + s.amount, version = a.version + 1
        FROM sums s
        WHERE a.account_id = s.wallet_id AND a.account_id = ANY(ARRAY(SELECT wallet_id FROM sums))
        RETURNING a.account_id, a.balance
    ), debited AS (
        UPDATE account SET balance = balance - (SELECT coalesce(sum(amount), 0) FROM sums), version = version + 1
        WHERE account_id = $2 AND EXISTS (SELECT FROM sums)
    ), booked AS (
        INSERT INTO transfer (transfer_id, debit_account_id, credit_account_id, amount, state, posted, kind, reference,
            business_day, created_at, settled_at)
        SELECT payout_id, $2, wallet_id, amount, 'posted', amount, 'payout', $3, $5, $6, $6
        FROM chunk WHERE wallet_id IS NOT NULL
    ), failed AS (
        UPDATE payout p SET reason = $7 FROM chunk c
        WHERE p.batch_id = $1 AND p.number = c.number AND c.wallet_id IS NULL
            AND p.number = ANY(ARRAY(SELECT number FROM chunk WHERE wallet_id IS NULL))
    ), told AS (
        INSERT INTO outbox (event_id, type, topic, key, time, payload)
        SELECT c.payout_id, $8, $10, c.household_id::text, $6, convert_to(format(
            '{"payout_id":"%s",%s"citizen_id":"%s","household_id":"%s","wallet_id":"%s","amount":%s,"balance":%s}',
            c.payout_id, $11::text, c.citizen_id, c.household_id, c.wallet_id, c.amount, k.balance), 'UTF8')
        FROM chunk c JOIN credited k ON k.account_id = c.wallet_id
    ), told_of_failures AS (
        INSERT INTO outbox (event_id, type, topic, key, time, payload)
        SELECT payout_id, $9, $10, $1::text, $6, convert_to(format(
            '{"payout_id":"%s",%s"amount":%s,"reason":"%s"}', payout_id, $11::text, amount, $7::text), 'UTF8')
        FROM chunk WHERE wallet_id IS NULL
    ), counted AS (
        SELECT count(*) AS number, count(wallet_id) AS paid,
            coalesce(sum(amount) FILTER (WHERE wallet_id IS NOT NULL), 0)
            AS paid_total, coalesce(sum(amount), 0) AS total FROM chunk
    ), kept AS (
        UPDATE payout_batch b SET paid_count = b.paid_count + c.paid, paid_total = b.paid_total + c.paid_total,
            failed_count = b.failed_count + c.number - c.paid, failed_total = b.failed_total + c.total - c.paid_total
        FROM counted c WHERE b.batch_id = $1
    )
    SELECT number FROM counted
"""
PLANNER = "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off"
COMPLETE = """
    UPDATE payout_batch SET state = 'completed', completed_at = $2 WHERE batch_id = $1
    RETURNING paid_count, paid_total, failed_count, failed_total
"""


async def make(session: AsyncSession, **columns: Any) -> bool:
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


async def approve(session: AsyncSession, batch_id: UUID, approved_by: str, at: Any) -> None:
    """Let a batch be booked."""
    await session.execute(_APPROVE, {"batch_id": batch_id, "approved_by": approved_by, "at": at})


async def add(session: AsyncSession, batch_id: UUID, rows: Rows) -> None:
    """Add payouts to a batch, in the order given. Raises UniqueViolationError for a reference it has already."""
    first: int = (await session.execute(_LAST, {"batch_id": batch_id})).scalar_one()
    connection = await (await session.connection()).get_raw_connection()
    driver = cast("asyncpg.Connection", connection.driver_connection)
    await load(driver, batch_id, first, rows)


async def load(connection: asyncpg.Connection, batch_id: UUID, last: int, rows: Rows) -> None:
    """Copy payouts into the table behind the last number that is taken."""
    records = (
        (batch_id, number, new_id(), reference, citizen, amount)
        for number, (reference, citizen, amount) in enumerate(zip(*rows, strict=True), start=last + 1)
    )
    await connection.copy_records_to_table("payout", records=records, columns=_COLUMNS)


async def items(session: AsyncSession, batch_id: UUID, after: int, limit: int, state: str | None) -> list[Row[Any]]:
    """A page of a batch's payouts."""
    parameters = {"batch_id": batch_id, "after": after, "limit": limit, "state": state}
    return list((await session.execute(_ITEMS, parameters)).all())


async def next_batch(connection: PoolConnectionProxy[asyncpg.Record]) -> asyncpg.Record | None:
    """An approved batch nobody else is booking, held until the end of the transaction."""
    return await connection.fetchrow(NEXT_BATCH)
