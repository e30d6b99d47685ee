"""Routes of complaints before the desk that answers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.complaints import service
from staff_console.complaints.answers import of_category
from staff_console.documents import Document
from staff_console.services import ServiceRefused
from staff_console.services.parts import part
from staff_console.web.pager import query_of
from staff_console.web.visit import Form, Posted, Visit, Visiting
from staff_console.words import TEXTS

routes = APIRouter()
PLACE: Final = "/console/complaints"
FILTERS: Final[dict[str, tuple[str, ...]]] = {
    "state": service.STATES, "level": service.LEVELS, "claimed": service.CLAIMED, "late": ("true",),
}  # fmt: skip
_ASKED_AGAIN: Final = frozenset({404, 409, 422})
_DONE: Final = {
    "claim": "complaint_claimed", "answer": "complaint_answered", "hand_on": "complaint_handed_on",
    "reopen": "complaint_reopened", "appeal": "complaint_appealed",
}  # fmt: skip


@routes.get(PLACE)
async def show_queue(visit: Visiting, category: str = "", after: UUID | None = None) -> Response:
    """Complaints of the desk's area, those first that are to be answered first; the filters stand in the address."""
    given = dict(visit.request.query_params)
    categories = await _categories(visit)
    chosen = {"state": "open"} | service.asked(given, FILTERS)
    if category in {one["category"] for one in categories}:
        chosen["category"] = category
    query = query_of({**chosen, "order": "due"}, service.MOST, after)
    told = await visit.services.get("notify", "/v1/complaints", query)
    return visit.page(
        "complaints", told=told, chosen=chosen, categories=categories, filters=FILTERS,
    )  # fmt: skip


@routes.get("/console/complaints/{complaint_id}")
async def show_complaint(visit: Visiting, complaint_id: UUID) -> Response:
    """A complaint: what was said and done, who works on it, and what is known of the citizen beside it."""
    return await _complaint(visit, complaint_id, await visit.draft(f"{PLACE}/{complaint_id}"))


@routes.post("/console/complaints/{complaint_id}")
async def act(form: Posted, complaint_id: UUID) -> Response:
    """Take it, answer it, hand it on, or open it again."""
    visit, doing = form.visit, form.field("act")
    if doing not in _DONE:
        return await _complaint(visit, complaint_id, form.fields, {"": "act_missing"})
    found = await visit.services.get("notify", f"/v1/complaints/{complaint_id}")
    body, wrong = _body(form, doing, found)
    if wrong:
        return await _complaint(visit, complaint_id, form.fields, wrong)
    path = f"/v1/complaints/{complaint_id}/{_path(doing)}"
    try:
        await visit.services.post("notify", path, body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, _ASKED_AGAIN)
        # Refused, it did nothing: what is sent next is another try, under a key of its own.
        return await _complaint(visit, complaint_id, {**form.fields, "key": ""}, {"": said}, refusal.status)
    return visit.done(f"{PLACE}/{complaint_id}", _DONE[doing], about=str(found["number"]))


def _path(doing: str) -> str:
    return {"hand_on": "handing-on", "reopen": "reopening"}.get(doing, doing)


def _body(form: Form, doing: str, found: Document) -> tuple[dict[str, str] | None, dict[str, str]]:
    """What an act sends, and what is wrong with it by field."""
    if doing == "claim":
        return None, {}
    if doing == "answer":
        text, wrong = service.answer_of(form, found["category"], TEXTS)
        return {"text": text}, wrong
    if doing == "hand_on":
        reason, wrong = service.reason_of(form)
        to = {name: form.field(name) for name in ("category", "level") if form.field(name)}
        return {**to, "reason": reason}, wrong if to else {**wrong, "category": "hand_on_missing"}
    text, wrong = service.reason_of(form, "again")
    return {"text": text}, wrong


async def _categories(visit: Visit) -> list[Document]:
    told = await part(visit.services.get("notify", "/v1/complaint-categories"), visit.context.settings.part_seconds)
    return list(told.told["items"]) if told.state == "there" else []


async def _complaint(
    visit: Visit,
    complaint_id: UUID,
    given: Mapping[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response:
    found = await visit.services.get("notify", f"/v1/complaints/{complaint_id}")
    facts = {
        "complaint": found,
        "categories": await _categories(visit),
        "parts": await service.beside(visit, found["citizen_id"]),
        "held": service.held_by(found, visit.session.subject),
        "ready": of_category(found["category"]),
        "answers": visit.may(Scope.COMPLAINTS_ANSWER),
        "enters": visit.may(Scope.COMPLAINTS_ENTER),
    }
    return visit.page("complaint", status if errors else 200, given=given, errors=errors or {}, **facts)
