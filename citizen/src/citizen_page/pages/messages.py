"""My messages: all that was sent, in which language they come, and whether only necessary ones."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from citizen_page import PATH
from citizen_page.errors import Refused
from citizen_page.schemas import MessageChoices, SentMessages
from citizen_page.web import Browser

routes = APIRouter(prefix=PATH)

CHOOSE: Final = "message-choices"
_SHOWN: Final = "20"
_CHOICES: Final = "/v1/self/message-choices"


@routes.get("/messages")
async def show(request: Request) -> Response:
    """The messages, the newest first, and the way to the choices. Raises SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    browser.signed_in()
    query = {"limit": _SHOWN}
    if after := request.query_params.get("after"):
        query["after"] = after
    path = "/v1/self/messages"
    found = await browser.context.services.get("notify", path, SentMessages, browser.asking(), query)
    done = browser.speech.text("done_choices") if request.query_params.get("done") == "1" else ""
    title = browser.speech.text("messages")
    return browser.page("messages.html", title=title, items=found.items, next=found.next, done=done)


@routes.get("/messages/choices")
async def ask(request: Request) -> Response:
    """The choices as they are. Raises SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    browser.signed_in()
    try:
        found = await browser.context.services.get("notify", _CHOICES, MessageChoices, browser.asking())
    except Refused as refused:
        if refused.status != 404:
            raise
        return browser.page("choices.html", title=browser.speech.text("choices"), form="")
    values = {"language": found.language, "which": "necessary" if found.only_necessary else "all"}
    return _form(browser, values, {})


@routes.post("/messages/choices")
async def choose(request: Request) -> Response:
    """Take the choices. Raises FormStale, SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    fields = await browser.form()
    key = browser.key_of(CHOOSE, fields)
    errors: dict[str, str] = {
        name: browser.speech.text("choose_one")
        for name, known in (("language", {"ar", "en"}), ("which", {"all", "necessary"}))
        if fields.get(name) not in known
    }
    if errors:
        return _form(browser, fields, errors)
    body = {"language": fields["language"], "only_necessary": fields["which"] == "necessary"}
    await browser.context.services.send("notify", "PUT", _CHOICES, MessageChoices, browser.asking(key), body)
    return browser.see("/messages", done="1")


def _form(browser: Browser, values: dict[str, str], errors: dict[str, str]) -> Response:
    return browser.page(
        "choices.html",
        422 if errors else 200,
        title=browser.speech.text("choices"),
        form=values.get("form") or browser.new_key(CHOOSE),
        values=values,
        errors=errors,
    )
