"""SQL about sales outside the lanes: reading one back, and the sales that events are rendered of."""

# ruff: noqa: S608 - nothing but lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import starmap
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day, month_start
from chassis.partitions import Connection
from supply_service.rules.tenders import Paid
from supply_service.sales import rendering, statements
from supply_service.sales.record import SALE_COLUMNS, SaleRecord, sale_of

_FIND = text(
    f"SELECT s.*, v.reversal_id, v.occurred_at AS reversed_at, v.reason,"
    " (SELECT array_agg(t.payment_id ORDER BY t.payment_id) FROM tender t WHERE t.redemption_id = s.redemption_id)"
    " AS payment_ids,"
    " (SELECT array_agg(t.amount ORDER BY t.payment_id) FROM tender t WHERE t.redemption_id = s.redemption_id)"
    " AS amounts"
    f" FROM (SELECT {SALE_COLUMNS} FROM redemption WHERE redemption_id = :redemption_id) s"
    " LEFT JOIN reversal v ON v.redemption_id = s.redemption_id"
)


class Undone(NamedTuple):
    """That a sale was taken back."""

    reversal_id: UUID
    occurred_at: datetime
    reason: str


async def find(session: AsyncSession, sale_id: UUID) -> tuple[SaleRecord, Undone | None] | None:
    """A sale, with its reversal where it has one, or None."""
    row = (await session.execute(_FIND, {"redemption_id": sale_id})).mappings().one_or_none()
    if row is None:
        return None
    tenders = starmap(Paid, zip(row["payment_ids"] or (), row["amounts"] or (), strict=True))
    undone = Undone(row["reversal_id"], row["reversed_at"], row["reason"]) if row["reversal_id"] else None
    return sale_of(row, tenders), undone


async def payloads(connection: Connection, events: Sequence[asyncpg.Record]) -> Mapping[UUID, bytes]:
    """The payloads of events that are renderings of sales, by the sale, for the relay."""
    months = {month_start(business_day(event["time"])) for event in events}
    sales = {event["source_id"] for event in events}
    rows = await connection.fetch(statements.SALES, sales, min(months), max(months))
    return {row["redemption_id"]: rendering.event(sale_of(row)) for row in rows}
