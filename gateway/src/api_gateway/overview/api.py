"""Route of the overview."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request

from api_gateway.context import Running
from api_gateway.overview.schemas import Overview, PartStatus
from api_gateway.overview.service import carried
from chassis.endpoints import OFFICES
from chassis.problems import NotFound
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["overview"])


@routes.get(
    "/v1/overview/{card_id}",
    scopes=Scope.OVERVIEW_READ,
    callers=OFFICES,
    deadline=5,
    ask_purpose=True,
    anyone="each service it asks compares for itself",
)
async def get_overview(card_id: UUID, request: Request, runtime: Running) -> Overview:
    """What the services know of one card: only what the caller's token opens in each of them."""
    overview = await runtime.state.services.overview(card_id, carried(request))
    if overview.card.status is PartStatus.NOT_FOUND:
        raise NotFound("There is no such card.", detail_ar="لا يوجد كارت بهذا الرقم.")
    return overview
