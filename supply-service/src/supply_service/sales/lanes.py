"""The lanes of sales (`chassis.lanes`): two statements a batch, no lock held while Python thinks."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from chassis.clock import business_day
from chassis.lane_connection import LaneConnection
from chassis.lanes import Lanes, LaneSettings
from chassis.runtime import Resources
from supply_service.policies.snapshot import Snapshot
from supply_service.sales import statements
from supply_service.sales.batch import Batch, Known, periods
from supply_service.sales.orders import Order, SaleOrder
from supply_service.sales.outcomes import Outcome, Reversed, Sold, repeated
from supply_service.sales.record import reversal_of, sale_of
from supply_service.sales.refused import Refused
from supply_service.sales.unproven import Unproven
from supply_service.settings import Settings

COMMAND_SECONDS = 10
PREPARED = (statements.READ, statements.READ_MORE, statements.WRITE_PLAIN, statements.WRITE_OPENING)

SaleLanes = Lanes[Order, Outcome]


def sale_lanes(
    runtime: Resources, settings: Settings, snapshot: Snapshot, unproven: Unproven, refused: Refused
) -> SaleLanes:
    """Lanes as many as the settings say."""

    async def decide(lane: LaneConnection, orders: Sequence[Order]) -> Batch:
        now = runtime.clock.now()
        asked = [_asked(order) for order in orders]
        if any(order.reads_more for order in orders):
            rows = await lane.fetch(statements.READ_MORE, asked, *periods(orders, now), business_day(now))
        else:
            rows = await lane.fetch(statements.READ, asked, *periods(orders, now))
        return Batch(now, snapshot.figures, unproven, refused).decide(orders, rows, await _known(lane, rows))

    size = LaneSettings(
        settings.database_url, "supply-lane", settings.lanes, settings.max_batch, settings.max_queue, COMMAND_SECONDS
    )
    return Lanes(size, decide, repeated, runtime.wake_relay)


def _asked(order: Order) -> tuple[object, ...]:
    """An order as the reading statement takes it."""
    if isinstance(order, SaleOrder):
        return order.place.terminal_id, order.key, order.card_id, None, order.named
    return order.place.terminal_id, order.key, order.card_id, order.sale.sale_id, None


async def _known(lane: LaneConnection, rows: Sequence[asyncpg.Record]) -> Known:
    """What stands in the books under the keys that were found."""
    found = [(row["source_id"], row["period"]) for row in rows if row["source_id"] is not None]
    if not found:
        return {}
    known: dict[UUID, Outcome] = {}
    if months := [period for _, period in found if period is not None]:
        sales = [source_id for source_id, period in found if period is not None]
        for row in await lane.fetch(statements.SALES, sales, min(months), max(months)):
            known[row["redemption_id"]] = Sold(sale_of(row), repeated=True)
    if reversals := [source_id for source_id, period in found if period is None]:
        for row in await lane.fetch(statements.REVERSALS, reversals):
            known[row["reversal_id"]] = Reversed(reversal_of(row), repeated=True)
    return known
