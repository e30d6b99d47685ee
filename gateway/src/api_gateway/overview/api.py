"""Route of the overview."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request

from api_gateway.overview.schemas import Overview, PartStatus
from api_gateway.overview.service import Services
from chassis.problems import NotFound
from chassis.routing import router
from chassis.runtime import get_runtime
from contracts.scopes import Scope

routes = router(tags=["overview"])


@routes.get("/v1/overview/{card_id}", scopes=Scope.OVERVIEW_READ, deadline=5)
async def get_overview(card_id: UUID, request: Request) -> Overview:
    """What the services know of one card: only what the caller's token opens in each of them."""
    services: Services = get_runtime(request).extra["services"]
    overview = await services.overview(card_id, request.headers["authorization"])
    if overview.card.status is PartStatus.NOT_FOUND:
        raise NotFound("There is no such card.", detail_ar="لا يوجد كارت بهذا الرقم.")
    return overview
