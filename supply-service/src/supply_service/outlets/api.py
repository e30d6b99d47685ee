"""Routes of outlets and terminals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.area import Area, OutsideBound
from chassis.auth import Caller
from chassis.clock import business_day
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.outlets import health, repository, service, suspensions
from supply_service.outlets.asked import AskedFor
from supply_service.outlets.schemas import (
    Outlet,
    OutletCount,
    OutletPage,
    OutletRequest,
    OutletTerminals,
    SuspensionRequest,
    Terminal,
    TerminalHealth,
    TerminalPage,
    TerminalRequest,
)
from supply_service.outlets.service import CONTACTS, TERMINALS, OutletUnknown
from supply_service.outlets.suspensions import OutletAlreadySuspended, OutletNotSuspended
from terminal_registry.contacts import PlaceContact, PlaceContactIn
from terminal_registry.routes import Wire, add_terminal_routes

routes = router(tags=["outlets"])


@routes.post(
    "/v1/outlets", scopes=Scope.OUTLETS_WRITE, status_code=201, problems=OutsideBound, rows=Rows("outlet", "outlet_id")
)
async def register_outlet(runtime: Running, body: OutletRequest, caller: Caller, session: Work) -> Outlet:
    """Register a bakery, grocer, Gameaty outlet, consumer complex or depot of flour."""
    caller.bound.ensure_covers(Area(body.governorate, body.district))
    outlet_id = await service.register_outlet(session, runtime, body)
    return Outlet.model_validate(await service.outlet(session, caller, outlet_id))


@routes.get("/v1/outlets", scopes=(Scope.OUTLETS_READ, Scope.OUTLETS_WRITE))
async def list_outlets(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    asked: AskedFor,
) -> OutletPage:
    """Outlets, of an area, kind or state where given, or those that have fallen silent."""
    rows = await repository.outlets(session, caller.bound, asked, page)
    return OutletPage.of(page, [Outlet.model_validate(row) for row in rows], lambda outlet: outlet.outlet_id)


@routes.get("/v1/outlet-counts", scopes=(Scope.OUTLETS_READ, Scope.OUTLETS_WRITE))
async def count_outlets(caller: Caller, session: Reading, asked: AskedFor) -> OutletCount:
    """How many outlets the list of the same conditions has."""
    return OutletCount(count=await repository.count(session, caller.bound, asked))


@routes.get("/v1/outlets/{outlet_id}", scopes=(Scope.OUTLETS_READ, Scope.OUTLETS_WRITE), problems=OutletUnknown)
async def read_outlet(outlet_id: UUID, caller: Caller, session: Reading) -> Outlet:
    """One outlet."""
    return Outlet.model_validate(await service.outlet(session, caller, outlet_id))


@routes.get(
    "/v1/outlets/{outlet_id}/terminals",
    scopes=(Scope.TERMINALS_READ, Scope.TERMINALS_WRITE),
    problems=OutletUnknown,
)
async def list_outlet_terminals(runtime: Running, outlet_id: UUID, caller: Caller, session: Reading) -> OutletTerminals:
    """An outlet's terminals: when each was heard of last, when it sold last, and what is missing of its sales."""
    await service.outlet(session, caller, outlet_id)
    rows = await health.terminals(session, outlet_id, business_day(runtime.clock.now()))
    return OutletTerminals(outlet_id=outlet_id, terminals=[TerminalHealth.model_validate(row) for row in rows])


@routes.put(
    "/v1/outlets/{outlet_id}/contact",
    scopes=Scope.OUTLETS_WRITE,
    problems=OutletUnknown,
    rows=Rows("outlet", "outlet_id", without=("contact",)),
)
async def put_outlet_contact(
    runtime: Running, outlet_id: UUID, body: PlaceContactIn, caller: Caller, session: Work
) -> PlaceContact:
    """Say how whoever keeps an outlet is reached: a message tells of every new key of its terminals."""
    outlet = await service.outlet(session, caller, outlet_id)
    vault = runtime.state.contacts
    return await CONTACTS.put(session, vault, outlet_id, outlet["governorate"], body)


@routes.post(
    "/v1/outlets/{outlet_id}/suspension",
    scopes=Scope.OUTLETS_WRITE,
    status_code=201,
    problems=(OutletUnknown, OutletAlreadySuspended),
    rows=Rows("outlet", "outlet_id", without=("contact",)),
)
async def suspend_outlet(
    runtime: Running, outlet_id: UUID, body: SuspensionRequest, caller: Caller, session: Work
) -> Outlet:
    """Refuse the sales of an outlet from now on. What it sells without a network meanwhile is in dispute.

    Its terminals still upload, reverse and close its days.
    """
    return Outlet.model_validate(await suspensions.suspend(session, runtime, caller, outlet_id, body.reason))


@routes.delete(
    "/v1/outlets/{outlet_id}/suspension",
    scopes=Scope.OUTLETS_WRITE,
    problems=(OutletUnknown, OutletNotSuspended),
    rows=Rows("outlet", "outlet_id", without=("contact",)),
)
async def reinstate_outlet(runtime: Running, outlet_id: UUID, caller: Caller, session: Work) -> Outlet:
    """Accept the sales of a suspended outlet again."""
    return Outlet.model_validate(await suspensions.reinstate(session, runtime, caller, outlet_id))


TERMINAL_WIRE = Wire(
    "/v1/terminals",
    "terminal",
    "an outlet",
    given=TerminalRequest,
    suspension=SuspensionRequest,
    terminal=Terminal,
    page=TerminalPage,
    reads=Scope.TERMINALS_READ,
    writes=Scope.TERMINALS_WRITE,
)
add_terminal_routes(routes, TERMINALS, TERMINAL_WIRE, service.outlet, OutletUnknown)
