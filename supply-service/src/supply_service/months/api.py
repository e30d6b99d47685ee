"""The route that tells how far a month is open."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from chassis.area import OF_THE_NATION
from chassis.auth import Caller
from chassis.db import Reading
from chassis.endpoints import Rate
from chassis.months import Month, first_day
from chassis.problems import NotFound
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.months import repository
from supply_service.months.schemas import MonthOpening

routes = router(tags=["entitlements"])


@routes.get("/v1/month-openings/{month}", scopes=Scope.SETTLEMENTS_READ, rate=Rate.BULK)
async def read_opening(month: Annotated[Month, Path()], caller: Caller, session: Reading) -> MonthOpening:
    """How far the job of the 1st has opened a month for the nation's households, and for how many it has not yet."""
    caller.bound.hold(OF_THE_NATION, NotFound)
    row = await repository.opening(session, first_day(month))
    state = "waiting" if row.started_at is None else "running" if row.finished_at is None else "done"
    return MonthOpening(month=month, state=state, **row._mapping)
