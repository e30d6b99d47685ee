"""Routes of the inspector's card."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.inspections import service
from supply_service.inspections.schemas import DrawPage, DrawRequest, InspectorDraw
from supply_service.inspections.service import DrawOver, DrawUnknown
from supply_service.outlets.service import OutletUnknown
from supply_service.rules.refusals import (
    InspectorCardClosed,
    InspectorLoavesExceeded,
    PolicyNotInForce,
    WrongOutletKind,
)

routes = router(tags=["inspector's card"])

_ROW = Rows("inspector_draw", "draw_id")


@routes.post(
    "/v1/inspector-draws",
    scopes=Scope.INSPECTOR_DRAWS_WRITE,
    status_code=201,
    problems=(OutletUnknown, PolicyNotInForce, WrongOutletKind, InspectorCardClosed, InspectorLoavesExceeded),
    rows=_ROW,
)
async def draw_as_inspector(runtime: Running, body: DrawRequest, caller: Caller, session: Work) -> InspectorDraw:
    """Let a bakery sell so many loaves today to people without a card, at the citizen's price in cash.

    At one bakery in a day at most what the policy `bread.inspector_card_loaves` says. Nothing is taken from a pot and
    nothing reimbursed; the loaves count in the balance of the bakery's flour.
    """
    return await service.draw(session, runtime, caller, body)


@routes.post(
    "/v1/inspector-draws/{draw_id}/withdrawal",
    scopes=Scope.INSPECTOR_DRAWS_WRITE,
    problems=(DrawUnknown, DrawOver),
    rows=_ROW,
)
async def withdraw_inspector_draw(runtime: Running, draw_id: UUID, caller: Caller, session: Work) -> InspectorDraw:
    """Take a draw back on its own day; it stays to be seen. A repeat gives the same."""
    return await service.withdraw(session, runtime, caller, draw_id)


@routes.get("/v1/inspector-draws", scopes=(Scope.INSPECTOR_DRAWS_WRITE, Scope.SETTLEMENTS_READ))
async def list_inspector_draws(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    outlet_id: UUID | None = None,
) -> DrawPage:
    """What inspectors let bakeries sell, with who did and why, what was taken back included."""
    found = await service.page(session, caller.bound, outlet_id, page)
    return DrawPage.of(page, found, lambda draw: draw.draw_id)
