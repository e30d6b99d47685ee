"""Routes of keeping and forgetting views of lists."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.views import service
from staff_console.web.errors import Missing
from staff_console.web.visit import LISTS, Posted

routes = APIRouter()
PLACE: Final = "/console/views"


@routes.post(PLACE)
async def keep_view(form: Posted) -> Response:
    """Keep the filter that a list is shown with. Raises Missing for a list that is none."""
    visit, place, query = form.visit, form.field("place"), form.field("query")
    if place not in LISTS:
        raise Missing
    name = form.field("name")
    try:
        await service.keep(visit.context, visit.session.subject, place, query, name)
    except service.ViewUnfit as unfit:
        return visit.page("view", 422, errors={"name": unfit.text}, place=place, query=query, name=name)
    return visit.done(f"{place}?{query}", "view_kept", about=name)


@routes.post("/console/views/{view_id}/removal")
async def remove_view(form: Posted, view_id: UUID) -> Response:
    """Forget a view. Raises Missing for another's."""
    place = await service.remove(form.visit.context, form.visit.session.subject, view_id)
    if place is None:
        raise Missing
    return form.visit.done(place, "view_removed")
