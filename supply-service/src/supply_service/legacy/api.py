"""The route of legacy draws."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request

from chassis.auth import Caller
from chassis.db import Work
from chassis.endpoints import Rate
from chassis.months import Month, first_day
from chassis.problems import UnsupportedMedia
from chassis.routing import router
from chassis.row_files import form_of
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.legacy import service
from supply_service.legacy.errors import LegacyMonthOver, NotLegacyDraws
from supply_service.legacy.schemas import LegacyDraws

routes = router(tags=["legacy draws"])

_ROWS = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string"}} for kind in ("text/csv", "application/x-ndjson")},
    }
}


@routes.post(
    "/v1/legacy-draws/{month}",
    scopes=Scope.LEGACY_DRAWS_WRITE,
    problems=(NotLegacyDraws, LegacyMonthOver, UnsupportedMedia),
    openapi_extra=_ROWS,
    rate=Rate.BULK,
)
async def take_draws(
    month: Annotated[Month, Path()], request: Request, runtime: Running, caller: Caller, session: Work
) -> LegacyDraws:
    """Tell what households drew of goods with their ration cards this month: ration_card, goods in piastres.

    CSV or NDJSON, at most 20,000 rows. Each row is answered: a faulty one spoils no other. A file may be sent again,
    corrected. A card that draws nothing is told with 0; of a card that nobody has told of, goods begin next month.
    """
    found = form_of(request.headers.get("content-type", ""))
    if found is None:
        raise UnsupportedMedia("Send text/csv or application/x-ndjson.")
    body = await request.body()
    return await service.take(session, runtime, caller, first_day(month), body, *found)
