"""Reading the books outside the lanes: single transfers, accounts, totals, proofs."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.isolation import not_aside
from chassis.partitions import delete_by_chunks
from chassis.row_arrays import statement
from payment_service.ledger.accounts import CURRENCY, MAY_OVERDRAW, account_id
from payment_service.ledger.batch import transfer_of
from payment_service.ledger.rules import Transfer

_FIND = text(
    "SELECT transfer_id AS id, kind, amount AS n1, posted AS n2, refunded AS n3, debit_account_id AS debit,"
    " credit_account_id AS credit, state, reference, expires_at AS at, refund_of, CAST(details AS text) AS details"
    " FROM transfer WHERE transfer_id = :transfer_id"
)
_ACCOUNT = text(
    "SELECT a.*, coalesce(w.governorate, m.governorate) AS governorate FROM account a"
    " LEFT JOIN wallet w ON w.wallet_id = a.account_id LEFT JOIN merchant m ON m.merchant_id = CASE"
    " WHEN a.kind IN ('merchant', 'provider') AND a.owner ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"
    " THEN CAST(a.owner AS uuid) END WHERE a.account_id = :account_id"
)
_OPEN = statement(
    "INSERT INTO account (account_id, kind, owner, currency, may_overdraw)"
    " SELECT r.account_id, :kind, r.owner, :currency, :may_overdraw FROM <rows> ON CONFLICT DO NOTHING",
    account_id="uuid",
    owner="text",
)
_FORBID = text(
    "UPDATE account SET may_overdraw = false, version = version + 1"
    " WHERE account_id = :account_id AND balance - held >= 0 RETURNING account_id"
)
# A batch that was decided on the account as it was is decided anew.
_SET_FROZEN = text(
    "UPDATE account SET frozen = :frozen, version = version + 1"
    " WHERE account_id = ANY(CAST(:account_ids AS uuid[])) AND frozen <> :frozen"
)
_LOCK_AVAILABLE = text("SELECT balance - held FROM account WHERE account_id = :account_id FOR UPDATE")
_BALANCE = text("SELECT balance FROM account WHERE account_id = :account_id")
# One posted transfer in the transaction of what brings it about, where the account that pays covers it. Its number is
# taken under both accounts' locks.
_MOVE = text(
    """
    WITH debited AS (
        UPDATE account SET balance = balance - :amount, version = version + 1
        WHERE account_id = :debit AND (may_overdraw OR balance - held >= :amount) RETURNING account_id
    ), credited AS (
        UPDATE account SET balance = balance + :amount, version = version + 1
        WHERE account_id = :credit AND EXISTS (SELECT FROM debited) RETURNING account_id
    )
    INSERT INTO transfer (transfer_id, debit_account_id, credit_account_id, amount, state, posted, kind, reference,
        business_day, created_at, settled_at)
    SELECT :transfer_id, d.account_id, c.account_id, :amount, 'posted', :amount, :kind, :reference, :day, :now, :now
    FROM debited d CROSS JOIN credited c RETURNING transfer_id
    """
)
HOLDS = "holds"
_ANSWER = "SELECT fingerprint, body FROM ledger_answer WHERE caller = $1 AND key = $2"

_OVERDUE = text(
    "SELECT transfer_id FROM transfer WHERE state = 'pending' AND expires_at < :before"
    f" AND {not_aside(HOLDS, 'transfer_id')} ORDER BY expires_at LIMIT :limit"
)
# Without the money of trials: it comes from a fund of its own, and goes by test wallets to trial merchants.
_TOTALS = text(
    "WITH apart AS MATERIALIZED ("
    "  SELECT account_id FROM account WHERE kind = 'fund' AND owner = 'trial'"
    "  UNION SELECT a.account_id FROM trial_household h JOIN card c USING (household_id)"
    "   JOIN account a ON a.kind = 'wallet' AND a.owner = CAST(c.citizen_id AS text)"
    "  UNION SELECT a.account_id FROM merchant m JOIN account a ON a.kind IN ('merchant', 'provider')"
    "   AND a.owner = CAST(m.merchant_id AS text) WHERE m.trial"
    ") SELECT t.kind, c.kind AS to_kind, count(*) AS transfers, coalesce(sum(t.posted), 0)::bigint AS amount"
    " FROM transfer t JOIN account c ON c.account_id = t.credit_account_id"
    " WHERE t.state = 'posted' AND t.business_day = :day"
    " AND t.debit_account_id NOT IN (SELECT account_id FROM apart)"
    " AND t.credit_account_id NOT IN (SELECT account_id FROM apart)"
    " GROUP BY t.kind, c.kind ORDER BY t.kind, c.kind"
)
_PROOF = text(
    """
    WITH sums AS (SELECT account_id, sum(amount) AS total FROM entry GROUP BY account_id),
    holds AS (SELECT debit_account_id, sum(amount) AS total FROM transfer WHERE state = 'pending' GROUP BY 1)
    SELECT count(*) AS accounts,
        (SELECT count(*) FROM transfer) AS transfers,
        coalesce(sum(a.balance), 0)::bigint AS sum_of_balances,
        (SELECT coalesce(sum(amount), 0)::bigint FROM entry) AS sum_of_entries,
        count(*) FILTER (WHERE a.balance <> coalesce(s.total, 0)) AS balances_off,
        count(*) FILTER (WHERE a.held <> coalesce(h.total, 0)) AS holds_off,
        count(*) FILTER (WHERE NOT a.may_overdraw AND a.balance - a.held < 0) AS overdrawn
    FROM account a LEFT JOIN sums s USING (account_id) LEFT JOIN holds h ON h.debit_account_id = a.account_id
    """
)
_PRUNE = (
    "DELETE FROM ledger_answer WHERE ctid = ANY(ARRAY(SELECT ctid FROM ledger_answer"
    " WHERE created_at < statement_timestamp() - make_interval(days => $1) LIMIT $2))"
)


async def find(session: AsyncSession, transfer_id: UUID) -> Transfer | None:
    """A transfer as it stands."""
    row = (await session.execute(_FIND, {"transfer_id": transfer_id})).one_or_none()
    return transfer_of(row._mapping) if row else None


async def account(session: AsyncSession, wanted: UUID) -> Row[Any] | None:
    """An account with its balance, and the governorate of its owner where it has one that is known."""
    return (await session.execute(_ACCOUNT, {"account_id": wanted})).one_or_none()


@dataclass(frozen=True)
class Move:
    """A transfer that is posted at once."""

    transfer_id: UUID
    debit_account_id: UUID
    credit_account_id: UUID
    amount: int
    kind: str
    reference: str


async def move(session: AsyncSession, wanted: Move, day: date, now: datetime) -> bool:
    """Post a transfer in the caller's transaction, outside the lanes; False where the balance does not cover it."""
    parameters = {
        "transfer_id": wanted.transfer_id,
        "debit": wanted.debit_account_id,
        "credit": wanted.credit_account_id,
        "amount": wanted.amount,
        "kind": wanted.kind,
        "reference": wanted.reference,
        "day": day,
        "now": now,
    }
    return (await session.execute(_MOVE, parameters)).scalar_one_or_none() is not None


