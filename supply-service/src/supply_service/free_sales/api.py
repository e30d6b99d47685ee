"""Routes of sales at the free price."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import Rate
from chassis.months import Day
from chassis.paging import Paging, by_id
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.free_sales import service
from supply_service.free_sales.schemas import FreeReversalRequest, FreeSale, FreeSalePage, FreeSaleRequest
from supply_service.rules import refusals

routes = router(tags=["sales at the free price"])

_TERMINAL = (refusals.TerminalNeeded, refusals.TerminalUnknown, refusals.TerminalNotActive)
_ROW = Rows("free_sale", "free_sale_id")


@routes.post(
    "/v1/free-sales",
    scopes=Scope.REDEMPTIONS_CREATE,
    status_code=201,
    problems=(
        *_TERMINAL,
        refusals.OutletSuspended,
        refusals.PolicyNotInForce,
        refusals.ItemUnknown,
        refusals.WrongOutletKind,
        refusals.FreePriceUnknown,
        refusals.AmountDiffers,
    ),
    rows=_ROW,
    rate=Rate.SALE,
)
async def sell_free(runtime: Running, body: FreeSaleRequest, caller: Caller, session: Work) -> FreeSale:
    """Sell bread or goods to anybody at the free price, for cash: without a card, or beyond what a card has.

    Nothing is taken from a pot and nothing is reimbursed; the day shows it, and loaves count in the balance of the
    bakery's flour. The price is `free_price` of `GET /v1/catalogue`; what has none is refused.
    """
    return await service.sell(session, runtime, caller, body)


@routes.post(
    "/v1/free-sales/{free_sale_id}/reversal",
    scopes=Scope.REDEMPTIONS_CREATE,
    status_code=201,
    problems=(*_TERMINAL, refusals.SaleUnknown, refusals.AlreadyReversed, refusals.ReversalTooLate),
    rows=_ROW,
    rate=Rate.SALE,
)
async def reverse_free(
    runtime: Running, free_sale_id: UUID, body: FreeReversalRequest, caller: Caller, session: Work
) -> FreeSale:
    """Take back a sale at the free price of the same outlet, whole, once, on its business day."""
    return await service.reverse(session, runtime, caller, free_sale_id, body.reason)


@routes.get("/v1/free-sales", scopes=Scope.REDEMPTIONS_READ)
async def list_free_sales(
    runtime: Running,
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    day: Annotated[Day | None, Query(description="a business day of Cairo; today where none is given")] = None,
    outlet_id: UUID | None = None,
) -> FreeSalePage:
    """Sales at the free price on a business day, those taken back included. A terminal sees its outlet's."""
    found = await service.page(session, runtime, caller.bound, day, outlet_id, page)
    return FreeSalePage.of(page, found, lambda sale: sale.free_sale_id)
