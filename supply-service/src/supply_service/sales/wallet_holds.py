"""The holds on wallets, as payments tell of them: a copy that sales are checked against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement

_PUT = statement(
    "INSERT INTO hold (payment_id, card_id, merchant_id, amount, expires_at)"
    " SELECT * FROM <rows> ON CONFLICT DO NOTHING",
    payment_id="uuid",
    card_id="uuid",
    merchant_id="uuid",
    amount="bigint",
    expires_at="timestamptz",
)
_SET_STATE = text("UPDATE hold SET state = :state WHERE payment_id = ANY(CAST(:payment_ids AS uuid[]))")
_UNPAID = text("UPDATE tender SET unpaid = :reason WHERE payment_id = :payment_id")


async def put(session: AsyncSession, columns: Mapping[str, Sequence[object]]) -> None:
    """Know new holds."""
    await session.execute(_PUT, dict(columns))


async def set_state(session: AsyncSession, payment_ids: Sequence[UUID], state: str) -> None:
    """Holds that are `captured` or `voided` now. What was no hold has no row and changes nothing."""
    await session.execute(_SET_STATE, {"payment_ids": list(payment_ids), "state": state})


async def unpaid(session: AsyncSession, payment_id: UUID, reason: str) -> None:
    """A sale's part could not be taken from the wallet."""
    await session.execute(_UNPAID, {"payment_id": payment_id, "reason": reason})
