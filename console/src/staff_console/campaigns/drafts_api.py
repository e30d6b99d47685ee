"""Routes of drafts: a campaign that is made of an approved text, and one that is edited by its revision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.campaigns import areas, wanted
from staff_console.campaigns.api import ASKED_AGAIN, PLACE, WHERE
from staff_console.documents import Document
from staff_console.services import ServiceRefused
from staff_console.web.errors import Missing
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
_MOVED: Final = "campaign_moved"


@routes.get("/console/campaigns/new")
async def choose_text(visit: Visiting, text_id: str = "") -> Response:
    """The form of a new campaign: first its text is chosen, then what it says and whom it means."""
    texts = await _texts(visit)
    if not text_id:
        return visit.page("campaign_texts_choose", texts=texts)
    given = {"audience": "filter", **await visit.draft(f"{PLACE}/new")}
    return _form(visit, _text(texts, text_id), given)


@routes.post("/console/campaigns/new")
async def make(form: Posted) -> Response:
    """Make a draft; nothing is sent by it."""
    visit = form.visit
    text = _text(await _texts(visit), form.field("text_id"))
    body, wrong = wanted.asked(form.fields, text)
    if wrong:
        return _form(visit, text, form.fields, _in_words(visit, wrong))
    try:
        made = await visit.services.post("notify", WHERE, body, key=form.key)
    except ServiceRefused as refusal:
        return _refused(visit, refusal, text, form)
    return visit.done(f"{PLACE}/{made['campaign_id']}", "campaign_made", about=body["name"])


@routes.get("/console/campaigns/{campaign_id}/edit")
async def ask_edit(visit: Visiting, campaign_id: UUID) -> Response:
    """The form of a draft as it stands."""
    before = await visit.services.get("notify", f"{WHERE}/{campaign_id}")
    given = wanted.typed(before) | await visit.draft(f"{PLACE}/{campaign_id}/edit")
    return _form(visit, _text(await _texts(visit), before["text_id"]), given, before=before)


@routes.post("/console/campaigns/{campaign_id}/edit")
async def edit(form: Posted, campaign_id: UUID) -> Response:
    """Change a draft that nobody has changed since; where somebody has, both are shown and nothing is overwritten."""
    visit = form.visit
    before = await visit.services.get("notify", f"{WHERE}/{campaign_id}")
    text = _text(await _texts(visit), before["text_id"])
    body, wrong = wanted.asked(form.fields, text, before)
    if wrong:
        return _form(visit, text, form.fields, _in_words(visit, wrong), before=before)
    read = form.field("revision")
    body["revision"] = int(read) if read.isdecimal() else 0
    try:
        await visit.services.put("notify", f"{WHERE}/{campaign_id}", body, key=form.key)
    except ServiceRefused as refusal:
        return _refused(visit, refusal, text, form, before)
    return visit.done(f"{PLACE}/{campaign_id}", "campaign_edited", about=body["name"])


async def _texts(visit: Visit) -> list[Document]:
    told = await visit.services.get("notify", "/v1/campaign-texts", {"limit": 500})
    return list(reversed(told["items"]))


def _text(texts: list[Document], text_id: str) -> Document:
    found = next((one for one in texts if one["text_id"] == text_id), None)
    if found is None:
        raise Missing
    return found


def _in_words(visit: Visit, wrong: Mapping[str, str]) -> dict[str, str]:
    return {name: visit.say(text) for name, text in wrong.items()}


def _refused(
    visit: Visit, refusal: ServiceRefused, text: Document, form: Form, before: Document | None = None
) -> Response:
    if refusal.status not in ASKED_AGAIN:
        raise refusal
    # Refused, it did nothing: what is sent next is another try, under a key of its own.
    given, moved = {**form.fields, "key": ""}, refusal.code == _MOVED
    return _form(visit, text, given, {"": refusal.said(visit.language)}, before, refusal.status, moved=moved)


def _form(
    visit: Visit,
    text: Document,
    given: Mapping[str, str],
    errors: dict[str, str] | None = None,
    before: Document | None = None,
    status: int = 422,
    *,
    moved: bool = False,
) -> Response:
    facts = {
        "text": text, "given": given, "errors": errors or {}, "before": before, "hours": wanted.HOURS,
        **areas.offered(visit), "yes_no": wanted.YES_NO,
        "languages": wanted.LANGUAGES, "moved": wanted.typed(before) if moved and before else None,
    }  # fmt: skip
    return visit.page("campaign_form", status if errors else 200, **facts)
