"""Route of entitlements."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from chassis.auth import Principal, requires
from chassis.db import Reading
from chassis.problems import responses
from chassis.runtime import get_runtime
from supply_service.entitlements import service
from supply_service.entitlements.schemas import Entitlements
from supply_service.rules.refusals import CardUnknown, PolicyNotInForce

routes = APIRouter(tags=["entitlements"])


@routes.get("/v1/entitlements/{card_id}", responses=responses(CardUnknown, PolicyNotInForce))
async def read_entitlements(
    request: Request, card_id: UUID, caller: Annotated[Principal, requires("entitlements:read")], session: Reading
) -> Entitlements:
    """What the card's household has left this month, whether or not it has been touched yet."""
    return await service.entitlements(session, get_runtime(request), caller, card_id)
