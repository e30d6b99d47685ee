"""Routes of the search box that stands on every page."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.people import api as people
from staff_console.search import forms, service
from staff_console.web.visit import Posted, Visiting

routes = APIRouter()
PLACE: Final = "/console/search"


@routes.get(PLACE)
async def show_search(visit: Visiting) -> Response:
    """The search by itself, with what was typed before a session ended."""
    return people.search_page(visit, (await visit.draft(PLACE)).get("sought", ""))


@routes.post(PLACE)
async def search(form: Posted) -> Response:
    """Go to what was looked for; the address that leads there names nobody."""
    visit, typed = form.visit, form.field("sought")
    found, missing = None, ""
    if (known_by := forms.identifier(typed)) is not None:
        found, missing = await service.page_of(visit, known_by), "nothing_of_id"
    elif (slip := forms.slip(typed)) is not None:
        found, missing = await service.card_of(visit, slip), "nothing_of_slip"
    if found is not None:
        return visit.see_other(found)
    if missing:
        return people.search_page(visit, typed, errors={"sought": missing})
    return await people.search(form)
