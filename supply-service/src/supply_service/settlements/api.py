"""Routes of settlements, and of the sums by which they are checked."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.area import OF_THE_NATION
from chassis.auth import Caller
from chassis.clock import month_start
from chassis.db import Reading
from chassis.endpoints import Rate
from chassis.months import Day
from chassis.paging import Paging, by_id
from chassis.places import GovernorateCode
from chassis.problems import NotFound
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.settlements import day_totals, service
from supply_service.settlements.schemas import (
    OutletTotalsPage,
    PotProof,
    SettlementPage,
    SettlementTotals,
)
from supply_service.settlements.service import Wanted

routes = router(tags=["settlements"])


@routes.get("/v1/settlements", scopes=(Scope.SETTLEMENTS_READ, Scope.DAYS_CLOSE))
async def list_settlements(
    day: Day,
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    governorate: Annotated[GovernorateCode | None, Query()] = None,
    outlet_id: UUID | None = None,
) -> SettlementPage:
    """What the days closed at outlets come to. A terminal sees its own outlet's."""
    found = await service.page(session, caller.bound, page, Wanted(day, governorate, outlet_id))
    return SettlementPage.of(page, found, lambda settlement: settlement.outlet_id)


@routes.get("/v1/settlement-totals", scopes=Scope.SETTLEMENTS_READ, rate=Rate.BULK)
async def read_totals(
    day: Day,
    caller: Caller,
    session: Reading,
    governorate: Annotated[GovernorateCode | None, Query()] = None,
    outlet_id: UUID | None = None,
) -> SettlementTotals:
    """All settlements of a business day, of a governorate or an outlet where given, and the same by rate."""
    return await service.totals(session, caller.bound, Wanted(day, governorate, outlet_id))


@routes.get("/v1/outlet-totals", scopes=Scope.SETTLEMENTS_READ, deadline=60)
async def list_outlet_totals(
    day: Day, caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(200, 500)]
) -> OutletTotalsPage:
    """Each outlet's day summed up from its sales, the pots' entries, the closed days and the settlements."""
    rows = await day_totals.outlets(session, caller.bound, day, page)
    return OutletTotalsPage.of(page, [service.outlet_totals(row) for row in rows], lambda outlet: outlet.outlet_id)


@routes.get("/v1/pot-proof", scopes=Scope.SETTLEMENTS_READ, rate=Rate.BULK)
async def read_pot_proof(day: Day, caller: Caller, session: Reading) -> PotProof:
    """Count the pots of the month of that day anew from their entries, all of the nation's at once."""
    caller.bound.hold(OF_THE_NATION, NotFound)
    return await service.pot_proof(session, month_start(day))