async def forbid_overdrawing(session: AsyncSession, wanted: UUID) -> bool:
    """Let an account pay no more than it has; False where it has paid more already."""
    return (await session.execute(_FORBID, {"account_id": wanted})).scalar_one_or_none() is not None


async def set_frozen(session: AsyncSession, account_ids: Sequence[UUID], *, frozen: bool) -> None:
    """Let accounts stand still, or pay again."""
    await session.execute(_SET_FROZEN, {"account_ids": sorted(account_ids), "frozen": frozen})


async def lock_available(session: AsyncSession, wanted: UUID) -> int:
    """What may leave an account now, which stays so until the end of the transaction."""
    found: int = (await session.execute(_LOCK_AVAILABLE, {"account_id": wanted})).scalar_one()
    return max(0, found)


async def balance(session: AsyncSession, wanted: UUID) -> int:
    """What is on an account."""
    found: int = (await session.execute(_BALANCE, {"account_id": wanted})).scalar_one()
    return found


async def open_accounts(
    session: AsyncSession, kind: str, owners: Sequence[str], *, may_overdraw: bool | None = None
) -> None:
    """Open the accounts of a kind that are not open yet; by default they may be overdrawn where their kind may."""
    parameters = {
        "account_id": [account_id(kind, owner) for owner in owners],
        "kind": kind,
        "owner": list(owners),
        "currency": CURRENCY,
        "may_overdraw": MAY_OVERDRAW[kind] if may_overdraw is None else may_overdraw,
    }
    await session.execute(_OPEN, parameters)


async def overdue(session: AsyncSession, before: datetime, limit: int) -> Sequence[UUID]:
    """Holds that ran out before an instant, oldest first."""
    return (await session.execute(_OVERDUE, {"before": before, "limit": limit})).scalars().all()


async def totals(session: AsyncSession, day: date) -> Sequence[Row[Any]]:
    """What was posted on a business day, by kind of transfer and kind of receiver."""
    return (await session.execute(_TOTALS, {"day": day})).all()


async def proof(session: AsyncSession) -> Row[Any]:
    """The sums that must be zero, counted from the entries."""
    return (await session.execute(_PROOF)).one()


async def answer(pool: asyncpg.Pool, caller: str, key: str) -> tuple[bytes, bytes] | None:
    """Fingerprint and document of the first answer to a request, or None."""
    row = await pool.fetchrow(_ANSWER, caller, key)
    return None if row is None else (row["fingerprint"], row["body"])


async def prune_answers(pool: asyncpg.Pool, days: int) -> None:
    """Forget stored answers older than so many days, little by little: after a pause of days there may be millions."""
    await delete_by_chunks(pool, _PRUNE, days)
