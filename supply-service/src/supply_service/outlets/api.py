"""Routes of outlets and terminals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from chassis.app import router
from chassis.area import Area, OutsideBound
from chassis.auth import Principal, requires
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.problems import responses
from chassis.runtime import get_runtime
from supply_service.outlets import repository, service
from supply_service.outlets.schemas import (
    Governorate,
    Outlet,
    OutletKind,
    OutletPage,
    OutletRequest,
    SuspensionRequest,
    Terminal,
    TerminalRequest,
)
from supply_service.outlets.service import (
    TERMINALS,
    AlreadySuspended,
    NoSuchTerminal,
    NotSuspended,
    OutletUnknown,
    SerialTaken,
)

routes = router(tags=["outlets"])


@routes.post("/v1/outlets", status_code=201, responses=responses(OutsideBound))
async def register_outlet(
    request: Request,
    body: OutletRequest,
    caller: Annotated[Principal, requires("outlets:write")],
    session: Work,
) -> Outlet:
    """Register a bakery, grocer, Gameaty outlet or consumer complex."""
    caller.bound.ensure_covers(Area(body.governorate, body.district))
    outlet_id = await service.register_outlet(session, get_runtime(request), body)
    return Outlet.model_validate(await service.outlet(session, caller, outlet_id))


@routes.get("/v1/outlets")
async def list_outlets(
    caller: Annotated[Principal, requires("outlets:read", "outlets:write")],
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    governorate: Annotated[Governorate | None, Query()] = None,
    kind: OutletKind | None = None,
) -> OutletPage:
    """Outlets, of a governorate or kind where given."""
    rows = await repository.outlets(session, caller.bound, governorate, kind, page)
    return OutletPage.of(page, [Outlet.model_validate(row) for row in rows], lambda outlet: outlet.outlet_id)


@routes.get("/v1/outlets/{outlet_id}", responses=responses(OutletUnknown))
async def read_outlet(
    outlet_id: UUID, caller: Annotated[Principal, requires("outlets:read", "outlets:write")], session: Reading
) -> Outlet:
    """One outlet."""
    return Outlet.model_validate(await service.outlet(session, caller, outlet_id))


@routes.post("/v1/terminals", status_code=201, responses=responses(OutletUnknown, SerialTaken))
async def register_terminal(
    request: Request,
    body: TerminalRequest,
    caller: Annotated[Principal, requires("terminals:write")],
    session: Work,
) -> Terminal:
    """Assign a terminal to an outlet; it can then be enrolled with a one-time code."""
    outlet = await service.outlet(session, caller, body.outlet_id)
    return Terminal.model_validate(await TERMINALS.register(session, get_runtime(request), outlet, body))


@routes.get("/v1/terminals/{terminal_id}", responses=responses(NoSuchTerminal))
async def read_terminal(
    terminal_id: UUID,
    caller: Annotated[Principal, requires("terminals:read", "terminals:write")],
    session: Reading,
) -> Terminal:
    """One terminal."""
    return Terminal.model_validate(await TERMINALS.find(session, caller, terminal_id))


@routes.post(
    "/v1/terminals/{terminal_id}/suspension",
    status_code=201,
    responses=responses(NoSuchTerminal, AlreadySuspended),
)
async def suspend_terminal(
    request: Request,
    terminal_id: UUID,
    body: SuspensionRequest,
    caller: Annotated[Principal, requires("terminals:write")],
    session: Work,
) -> Terminal:
    """Refuse a terminal everywhere, within a second."""
    changed = await TERMINALS.suspend(session, get_runtime(request), caller, terminal_id, body.reason)
    return Terminal.model_validate(changed)


@routes.delete("/v1/terminals/{terminal_id}/suspension", responses=responses(NoSuchTerminal, NotSuspended))
async def reinstate_terminal(
    request: Request,
    terminal_id: UUID,
    caller: Annotated[Principal, requires("terminals:write")],
    session: Work,
) -> Terminal:
    """Accept a suspended terminal again."""
    return Terminal.model_validate(await TERMINALS.reinstate(session, get_runtime(request), caller, terminal_id))
