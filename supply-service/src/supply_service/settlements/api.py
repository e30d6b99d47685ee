"""Routes of settlements, and of the sums by which they are checked."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.app import router
from chassis.area import OF_THE_NATION
from chassis.auth import Principal, requires
from chassis.clock import month_start
from chassis.db import Reading
from chassis.paging import Paging, by_id
from chassis.problems import NotFound
from supply_service.settlements import service, sums
from supply_service.settlements.schemas import (
    OutletTotalsPage,
    PotProof,
    SettlementPage,
    SettlementTotals,
)

routes = router(tags=["settlements"])

Auditor = Annotated[Principal, requires("settlements:read")]


@routes.get("/v1/settlements")
async def list_settlements(
    day: date,
    caller: Annotated[Principal, requires("settlements:read", "days:close")],
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    outlet_id: UUID | None = None,
) -> SettlementPage:
    """What the days closed at outlets come to. A terminal sees its own outlet's."""
    found = await service.page(session, caller.bound, day, outlet_id, page)
    return SettlementPage.of(page, found, lambda settlement: settlement.outlet_id)


@routes.get("/v1/settlement-totals")
async def read_totals(day: date, caller: Auditor, session: Reading) -> SettlementTotals:
    """All settlements of a business day, and the same by rate."""
    return await service.totals(session, day, caller.bound)


@routes.get("/v1/outlet-totals")
async def list_outlet_totals(
    day: date,
    caller: Auditor,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(200, 500)],
) -> OutletTotalsPage:
    """Each outlet's day summed up from its sales, the pots' entries, the closed days and the settlements."""
    rows = await sums.outlets(session, caller.bound, day, page)
    return OutletTotalsPage.of(page, [service.outlet_totals(row) for row in rows], lambda outlet: outlet.outlet_id)


@routes.get("/v1/pot-proof")
async def read_pot_proof(day: date, caller: Auditor, session: Reading) -> PotProof:
    """Count the pots of the month of that day anew from their entries, all of the nation's at once."""
    caller.bound.hold(OF_THE_NATION, NotFound)
    return await service.pot_proof(session, month_start(day))
