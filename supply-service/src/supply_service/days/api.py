"""Routes of outlets' business days."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Request

from chassis.app import router
from chassis.auth import Principal, requires
from chassis.db import Reading, Work
from chassis.problems import responses
from chassis.runtime import get_runtime
from supply_service.days import service
from supply_service.days.schemas import OutletDay
from supply_service.days.service import DayNotBegun, NoSuchOutlet
from supply_service.rules.refusals import PolicyNotInForce

routes = router(tags=["outlet days"])


@routes.post(
    "/v1/outlets/{outlet_id}/days/{day}/close", responses=responses(NoSuchOutlet, DayNotBegun, PolicyNotInForce)
)
async def close_day(
    request: Request,
    outlet_id: UUID,
    day: date,
    caller: Annotated[Principal, requires("days:close")],
    session: Work,
) -> OutletDay:
    """Close a business day for settlement. What comes in for it later counts in the next day the outlet closes."""
    return await service.close(session, get_runtime(request), caller, outlet_id, day)


@routes.get("/v1/outlets/{outlet_id}/days/{day}", responses=responses(NoSuchOutlet, PolicyNotInForce))
async def read_day(
    request: Request,
    outlet_id: UUID,
    day: date,
    caller: Annotated[Principal, requires("days:read", "days:close")],
    session: Reading,
) -> OutletDay:
    """A business day's figures: final where it is closed, so far where it is not."""
    return await service.read(session, get_runtime(request), caller, outlet_id, day)
