"""Every statement on merchants' bookings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging
from chassis.row_arrays import statement
from payment_service.ledger.accounts import CURRENCY

_ADD = text(
    "INSERT INTO merchant_booking (source_id, payment_id, kind, merchant_id, business_day, amount, transfer_id,"
    " problem) VALUES (:source_id, :payment_id, :kind, :merchant_id, :business_day, :amount, :transfer_id, :problem)"
    " ON CONFLICT DO NOTHING"
)
_FAILED_SALES = text(
    "SELECT payment_id FROM merchant_booking WHERE payment_id = ANY(CAST(:payment_ids AS uuid[])) AND kind = 'sale'"
    " AND problem IS NOT NULL"
)
# What the ledger says of each booking's transfer, seen from the merchant's account.
_TOTALS = BoundedStatement(
    """
    WITH booked AS (
        SELECT b.merchant_id, b.kind, b.amount, b.problem,
            CASE WHEN t.credit_account_id = a.account_id THEN t.posted
                 WHEN t.debit_account_id = a.account_id THEN -t.posted ELSE 0 END AS posted
        FROM merchant_booking b
        LEFT JOIN account a ON a.kind = 'merchant' AND a.owner = CAST(b.merchant_id AS text) AND a.currency = :currency
        LEFT JOIN transfer t ON t.transfer_id = b.transfer_id AND t.state = 'posted'
        LEFT JOIN merchant m ON m.merchant_id = b.merchant_id
        WHERE b.business_day = :day AND b.merchant_id > :after AND <bound> AND m.trial IS NOT TRUE
    )
    SELECT merchant_id, CAST(coalesce(sum(posted) FILTER (WHERE kind = 'sale'), 0) AS bigint) AS captured,
        CAST(coalesce(-sum(posted) FILTER (WHERE kind = 'reversal'), 0) AS bigint) AS refunded,
        CAST(coalesce(sum(posted) FILTER (WHERE kind = 'settlement'), 0) AS bigint) AS settled,
        CAST(coalesce(sum(amount) FILTER (WHERE kind = 'sale' AND problem IS NOT NULL), 0) AS bigint) AS not_captured,
        CAST(coalesce(-sum(amount) FILTER (WHERE kind = 'reversal' AND problem IS NOT NULL), 0) AS bigint)
            AS not_refunded
    FROM booked GROUP BY merchant_id ORDER BY merchant_id LIMIT :limit
    """,
    governorate="m.governorate",
    outlet_id="b.merchant_id",
)
_PUT = statement(
    "INSERT INTO merchant AS m (merchant_id, governorate, trial)"
    " SELECT merchant_id, governorate, trial FROM <rows>"
    " ON CONFLICT (merchant_id) DO UPDATE SET governorate = excluded.governorate, trial = m.trial OR excluded.trial",
    merchant_id="uuid",
    governorate="text",
    trial="boolean",
)
_IS_TRIAL = text("SELECT EXISTS (SELECT FROM merchant WHERE merchant_id = :merchant_id AND trial)")
_GOVERNORATE = text("SELECT governorate FROM merchant WHERE merchant_id = :merchant_id")


@dataclass(frozen=True)
class Booking:
    """What a sale, reversal or settlement asked for, and the transfer it became; `problem` where it became none."""

    source_id: UUID
    payment_id: UUID
    kind: Literal["sale", "reversal", "settlement"]
    merchant_id: UUID
    business_day: date
    amount: int
    transfer_id: UUID | None
    problem: str | None = None


async def add(session: AsyncSession, bookings: Sequence[Booking]) -> None:
    """Enter bookings; those entered before stay as they are."""
    if bookings:
        await session.execute(_ADD, [vars(booking) for booking in bookings])


async def failed_sales(session: AsyncSession, payment_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the payments that could not be taken from the wallet for their sale: there is nothing to send back."""
    return set((await session.execute(_FAILED_SALES, {"payment_ids": list(payment_ids)})).scalars())


async def totals(session: AsyncSession, bound: Bound, day: date, page: Paging[UUID]) -> Sequence[Row[Any]]:
    """The next merchants of a day that the caller may see, with what the ledger has booked for them."""
    asked = {"day": day, "currency": CURRENCY} | page.bounds
    return (await session.execute(*_TOTALS.within(bound, asked))).all()


async def put(session: AsyncSession, places: Mapping[UUID, tuple[str, bool]]) -> None:
    """Know where outlets and providers stand, and which take part in a trial alone."""
    columns = {
        "merchant_id": list(places),
        "governorate": [governorate for governorate, _ in places.values()],
        "trial": [trial for _, trial in places.values()],
    }
    await session.execute(_PUT, columns)


async def is_trial(session: AsyncSession, merchant_id: UUID) -> bool:
    """Whether an outlet or provider takes part in a trial alone."""
    return bool((await session.execute(_IS_TRIAL, {"merchant_id": merchant_id})).scalar_one())


async def governorate(session: AsyncSession, merchant_id: UUID) -> str | None:
    """Where an outlet or provider stands; None where it is not known."""
    found: str | None = (await session.execute(_GOVERNORATE, {"merchant_id": merchant_id})).scalar_one_or_none()
    return found
