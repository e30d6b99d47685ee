"""Routes of the people who work with the system: the list of them, and one with what may be done about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.services import ServiceRefused
from staff_console.services.parts import together
from staff_console.staff import acts
from staff_console.staff.places import places
from staff_console.web.pager import query_of
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/staff"
STATUSES: Final = ("active", "invited", "suspended", "left")
_FILTERS: Final = ("status", "role", "authority_id", "area")
_ROWS: Final = 50
_ASKED_AGAIN: Final = frozenset({404, 409, 422})


@routes.get(PLACE)
async def show_staff(visit: Visiting, after: UUID | None = None) -> Response:
    """Whoever works in the reader's authority and area; the filters stand in the address."""
    known = await places(visit)
    given = visit.request.query_params
    offered = {"status": STATUSES, "role": known.roles, "authority_id": known.authorities, "area": known.areas}
    chosen = {name: given[name] for name in _FILTERS if given.get(name) in offered[name]}
    query = query_of(chosen, _ROWS, after)
    told = await visit.services.get("gateway", "/v1/people", query)
    counted = await visit.services.get("gateway", "/v1/people/count", chosen)
    return visit.page(
        "staff", told=told, count=counted["count"], chosen=chosen, known=known, statuses=STATUSES,
    )  # fmt: skip


@routes.get("/console/staff/{person_id}")
async def show_person(visit: Visiting, person_id: UUID) -> Response:
    """Somebody: where they work, which roles they have until when, where they are signed in."""
    return await _person(visit, person_id, await visit.draft(f"{PLACE}/{person_id}"))


@routes.post("/console/staff/{person_id}")
async def act(form: Posted, person_id: UUID) -> Response:
    """Invite them again, suspend or reinstate them, let them leave, or end their sessions."""
    visit, name = form.visit, form.field("act")
    doing = acts.ACTS.get(name)
    if doing is None:
        return await _person(visit, person_id, form.fields, {"": "act_missing"})
    reason = form.field(f"{name}_reason")
    if doing.reasoned and not reason:
        return await _person(visit, person_id, form.fields, {f"{name}_reason": "why_missing"})
    try:
        told = await acts.do(form, doing, f"/v1/people/{person_id}", reason)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        # Refused, it did nothing: what is sent next is another try, under a key of its own.
        return await _person(visit, person_id, {**form.fields, "key": ""}, {"": said}, refusal.status)
    return visit.done(f"{PLACE}/{person_id}", doing.said, **acts.shown_once(told))


async def _person(
    visit: Visit,
    person_id: UUID,
    given: Mapping[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    services = visit.services
    person = await services.get("gateway", f"/v1/people/{person_id}")
    asked = {
        "grants": services.get("gateway", "/v1/role-grants", {"person_id": str(person_id), "limit": 200}),
        "sessions": services.get("gateway", f"/v1/people/{person_id}/sessions"),
    }
    parts = await together(visit.context.settings.part_seconds, **asked)
    own = visit.session.subject == f"person:{person_id}"
    return visit.page(
        "staff_person", status if errors else 200, person=person, parts=parts, own=own,
        offered=acts.offered(visit, person["status"]) if not own else frozenset(), known=await places(visit),
        asks=visit.may(Scope.GRANTS_ASK) and not own and person["status"] != "left",
        given=given, errors=errors or {},
    )  # fmt: skip
