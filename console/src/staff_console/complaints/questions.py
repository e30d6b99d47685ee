"""Routes of questions that came by SMS and wait for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.complaints import service
from staff_console.complaints.answers import of_category
from staff_console.services import ServiceRefused
from staff_console.services.parts import part
from staff_console.web.pager import query_of
from staff_console.web.visit import Form, Posted, Visit, Visiting
from staff_console.words import TEXTS

routes = APIRouter()
PLACE: Final = "/console/questions"
FILTERS: Final[dict[str, tuple[str, ...]]] = {
    "state": ("open", "answered", "complaint", "closed"), "late": ("true",),
}  # fmt: skip
_ASKED_AGAIN: Final = frozenset({404, 409, 422})
_OTHER: Final = "other"  # of which category a question is nobody has said
_DONE: Final = {
    "claim": "question_claimed", "answer": "question_answered", "complaint": "question_made_complaint",
    "closing": "question_closed",
}  # fmt: skip


@routes.get(PLACE)
async def show_queue(visit: Visiting, after: UUID | None = None) -> Response:
    """Questions of the desk's area, those first that are to be answered first; the filters stand in the address."""
    chosen = {"state": "open"} | service.asked(dict(visit.request.query_params), FILTERS)
    query = query_of({**chosen, "order": "due"}, service.MOST, after)
    told = await visit.services.get("notify", "/v1/questions", query)
    return visit.page("questions", told=told, chosen=chosen, filters=FILTERS)


@routes.get("/console/questions/{question_id}")
async def show_question(visit: Visiting, question_id: UUID) -> Response:
    """A question with all that was said, and what is known of the citizen beside it."""
    return await _question(visit, question_id, await visit.draft(f"{PLACE}/{question_id}"))


@routes.post("/console/questions/{question_id}")
async def act(form: Posted, question_id: UUID) -> Response:
    """Take it, answer it, make a complaint of it, or close it."""
    visit, doing = form.visit, form.field("act")
    if doing not in _DONE:
        return await _question(visit, question_id, form.fields, {"": "act_missing"})
    body, wrong = _body(form, doing)
    if wrong:
        return await _question(visit, question_id, form.fields, wrong)
    try:
        told = await visit.services.post("notify", f"/v1/questions/{question_id}/{doing}", body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        # Refused, it did nothing: what is sent next is another try, under a key of its own.
        return await _question(visit, question_id, {**form.fields, "key": ""}, {"": said}, refusal.status)
    place = f"/console/complaints/{told['complaint_id']}" if doing == "complaint" else f"{PLACE}/{question_id}"
    return visit.done(place, _DONE[doing])


def _body(form: Form, doing: str) -> tuple[dict[str, str] | None, dict[str, str]]:
    """What an act sends, and what is wrong with it by field."""
    if doing == "claim":
        return None, {}
    if doing == "answer":
        text, wrong = service.answer_of(form, _OTHER, TEXTS)
        return {"text": text}, wrong
    if doing == "complaint":
        category = form.field("category")
        return {"category": category}, {} if category else {"category": "category_missing"}
    reason, wrong = service.reason_of(form)
    return {"reason": reason}, wrong


async def _question(
    visit: Visit, question_id: UUID, given: Mapping[str, str], errors: dict[str, str] | None = None, status: int = 422
) -> Response:
    found = await visit.services.get("notify", f"/v1/questions/{question_id}")
    seconds = visit.context.settings.part_seconds
    categories = await part(visit.services.get("notify", "/v1/complaint-categories"), seconds)
    facts = {
        "question": found,
        "categories": categories.told["items"] if categories.state == "there" else [],
        "parts": await service.beside(visit, found["citizen_id"]),
        "held": service.held_by(found, visit.session.subject),
        "ready": of_category(_OTHER),
    }
    return visit.page("question", status if errors else 200, given=given, errors=errors or {}, **facts)
