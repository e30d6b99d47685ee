"""Every SQL statement of hours that were offered by SMS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement

_FORGET = text("DELETE FROM appointment_offer WHERE card_id = :card_id")
_PUT = statement(
    "INSERT INTO appointment_offer (card_id, number, site_id, starts_at, offered_at)"
    " SELECT r.card_id, r.number, r.site_id, r.starts_at, r.offered_at FROM <rows>",
    card_id="uuid",
    number="integer",
    site_id="uuid",
    starts_at="timestamptz",
    offered_at="timestamptz",
)
_FIND = text("SELECT site_id, starts_at FROM appointment_offer WHERE card_id = :card_id AND number = :number")


async def offer(
    session: AsyncSession, card_id: UUID, site_id: UUID, hours: Sequence[datetime], offered_at: datetime
) -> None:
    """Keep which hours of a site were offered, numbered from 1; what was offered before is void."""
    await session.execute(_FORGET, {"card_id": card_id})
    if hours:
        count = len(hours)
        values = {
            "card_id": [card_id] * count,
            "number": list(range(1, count + 1)),
            "site_id": [site_id] * count,
            "starts_at": list(hours),
            "offered_at": [offered_at] * count,
        }
        await session.execute(_PUT, values)


async def offered(session: AsyncSession, card_id: UUID, number: int) -> tuple[UUID, datetime] | None:
    """Site and hour that were offered under a number last."""
    row = (await session.execute(_FIND, {"card_id": card_id, "number": number})).one_or_none()
    return (row.site_id, row.starts_at) if row else None
