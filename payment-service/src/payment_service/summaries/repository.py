"""Every SQL statement of days that are told: which is next, and who paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_DUE = text(
    "SELECT d::date FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS d"
    " WHERE NOT EXISTS (SELECT FROM day_summary s WHERE s.entered_on = d::date) ORDER BY d LIMIT 1"
)
_TELL = text(
    "INSERT INTO day_summary (entered_on, told_at) VALUES (:day, :now) ON CONFLICT DO NOTHING RETURNING entered_on"
)
# By the day on which the amount left the wallet. Sales and visits, which supply and health tell, are paid in other
# kinds. Without trials, and without what was given back whole.
_PAID = text(
    "SELECT DISTINCT w.household_id FROM transfer t JOIN wallet w ON w.wallet_id = t.debit_account_id"
    " JOIN account a ON a.account_id = t.credit_account_id"
    " LEFT JOIN merchant m ON CAST(m.merchant_id AS text) = a.owner"
    " WHERE t.business_day = :day AND t.kind = 'payment' AND t.state = 'posted' AND t.refunded < t.posted"
    " AND t.details IS NOT NULL AND NOT coalesce(m.trial, false)"
    " AND NOT EXISTS (SELECT FROM trial_household h WHERE h.household_id = w.household_id) ORDER BY 1"
)


async def due(session: AsyncSession, first: date, last: date) -> date | None:
    """The oldest of some days that is not told."""
    found: date | None = (await session.execute(_DUE, {"first": first, "last": last})).scalar_one_or_none()
    return found


async def tell(session: AsyncSession, day: date, now: datetime) -> bool:
    """Take a day on; False where another process has told it."""
    return (await session.execute(_TELL, {"day": day, "now": now})).one_or_none() is not None


async def paid(session: AsyncSession, day: date) -> Sequence[UUID]:
    """The households that paid with their card on a Cairo day."""
    return (await session.execute(_PAID, {"day": day})).scalars().all()
