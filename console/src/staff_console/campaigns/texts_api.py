"""Routes of campaigns' texts: those that are approved, and a new one, seen as it is sent before it is proposed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.scopes import Scope
from staff_console.campaigns import wanted
from staff_console.campaigns.api import ASKED_AGAIN, PLACE
from staff_console.documents import Document
from staff_console.services import ServiceRefused
from staff_console.web.pager import query_of
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
_WHERE: Final = "/v1/campaign-texts"
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,59}")
_VARIABLE: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")
_MOST_VARIABLES: Final = 4
# What stands in a preview for a value that nobody has given yet.
_SAMPLES: Final[dict[str, Document]] = {
    "day": {"type": "day", "value": "2027-01-15"},
    "month": {"type": "month", "value": "2027-01"},
    "amount": {"type": "amount", "value": 25_000},
    "count": {"type": "count", "value": 5},
    "words": {"type": "words", "ar": "مكتب بريد بورسعيد", "en": "Port Said post office"},
}


@routes.get("/console/campaigns/texts")
async def show_texts(visit: Visiting, after: UUID | None = None) -> Response:
    """Texts that another person has approved, with every version."""
    query = query_of({}, 100, after)
    told = await visit.services.get("notify", _WHERE, query)
    return visit.page("campaign_texts", told=told, writes=visit.may(Scope.CAMPAIGNS_WRITE))


@routes.get("/console/campaigns/texts/new")
async def ask_for_text(visit: Visiting) -> Response:
    """The form of a text, or of the next version of one."""
    return _form(visit, await visit.draft(f"{PLACE}/texts/new"))


@routes.post("/console/campaigns/texts/new")
async def send_text(form: Posted) -> Response:
    """Show it as it is sent, with its parts and what is wrong with it; or propose it to another person."""
    visit = form.visit
    body, wrong = _asked(form)
    if wrong:
        return _form(visit, form.fields, {name: visit.say(text) for name, text in wrong.items()})
    try:
        if form.field("act") != "propose":
            samples = {name: _SAMPLES[kind] for name, kind in body["variables"].items()}
            asked = {"ar": body["ar"], "en": body["en"], "values": samples}
            preview = await visit.services.post("notify", "/v1/template-previews", asked)
            return _form(visit, form.fields, preview=preview)
        made = await visit.services.post("notify", _WHERE, body, key=form.key)
    except ServiceRefused as refusal:
        if refusal.status not in ASKED_AGAIN:
            raise
        return _form(visit, {**form.fields, "key": ""}, {"": refusal.said(visit.language)}, refusal.status)
    return visit.done(f"/console/proposals/notify/{made['proposal_id']}", "campaign_text_proposed", about=body["name"])


def _asked(form: Form) -> tuple[Document, dict[str, str]]:
    """The text of a form, and what is wrong with it by field."""
    wrong: dict[str, str] = {}
    body: Document = {"name": form.field("name"), "ar": form.field("ar"), "en": form.field("en"), "variables": {}}
    if not _NAME.fullmatch(body["name"]):
        wrong["name"] = "text_name_wrong"
    wrong |= {one: "text_missing" for one in wanted.LANGUAGES if not body[one]}
    for number in range(1, _MOST_VARIABLES + 1):
        name, kind = form.field(f"variable{number}"), form.field(f"type{number}")
        if not name:
            continue
        if _VARIABLE.fullmatch(name) and kind in wanted.TYPES:
            body["variables"][name] = kind
        else:
            wrong[f"variable{number}"] = "variable_wrong"
    return body, wrong


def _form(
    visit: Visit,
    given: Mapping[str, str],
    errors: dict[str, str] | None = None,
    status: int = 422,
    preview: Document | None = None,
) -> Response:
    facts = {"given": given, "errors": errors or {}, "preview": preview, "types": wanted.TYPES}
    variables = range(1, _MOST_VARIABLES + 1)
    return visit.page("campaign_text_new", status if errors else 200, variables=variables, **facts)
