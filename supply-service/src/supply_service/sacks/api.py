"""Routes of sacks of flour: deliveries to bakeries, their balance in loaves, and months that do not agree."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.months import Day
from chassis.paging import Paging, by_id
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.outlets.service import OutletUnknown
from supply_service.rules.refusals import PolicyNotInForce
from supply_service.sacks import service
from supply_service.sacks.errors import (
    DeliveryAhead,
    DeliveryEntered,
    DeliveryUnknown,
    FindingUnknown,
    NotABakery,
    PeriodInvalid,
)
from supply_service.sacks.schemas import (
    BalancePage,
    Delivery,
    DeliveryPage,
    DeliveryRequest,
    Finding,
    FindingNote,
    FindingPage,
    WithdrawalRequest,
)

routes = router(tags=["bakeries' flour"])

_ROW = Rows("flour_delivery", "delivery_id")
_SEEN_BY = (Scope.FLOUR_DELIVERIES_WRITE, Scope.SETTLEMENTS_READ)


@routes.post(
    "/v1/flour-deliveries",
    scopes=Scope.FLOUR_DELIVERIES_WRITE,
    status_code=201,
    problems=(OutletUnknown, NotABakery, DeliveryAhead, DeliveryEntered),
    rows=_ROW,
)
async def enter_delivery(runtime: Running, body: DeliveryRequest, caller: Caller, session: Work) -> Delivery:
    """Enter sacks of flour that a bakery was given, by the number of their waybill, once."""
    return await service.enter(session, runtime, caller, body)


@routes.post(
    "/v1/flour-deliveries/{delivery_id}/withdrawal",
    scopes=Scope.FLOUR_DELIVERIES_WRITE,
    problems=DeliveryUnknown,
    rows=_ROW,
)
async def withdraw_delivery(
    runtime: Running, delivery_id: UUID, body: WithdrawalRequest, caller: Caller, session: Work
) -> Delivery:
    """Let a delivery that was entered wrongly not count; it stays to be seen. A repeat gives the same."""
    return await service.withdraw(session, runtime, caller, delivery_id, body.reason)


@routes.get("/v1/flour-deliveries", scopes=_SEEN_BY)
async def list_deliveries(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    outlet_id: UUID | None = None,
) -> DeliveryPage:
    """Deliveries of flour, those withdrawn included, of one bakery where it is named."""
    found = await service.page(session, caller.bound, outlet_id, page)
    return DeliveryPage.of(page, found, lambda delivery: delivery.delivery_id)


@routes.get("/v1/flour-balances", scopes=_SEEN_BY, problems=(PeriodInvalid, PolicyNotInForce), deadline=60)
async def list_balances(
    runtime: Running,
    first: Day,
    last: Day,
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 200)],
    outlet_id: UUID | None = None,
) -> BalancePage:
    """Bakeries' flour from the first to the last day held against the loaves they sold.

    Nothing is taken over from the time before, and flour still in store counts as missing: a period is best a whole
    month. Sales that are in dispute count once they are allowed.
    """
    found = await service.balances(session, runtime, caller.bound, outlet_id, (first, last), page)
    return BalancePage.of(page, found, lambda one: one.outlet_id)


@routes.get("/v1/flour-findings", scopes=Scope.DISPUTES_WRITE)
async def list_findings(
    caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(100, 500)]
) -> FindingPage:
    """Months in which a bakery's loaves do not agree with its flour, and who goes after them.

    Found when the month is over and its sales made without a network are in.
    """
    return FindingPage.of(page, await service.findings(session, caller.bound, page), lambda one: one.finding_id)


@routes.put(
    "/v1/flour-findings/{finding_id}/following",
    scopes=Scope.DISPUTES_WRITE,
    problems=FindingUnknown,
    rows=Rows("flour_finding", "finding_id"),
)
async def follow_finding(
    runtime: Running, finding_id: UUID, body: FindingNote, caller: Caller, session: Work
) -> Finding:
    """Go after a finding, and say how."""
    return await service.follow(session, runtime, caller, finding_id, body.note)
