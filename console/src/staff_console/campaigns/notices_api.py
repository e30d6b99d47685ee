"""Routes of notices on receipts: whom they were shown, a new one, and having one printed no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.districts import DISTRICTS
from chassis.governorates import GOVERNORATES
from contracts.scopes import Scope
from staff_console.campaigns import areas
from staff_console.campaigns.api import ASKED_AGAIN
from staff_console.documents import Document
from staff_console.services import ServiceRefused
from staff_console.services.parts import part
from staff_console.web.days import day_of
from staff_console.web.errors import Missing
from staff_console.web.pager import query_of
from staff_console.web.visit import Form, Posted, Visit, Visiting

routes = APIRouter()
PLACE: Final = "/console/notices"
PROGRAMMES: Final = ("bread", "goods")
DAYS: Final = ("first_day", "last_day")
LANGUAGES: Final = ("ar", "en")
_WHERE: Final = "/v1/receipt-notices"
_LONGEST: Final = 400
_AT_ONCE: Final = 500


@routes.get(PLACE)
async def show_notices(visit: Visiting, after: UUID | None = None) -> Response:
    """Notices that another person has approved, each with how many households were shown it."""
    told = await visit.services.get("notify", _WHERE, query_of({}, 100, after))
    asked = visit.services.get("supply", "/v1/receipt-notice-figures")
    figures = await part(asked, visit.context.settings.part_seconds)
    shown = {one["notice_id"]: one for one in figures.told["items"]} if figures.state == "there" else None
    return visit.page("notices", told=told, shown=shown, writes=visit.may(Scope.CAMPAIGNS_WRITE))


@routes.get("/console/notices/new")
async def ask_for_notice(visit: Visiting) -> Response:
    """The form of a notice."""
    return _form(visit, await visit.draft(f"{PLACE}/new"))


@routes.post("/console/notices/new")
async def propose(form: Posted) -> Response:
    """Propose it; another person sees it line by line and decides."""
    visit = form.visit
    body, wrong = asked_by(form)
    if wrong:
        return _form(visit, form.fields, {name: visit.say(text) for name, text in wrong.items()})
    try:
        made = await visit.services.post("notify", _WHERE, body, key=form.key)
    except ServiceRefused as refusal:
        said = visit.refused(refusal, ASKED_AGAIN)
        # Refused, it did nothing: what is sent next is another try, under a key of its own.
        return _form(visit, {**form.fields, "key": ""}, {"": said}, refusal.status)
    return visit.done(f"/console/proposals/notify/{made['proposal_id']}", "notice_proposed")


@routes.get("/console/notices/{notice_id}/withdrawal")
async def ask_withdrawal(visit: Visiting, notice_id: UUID) -> Response:
    """Ask whether it is to be printed no more."""
    return visit.page("notice_withdraw", one=await _notice(visit, notice_id), errors={})


@routes.post("/console/notices/{notice_id}/withdrawal")
async def withdraw(form: Posted, notice_id: UUID) -> Response:
    """Have it printed no more."""
    visit = form.visit
    try:
        await visit.services.post("notify", f"{_WHERE}/{notice_id}/withdrawal", key=form.key)
    except ServiceRefused as refusal:
        errors = {"": visit.refused(refusal, {409})}
        return visit.page("notice_withdraw", 409, one=await _notice(visit, notice_id), errors=errors)
    return visit.done(PLACE, "notice_withdrawn")


def asked_by(form: Form) -> tuple[Document, dict[str, str]]:
    """The notice of a form, and what is wrong with it by field."""
    wrong: dict[str, str] = {}
    body: Document = {"programmes": [one for one in PROGRAMMES if form.field(one)]}
    if not body["programmes"]:
        wrong["bread"] = "notice_programme_missing"
    governorate = form.visit.governorate(form.field("governorate"))
    district = form.field("district")
    if governorate in GOVERNORATES:
        body["governorate"] = governorate
    if district in DISTRICTS:
        body["district"] = district
        if district[:2] != governorate:
            wrong["district"] = "notice_district_elsewhere"
    for name in DAYS:
        try:
            body[name] = day_of(form.field(name)).isoformat()
        except ValueError:
            wrong[name] = "day_unclear"
    for language in LANGUAGES:
        body[language] = form.field(language)
        if not 0 < len(body[language]) <= _LONGEST:
            wrong[language] = "notice_text_missing"
    return body, wrong


async def _notice(visit: Visit, notice_id: UUID) -> Document:
    after: str | None = None
    while True:
        told = await visit.services.get("notify", _WHERE, query_of({}, _AT_ONCE, after))
        for one in told["items"]:
            if one["notice_id"] == str(notice_id):
                found: Document = one
                return found
        if told["next"] is None:
            raise Missing
        after = told["next"]


def _form(visit: Visit, given: Mapping[str, str], errors: dict[str, str] | None = None, status: int = 422) -> Response:
    return visit.page(
        "notice_new", status if errors else 200, given=given, errors=errors or {}, programmes=PROGRAMMES, days=DAYS,
        languages=LANGUAGES, **areas.offered(visit),
    )  # fmt: skip
