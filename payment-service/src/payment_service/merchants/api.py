"""Routes of merchants' sums."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.db import Reading
from chassis.months import Day
from chassis.paging import Paging, by_id
from chassis.routing import router
from contracts.scopes import Scope
from payment_service.merchants import repository
from payment_service.merchants.schemas import MerchantTotals, MerchantTotalsPage

routes = router(tags=["ledger"])


@routes.get("/v1/merchant-totals", scopes=Scope.LEDGER_READ, deadline=60)
async def list_merchant_totals(
    day: Day, caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(200, 500)]
) -> MerchantTotalsPage:
    """What the ledger has booked for each merchant because of a business day, whenever it was booked."""
    rows = await repository.totals(session, caller.bound, day, page)
    return MerchantTotalsPage.of(page, [MerchantTotals(**row._mapping) for row in rows], lambda one: one.merchant_id)
