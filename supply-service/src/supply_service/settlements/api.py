"""Routes of settlements, and of the sums by which they are checked."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.app import router
from chassis.auth import Principal, requires
from chassis.clock import month_start
from chassis.db import Reading
from supply_service.settlements import service, sums
from supply_service.settlements.schemas import (
    OutletTotalsPage,
    PotProof,
    SettlementPage,
    SettlementTotals,
)

routes = router(tags=["settlements"])

FIRST = UUID(int=0)
Auditor = Annotated[Principal, requires("settlements:read")]


@routes.get("/v1/settlements")
async def list_settlements(
    day: date,
    caller: Annotated[Principal, requires("settlements:read", "days:close")],
    session: Reading,
    outlet_id: UUID | None = None,
    after: UUID = FIRST,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> SettlementPage:
    """What the days closed at outlets come to. A terminal sees its own outlet's."""
    own = caller.outlet_id if caller.kind == "terminal" else outlet_id
    found = await service.page(session, day, own, caller.governorate, after, limit + 1)
    items = found[:limit]
    return SettlementPage(items=items, next=items[-1].outlet_id if len(found) > limit else None)


@routes.get("/v1/settlement-totals")
async def read_totals(day: date, caller: Auditor, session: Reading) -> SettlementTotals:
    """All settlements of a business day, and the same by rate."""
    return await service.totals(session, day, caller.governorate)


@routes.get("/v1/outlet-totals")
async def list_outlet_totals(
    day: date,
    caller: Auditor,
    session: Reading,
    after: UUID = FIRST,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> OutletTotalsPage:
    """Each outlet's day summed up from its sales, the pots' entries, the closed days and the settlements."""
    rows = await sums.outlets(session, day, after, limit, caller.governorate)
    items = [found for row in rows if (found := service.outlet_totals(row)) is not None]
    return OutletTotalsPage(items=items, next=rows[-1]["outlet_id"] if len(rows) == limit else None)


@routes.get("/v1/pot-proof")
async def read_pot_proof(day: date, _: Auditor, session: Reading) -> PotProof:
    """Count the pots of the month of that day anew from their entries."""
    return await service.pot_proof(session, month_start(day))
