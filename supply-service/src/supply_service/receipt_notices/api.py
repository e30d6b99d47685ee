"""Route of notices that were shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.auth import Caller
from chassis.db import Reading
from chassis.months import Day
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.receipt_notices import repository
from supply_service.receipt_notices.schemas import NoticeFigures

routes = router(tags=["notices on receipts"])

_DAYS = 92


@routes.get("/v1/receipt-notice-figures", scopes=(Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_APPROVE))
async def read_figures(
    runtime: Running,
    caller: Caller,
    session: Reading,
    notice_id: Annotated[UUID | None, Query(description="one notice; all where none is given")] = None,
    since: Annotated[
        Day | None, Query(description="notices whose last day is not before; 92 days ago if left out")
    ] = None,
) -> NoticeFigures:
    """How many households were shown which notices, by governorate of the outlets; some minutes behind the sales."""
    first = since or runtime.clock.today() - timedelta(days=_DAYS)
    return NoticeFigures.of(await repository.figures(session, caller.bound, notice_id, first))
