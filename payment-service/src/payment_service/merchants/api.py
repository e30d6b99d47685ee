"""Routes of merchants' sums."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.auth import Principal, requires
from chassis.db import Reading
from chassis.routing import router
from payment_service.merchants import repository
from payment_service.merchants.schemas import MerchantTotals, MerchantTotalsPage

routes = router(tags=["ledger"])
FIRST = UUID(int=0)


@routes.get("/v1/merchant-totals")
async def list_merchant_totals(
    day: date,
    _: Annotated[Principal, requires("ledger:read")],
    session: Reading,
    after: UUID = FIRST,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> MerchantTotalsPage:
    """What the ledger has booked for each merchant because of a business day, whenever it was booked."""
    rows = await repository.totals(session, day, after, limit + 1)
    items = [MerchantTotals(**row._mapping) for row in rows[:limit]]
    return MerchantTotalsPage(items=items, next=items[-1].merchant_id if len(rows) > limit else None)
