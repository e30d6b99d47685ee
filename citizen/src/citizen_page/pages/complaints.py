"""Complaints: a subject and a text, a number back, and how it stands."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from citizen_page import PATH
from citizen_page.errors import Refused
from citizen_page.schemas import Categories, Complaint, Complaints
from citizen_page.web import Browser

routes = APIRouter(prefix=PATH)

ENTER: Final = "complaint"
_SHORTEST, _LONGEST = 3, 500


@routes.get("/complaints")
async def show(request: Request) -> Response:
    """One's complaints and how they stand, the newest first. Raises SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    browser.signed_in()
    services, asking = browser.context.services, browser.asking()
    found = await services.get("notify", "/v1/self/complaints", Complaints, asking, {"limit": "200"})
    known = await _categories(browser)
    done = request.query_params.get("done", "")
    return browser.page(
        "complaints.html",
        title=browser.speech.text("complaints"),
        items=[(one, known.get(one.category, one.category)) for one in reversed(found.items)],
        done=browser.speech.text("done_complaint", n=browser.speech.ltr(done)) if done.isdigit() else "",
    )


@routes.get("/complaints/new")
async def write(request: Request) -> Response:
    """The form of a complaint. Raises SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    browser.signed_in()
    return await _form(browser, {}, {})


@routes.post("/complaints/new")
async def enter(request: Request) -> Response:
    """Enter a complaint. Raises FormStale, SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    fields = await browser.form()
    key = browser.key_of(ENTER, fields)
    text = fields.get("text", "").replace("\r\n", "\n").strip()
    errors: dict[str, str] = {}
    if not fields.get("category"):
        errors["category"] = browser.speech.text("complaint_no_category")
    if not _SHORTEST <= len(text) <= _LONGEST:
        longest, typed = browser.speech.number(_LONGEST), browser.speech.number(len(text))
        errors["text"] = browser.speech.text("complaint_length", longest=longest, n=typed)
    if errors:
        return await _form(browser, fields, errors)
    body = {"category": fields["category"], "text": text}
    try:
        entered = await browser.context.services.send(
            "notify", "POST", "/v1/self/complaints", Complaint, browser.asking(key), body
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        return await _form(browser, fields, {"text": " – ".join(filter(None, refused.words(browser.language)))})
    return browser.see("/complaints", done=str(entered.number))


async def _form(browser: Browser, values: dict[str, str], errors: dict[str, str]) -> Response:
    known = await _categories(browser)
    return browser.page(
        "complain.html",
        422 if errors else 200,
        title=browser.speech.text("complain"),
        categories=list(known.items()),
        values=values,
        errors=errors,
        form=values.get("form") or browser.new_key(ENTER),
        longest=browser.speech.number(_LONGEST),
    )


async def _categories(browser: Browser) -> dict[str, str]:
    path = "/v1/self/complaint-categories"
    found = await browser.context.services.get("notify", path, Categories, browser.asking())
    return {one.category: browser.speech.pick(one.name_ar, one.name_en) for one in found.items}
