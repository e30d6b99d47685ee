"""SQL about sales outside the lanes: reading one back, and the sales that events are rendered of."""

# ruff: noqa: S608 - nothing but lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import starmap
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Area
from chassis.clock import business_day, month_start
from chassis.partitions import Connection
from supply_service.rules.tenders import Paid
from supply_service.sales import rendering, statements
from supply_service.sales.record import SALE_COLUMNS, SaleRecord, sale_of

_WITH_REVERSAL = (
    "SELECT s.*, v.reversal_id, v.occurred_at AS reversed_at, v.reason,"
    " (SELECT array_agg(t.payment_id ORDER BY t.payment_id) FROM tender t WHERE t.redemption_id = s.redemption_id)"
    " AS payment_ids,"
    " (SELECT array_agg(t.amount ORDER BY t.payment_id) FROM tender t WHERE t.redemption_id = s.redemption_id)"
    " AS amounts"
    " FROM ({sales}) s LEFT JOIN reversal v ON v.redemption_id = s.redemption_id"
)
_FIND = text(
    _WITH_REVERSAL.format(
        sales=f"SELECT {SALE_COLUMNS}, (SELECT o.district FROM outlet o WHERE o.outlet_id = redemption.outlet_id)"
        " AS district FROM redemption WHERE redemption_id = :redemption_id"
    )
)
_OF_DAY = text(
    _WITH_REVERSAL.format(
        sales=f"SELECT {SALE_COLUMNS} FROM redemption WHERE outlet_id = :outlet_id AND business_day = :day"
        " AND period = :period AND redemption_id < :after"
        " AND (CAST(:terminal_id AS uuid) IS NULL OR terminal_id = :terminal_id)"
        " ORDER BY redemption_id DESC LIMIT :limit"
    )
    + " ORDER BY s.redemption_id DESC"
)


class Undone(NamedTuple):
    """That a sale was taken back."""

    reversal_id: UUID
    occurred_at: datetime
    reason: str


class Found(NamedTuple):
    """A sale in the books, its reversal where it has one, and where it was sold."""

    sale: SaleRecord
    undone: Undone | None
    area: Area


async def find(session: AsyncSession, sale_id: UUID) -> Found | None:
    """A sale, or None."""
    row = (await session.execute(_FIND, {"redemption_id": sale_id})).mappings().one_or_none()
    if row is None:
        return None
    sale, undone = _with_reversal(row)
    return Found(sale, undone, Area(sale.governorate, row["district"], outlet_id=sale.outlet_id))


async def of_day(
    session: AsyncSession, outlet_id: UUID, day: date, terminal_id: UUID | None, bounds: Mapping[str, object]
) -> list[tuple[SaleRecord, Undone | None]]:
    """The next sales of an outlet's day, the newest first; those of one terminal, where one is named."""
    asked = {"outlet_id": outlet_id, "day": day, "period": month_start(day), "terminal_id": terminal_id, **bounds}
    return [_with_reversal(row) for row in (await session.execute(_OF_DAY, asked)).mappings()]


def _with_reversal(row: RowMapping) -> tuple[SaleRecord, Undone | None]:
    tenders = starmap(Paid, zip(row["payment_ids"] or (), row["amounts"] or (), strict=True))
    undone = Undone(row["reversal_id"], row["reversed_at"], row["reason"]) if row["reversal_id"] else None
    return sale_of(row, tenders), undone


async def payloads(connection: Connection, events: Sequence[asyncpg.Record]) -> Mapping[UUID, bytes]:
    """The payloads of events that are renderings of sales, by the sale, for the relay."""
    months = {month_start(business_day(event["time"])) for event in events}
    sales = {event["source_id"] for event in events}
    rows = await connection.fetch(statements.SALES, sales, min(months), max(months))
    return {row["redemption_id"]: rendering.event(sale_of(row)) for row in rows}
