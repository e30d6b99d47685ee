"""Routes of finding somebody, and of a person's page."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.governorates import GOVERNORATES
from staff_console.people import service
from staff_console.people.sought import Sought, Unclear, kept, read
from staff_console.services.parts import together
from staff_console.sessions import service as sessions
from staff_console.web.errors import Missing
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/people"


@routes.get(PLACE)
async def showsearch_page(visit: Visiting) -> Response:
    """The search box. What was typed before a session ended stands in it again."""
    draft = await visit.draft(PLACE)
    return search_page(visit, draft.get("sought", ""), draft.get("governorate", ""))


@routes.post(PLACE)
async def search(form: Posted) -> Response:
    """Look for somebody, and go to their page, or to the list of those it may be: its address names nobody."""
    visit, typed, governorate = form.visit, form.field("sought"), form.field("governorate")
    try:
        sought = read(typed)
    except Unclear as unclear:
        return search_page(visit, typed, governorate, {"sought": unclear.text})
    if not visit.may(*service.REGISTER) and sought.kind != "national_id":
        return search_page(visit, typed, governorate, {"sought": "sought_national_id"})
    if service.wants_governorate(visit, sought) and governorate not in GOVERNORATES:
        return search_page(visit, typed, governorate, {"governorate": "governorate_missing"})
    return await _led(form, sought, governorate)


@routes.get("/console/people/found/{lookup_id}")
async def show_found(visit: Visiting, lookup_id: UUID, after: UUID | None = None) -> Response:
    """Those whom a search found."""
    members = await sessions.lookup(visit.context, visit.session, lookup_id)
    if members is None or "kind" not in members:
        raise Missing
    sought = kept(members)
    found = await service.find(visit, sought, members["governorate"], str(after) if after else "")
    return visit.page("found", found=found, lookup_id=lookup_id, sought=sought)


@routes.get("/console/people/{citizen_id}")
async def show_person(visit: Visiting, citizen_id: UUID) -> Response:
    """A person: who, which cards, with whom in a household."""
    services, seconds = visit.services, visit.context.settings.part_seconds
    person = await services.get("card", f"/v1/citizens/{citizen_id}")
    asked = {"cards": services.get("card", f"/v1/citizens/{citizen_id}/cards")}
    if person["household_id"]:
        asked["household"] = services.get("card", f"/v1/households/{person['household_id']}")
    return visit.page("person", person=person, parts=await together(seconds, **asked))


async def _led(form: Form, sought: Sought, governorate: str) -> Response:
    visit = form.visit
    found = await service.find(visit, sought, governorate)
    if found.only is not None:
        return visit.see_other(found.only)
    if not found.people and not found.cards:
        return search_page(visit, form.field("sought"), governorate, {"sought": found.said or "nothing"})
    members = {"kind": sought.kind, "value": sought.value, "governorate": governorate}
    lookup_id = await sessions.keep_lookup(visit.context, visit.session, members)
    return visit.see_other(f"{PLACE}/found/{lookup_id}")


def search_page(visit: Visit, typed: str, governorate: str = "", errors: dict[str, str] | None = None) -> Response:
    """The search box; `errors` by field name a text, or a service's own words."""
    return visit.page(
        "people", 422 if errors else 200, typed=typed, governorate=governorate, errors=errors or {},
        everywhere=visit.may(*service.REGISTER), governorates=GOVERNORATES,
    )  # fmt: skip
