"""Routes of what a citizen is told of who has seen their data, and of what is held back from them for a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.services import ServiceRefused
from staff_console.services.parts import part
from staff_console.web.days import day_of
from staff_console.web.pager import query_of
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
_ROWS: Final = 50
_SHORTEST, _LONGEST = 3, 500
_ASKED_AGAIN: Final = frozenset({409, 422})


@routes.get("/console/disclosures/{citizen_id}")
async def show_disclosures(visit: Visiting, citizen_id: UUID, after: UUID | None = None) -> Response:
    """Which offices have seen or changed a citizen's data, in the words that the citizen reads."""
    place = f"/console/disclosures/{citizen_id}"
    return await _disclosures(visit, citizen_id, await visit.draft(place), after)


@routes.post("/console/disclosures/{citizen_id}")
async def ask_delay(form: Posted, citizen_id: UUID) -> Response:
    """Ask that a case be held back until a day; another person decides."""
    visit = form.visit
    body, wrong = _body(form)
    if wrong:
        return await _disclosures(visit, citizen_id, form.fields, errors=wrong)
    try:
        path = f"/v1/citizens/{citizen_id}/disclosure-delays"
        told = await visit.services.post("gateway", path, body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        given = {**form.fields, "key": ""}
        return await _disclosures(visit, citizen_id, given, errors={"": said}, status=refusal.status)
    return visit.done(f"/console/proposals/gateway/{told['proposal_id']}", "delay_asked", about=body["case_number"])


def _body(form: Form) -> tuple[dict[str, str], dict[str, str]]:
    """What a delay sends, and what is wrong with it by field."""
    body = {name: form.field(name) for name in ("case_number", "reason")}
    wrong = {} if body["case_number"] else {"case_number": "audit_case_unclear"}
    if not _SHORTEST <= len(body["reason"]) <= _LONGEST:
        wrong["reason"] = "reason_length"
    try:
        body["until"] = day_of(form.field("until")).isoformat()
    except ValueError:
        wrong["until"] = "day_unclear"
    return body, wrong


async def _disclosures(
    visit: Visit,
    citizen_id: UUID,
    given: Mapping[str, str],
    after: UUID | None = None,
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    path, seconds = f"/v1/citizens/{citizen_id}", visit.context.settings.part_seconds
    query = query_of({}, _ROWS, after)
    told = await visit.services.get("gateway", f"{path}/disclosures", query)
    delays = None
    if visit.may(Scope.PRIVACY_WRITE):
        delays = await part(visit.services.get("gateway", f"{path}/disclosure-delays"), seconds)
    return visit.page(
        "disclosures", status if errors else 200, citizen_id=str(citizen_id), told=told, delays=delays,
        records=visit.may(Scope.RECORDS_READ), given=given, errors=errors or {},
    )  # fmt: skip
