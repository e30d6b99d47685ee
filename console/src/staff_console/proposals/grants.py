"""Routes of roles that are asked for, before whoever decides who gets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.people import PEOPLE
from contracts.scopes import Scope
from staff_console.proposals import service
from staff_console.services.parts import part
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/grants"


@routes.get("/console/grants/{grant_id}")
async def show_grant(visit: Visiting, grant_id: UUID) -> Response:
    """A role that is asked for: for whom, where, until when and what it lets them do."""
    return await _grant(visit, grant_id, await visit.draft(f"{PLACE}/{grant_id}"))


@routes.post("/console/grants/{grant_id}")
async def decide(form: Posted, grant_id: UUID) -> Response:
    """Grant it, or refuse it with the reason."""
    if wrong := service.faults(form):
        return await _grant(form.visit, grant_id, form.fields, wrong)
    approve = form.field("decision") == "approve"
    body = {"approve": approve, "reason": form.field("reason") or None}
    await form.visit.services.post("gateway", f"/v1/role-grants/{grant_id}/decision", body, key=form.key)
    return form.visit.done(f"{PLACE}/{grant_id}", "grant_approved" if approve else "grant_refused")


async def _grant(
    visit: Visit, grant_id: UUID, given: Mapping[str, str], errors: dict[str, str] | None = None
) -> Response:
    services = visit.services
    grant = await services.get("gateway", f"/v1/role-grants/{grant_id}")
    person = await part(
        services.get("gateway", f"/v1/people/{grant['person_id']}"), visit.context.settings.part_seconds
    )
    own = visit.session.subject.removeprefix("person:")
    role = PEOPLE.get(grant["role"])
    return visit.page(
        "grant", 422 if errors else 200, grant=grant, person=person, role=role, given=given, errors=errors or {},
        own=own in {grant["asked_by"], grant["person_id"]}, decides=visit.may(Scope.GRANTS_DECIDE),
    )  # fmt: skip
