"""Routes of requests for changes of the register."""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.clock import Clock
from contracts.scopes import Scope
from staff_console.documents import Answer, Document
from staff_console.requests.comparing import lines
from staff_console.requests.corrections import CORRECTIONS, NotRight, asked
from staff_console.services import ServiceRefused
from staff_console.web.pager import query_of
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()

PLACE: Final = "/console/requests"
STATES: Final = ("waiting", "unproven", "announced", "done", "refused", "withdrawn", "lapsed")
REASONS: Final = (
    "evidence_missing", "evidence_unreadable", "evidence_contradicts", "not_entitled", "already_registered",
    "not_the_holder", "wrong_household", "deadline_passed", "duplicate_request", "other",
)  # fmt: skip
_CLOCK: Final = Clock()


@routes.get(PLACE)
async def show_requests(visit: Visiting, state: str = "waiting", after: UUID | None = None) -> Response:
    """Requests of a state, the newest first."""
    chosen = state if state in STATES else "waiting"
    query = query_of({"state": chosen}, 50, after)
    told = await visit.services.get("card", "/v1/change-requests", query)
    return visit.page("requests", told=told, state=chosen, states=STATES)


@routes.get("/console/requests/{request_id}")
async def show_request(visit: Visiting, request_id: UUID) -> Response:
    """A request: before and after, documents, who did what, and the decision where its reader may take it."""
    draft = await visit.draft(f"{PLACE}/{request_id}")
    return await _request(visit, request_id, draft)


@routes.post("/console/requests/{request_id}")
async def decide(form: Posted, request_id: UUID) -> Response:
    """Approve or refuse what was seen."""
    visit, decision = form.visit, form.field("decision")
    wrong: dict[str, str] = {}
    if decision not in {"approve", "refuse"}:
        wrong["decision"] = "decision_missing"
    if decision == "refuse" and form.field("reason_code") not in REASONS:
        wrong["reason_code"] = "refusal_missing"
    if wrong:
        return await _request(visit, request_id, form.fields, wrong)
    body = {"decision": decision, "digest": form.field("digest")}
    body |= {"reason_code": form.field("reason_code")} if decision == "refuse" else {}
    body |= {"note": form.field("note")} if form.field("note") else {}
    await visit.services.post("card", f"/v1/change-requests/{request_id}/decision", body, key=form.key)
    return visit.done(f"{PLACE}/{request_id}", f"request_{decision}d")


@routes.get("/console/people/{citizen_id}/correction")
async def ask_correction(visit: Visiting, citizen_id: UUID) -> Response:
    """The form that asks for a correction of what the register says of somebody."""
    draft = await visit.draft(f"/console/people/{citizen_id}/correction")
    return await _correction(visit, citizen_id, draft)


@routes.post("/console/people/{citizen_id}/correction")
async def enter_correction(form: Posted, citizen_id: UUID) -> Response:
    """Ask for it; another person decides."""
    visit = form.visit
    person = await visit.services.get("card", f"/v1/citizens/{citizen_id}")
    try:
        body = asked(form.fields, person, _CLOCK.today())
    except NotRight as fault:
        return await _correction(visit, citizen_id, form.fields, {fault.field: fault.text})
    try:
        made = await visit.services.post("card", "/v1/change-requests", body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, {409, 422})
        return await _correction(visit, citizen_id, form.fields, {"": said})
    return visit.done(f"{PLACE}/{made['request_id']}", "request_entered")


async def _request(visit: Visit, request_id: UUID, given: Answer, errors: dict[str, str] | None = None) -> Response:
    services = visit.services
    request = await services.get("card", f"/v1/change-requests/{request_id}")
    change, citizen = request["change"], None
    household: Document = {"members": []}
    if visit.may(Scope.CITIZENS_READ, Scope.CITIZENS_WRITE):
        of_household = services.get("card", f"/v1/households/{request['household_id']}")
        if request["citizen_id"]:
            of_citizen = services.get("card", f"/v1/citizens/{request['citizen_id']}")
            citizen, household = await asyncio.gather(of_citizen, of_household)
        else:
            household = await of_household
    return visit.page(
        "request", 422 if errors else 200, request=request, citizen=citizen, household=household,
        compared=lines(change, citizen, household, _stood(request)), given=given, errors=errors or {}, reasons=REASONS,
    )  # fmt: skip


def _stood(request: Document) -> str | None:
    """What stood in the register before it was carried out, None while it is not."""
    notes = [act["note"] for act in request["acts"] if act["act"] == "carried_out"]
    return str(notes[-1]) if notes and notes[-1] else None


async def _correction(visit: Visit, citizen_id: UUID, given: Answer, errors: dict[str, str] | None = None) -> Response:
    person = await visit.services.get("card", f"/v1/citizens/{citizen_id}")
    facts = {"person": person, "given": given, "errors": errors or {}, "corrections": CORRECTIONS}
    return visit.page("correction", 422 if errors else 200, **facts)
