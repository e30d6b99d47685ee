"""Routes of outlets' business days."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.months import Day
from chassis.paging import Paging, by_text
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.days import service
from supply_service.days.schemas import ClosedDayPage, OutletDay
from supply_service.days.service import DayNotBegun, NoSuchOutlet
from supply_service.rules.refusals import PolicyNotInForce

routes = router(tags=["outlet days"])


def _day(given: str) -> date | None:
    return date.fromisoformat(given) if given else None


@routes.post(
    "/v1/outlets/{outlet_id}/days/{day}/close",
    scopes=Scope.DAYS_CLOSE,
    problems=(NoSuchOutlet, DayNotBegun, PolicyNotInForce),
    deadline=30,
)
async def close_day(runtime: Running, outlet_id: UUID, day: Day, caller: Caller, session: Work) -> OutletDay:
    """Close a business day for settlement. What comes in for it later counts in the next day the outlet closes."""
    return await service.close(session, runtime, caller, outlet_id, day)


@routes.get("/v1/outlets/{outlet_id}/days", scopes=(Scope.DAYS_READ, Scope.DAYS_CLOSE), problems=NoSuchOutlet)
async def list_days(
    outlet_id: UUID,
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[str], by_text(14, 62, r"^(\d{4}-\d{2}-\d{2})?$", _day)],
) -> ClosedDayPage:
    """The business days that an outlet has closed, the newest first."""
    found = await service.closed_days(session, caller, outlet_id, page)
    return ClosedDayPage.of(page, found, lambda day: day.business_day.isoformat())


@routes.get(
    "/v1/outlets/{outlet_id}/days/{day}",
    scopes=(Scope.DAYS_READ, Scope.DAYS_CLOSE),
    problems=(NoSuchOutlet, PolicyNotInForce),
)
async def read_day(runtime: Running, outlet_id: UUID, day: Day, caller: Caller, session: Reading) -> OutletDay:
    """A business day's figures: final where it is closed, so far where it is not."""
    return await service.read(session, runtime, caller, outlet_id, day)
