"""Routes of one role: asked for by one, decided by another, confirmed from time to time, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.clock import Clock
from contracts.people import PEOPLE
from contracts.scopes import Scope
from staff_console.documents import Document
from staff_console.proposals import service
from staff_console.services import ServiceRefused
from staff_console.services.parts import part
from staff_console.web.names import named
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/grants"
_CLOCK: Final = Clock()
_DONE: Final = {"revocation": "grant_revoked", "confirmation": "grant_confirmed", "withdrawal": "grant_withdrawn"}
_ASKED_AGAIN: Final = frozenset({409, 422})


@routes.get("/console/grants/{grant_id}")
async def show_grant(visit: Visiting, grant_id: UUID) -> Response:
    """A role: whose, where, until when, what it lets them do, and what may be done about it."""
    return await _grant(visit, grant_id, await visit.draft(f"{PLACE}/{grant_id}"))


@routes.post("/console/grants/{grant_id}")
async def act(form: Posted, grant_id: UUID) -> Response:
    """Grant it, refuse it, take the asking back, confirm that it is still needed, or revoke it."""
    doing = form.field("act") if form.field("act") in _DONE else "decision"
    body, wrong = _body(form, doing)
    if wrong:
        return await _grant(form.visit, grant_id, form.fields, wrong)
    try:
        await form.visit.services.post("gateway", f"/v1/role-grants/{grant_id}/{doing}", body, key=form.key)
    except ServiceRefused as refusal:
        if refusal.status not in _ASKED_AGAIN:
            raise
        said = refusal.said(form.visit.language)
        return await _grant(form.visit, grant_id, {**form.fields, "key": ""}, {"": said}, refusal.status)
    decided = "grant_approved" if form.field("decision") == "approve" else "grant_refused"
    return form.visit.done(f"{PLACE}/{grant_id}", _DONE.get(doing, decided))


def _body(form: Form, doing: str) -> tuple[dict[str, bool | str | None] | None, dict[str, str]]:
    """What an act sends, and what is wrong with it by field."""
    if doing == "confirmation":
        return None, {}
    reason = form.field("reason")
    if doing == "decision":
        return {"approve": form.field("decision") == "approve", "reason": reason or None}, service.faults(form)
    return {"reason": reason}, {} if reason else {"reason": "why_missing"}


async def _grant(
    visit: Visit, grant_id: UUID, given: Mapping[str, str], errors: dict[str, str] | None = None, status: int = 422
) -> Response:
    services = visit.services
    grant: Document = await services.get("gateway", f"/v1/role-grants/{grant_id}")
    person = await part(
        services.get("gateway", f"/v1/people/{grant['person_id']}"), visit.context.settings.part_seconds
    )
    own = visit.session.subject.removeprefix("person:")
    return visit.page(
        "grant", status if errors else 200, grant=grant, person=person, role=PEOPLE.get(grant["role"]), given=given,
        errors=errors or {}, own=own in {grant["asked_by"], grant["person_id"]}, asked=own == grant["asked_by"],
        holds=own == grant["person_id"], decides=visit.may(Scope.GRANTS_DECIDE), due=_due(grant),
        names=await named(visit, (grant["asked_by"], grant["decided_by"], grant["confirmed_by"], grant["ended_by"])),
    )  # fmt: skip


def _due(grant: Document) -> bool:
    """Whether somebody was to confirm it by now."""
    return datetime.fromisoformat(grant["confirm_by"]) <= _CLOCK.now()
