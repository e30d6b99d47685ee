"""Signing in: national id, then the code that comes by SMS. The same answer for everybody, known or not."""

from __future__ import annotations

import base64
from datetime import timedelta
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from citizen_page import PATH, numbers
from citizen_page.errors import NotAnswered, Refused, SignedOut
from citizen_page.schemas import Anything, OwnSessions, SignInBegun, Token
from citizen_page.sessions import Session
from citizen_page.web import Browser

routes = APIRouter(prefix=PATH)

_DIGITS = 6


@routes.get("/sign-in")
async def ask_national_id(request: Request) -> Response:
    """Who wants to sign in; whoever has, goes on."""
    browser = Browser(request)
    if browser.session is not None:
        return browser.see("/card")
    over = request.query_params.get("over") == "1"
    return _ask(browser, over=over)


@routes.post("/sign-in")
async def send_code(request: Request) -> Response:
    """Have a code sent. Raises Refused or NotAnswered."""
    browser = Browser(request)
    typed = (await browser.form()).get("national_id", "")
    number = numbers.plain(typed)
    if fault := numbers.fault_of_national_id(number, browser.context.clock.today()):
        name, facts = fault
        speech = browser.speech
        shown = {fact: speech.ltr(value) for fact, value in facts.items()}
        return _ask(browser, {"national_id": typed}, {"national_id": speech.text(name, **shown)})
    begun = await browser.context.services.send(
        "gateway", "POST", "/v1/citizen-sign-ins", SignInBegun, browser.asking(), {"national_id": number}
    )
    sealed = browser.context.sealer.seal_sign_in(begun.sign_in_id, begun.expires_at)
    return browser.see("/sign-in/code", s=sealed)


@routes.get("/sign-in/code")
async def ask_code(request: Request) -> Response:
    """Ask for the code. Raises SignedOut where the time for it is over."""
    browser = Browser(request)
    _waiting(browser)
    return _ask_code(browser)


@routes.post("/sign-in/code")
async def enter_code(request: Request) -> Response:
    """Open a session by the code that came. Raises SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    sign_in_id = _waiting(browser)
    code = numbers.plain((await browser.form()).get("code", ""))
    if len(code) != _DIGITS or not code.isdigit():
        return _ask_code(browser, browser.speech.text("code_length"))
    path = f"/v1/citizen-sign-ins/{sign_in_id}/code"
    try:
        token = await browser.context.services.send("gateway", "POST", path, Token, browser.asking(), {"code": code})
    except Refused as refused:
        if refused.status not in {400, 401, 403, 404, 409, 422}:
            raise
        return _ask_code(browser, browser.speech.text("code_wrong"))
    context = browser.context
    seconds = min(token.expires_in, context.settings.citizen_session_seconds)
    session_id, citizen_id = _who(token.access_token)
    session = Session(token.access_token, session_id, citizen_id, context.clock.now() + timedelta(seconds=seconds))
    return browser.keep(browser.see("/card"), session)


@routes.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session, at the gateway too; whatever that answers, the browser has it no more."""
    browser = Browser(request)
    response = browser.forget(browser.see("/", over="1"))
    if browser.session is None:
        return response
    services, asking = browser.context.services, browser.asking()
    try:
        mine = await services.get("gateway", "/v1/self/sessions", OwnSessions, asking)
        for one in mine.items:
            if one.this_one:
                await services.send("gateway", "DELETE", f"/v1/self/sessions/{one.session_id}", Anything, asking)
    except (Refused, NotAnswered, SignedOut):
        return response
    return response


def _waiting(browser: Browser) -> UUID:
    sealed = browser.request.query_params.get("s", "")
    found = browser.context.sealer.open_sign_in(sealed, browser.context.clock.now())
    if found is None:
        raise SignedOut
    return found


def _ask(
    browser: Browser, values: dict[str, str] | None = None, errors: dict[str, str] | None = None, *, over: bool = False
) -> Response:
    title = browser.speech.text("sign_in")
    given = {"values": values or {}, "errors": errors or {}}
    return browser.page("sign_in.html", 422 if errors else 200, title=title, over=over, **given)


def _ask_code(browser: Browser, fault: str = "") -> Response:
    sealed = browser.request.query_params.get("s", "")
    errors = {"code": fault} if fault else {}
    title = browser.speech.text("code_title")
    action = browser.speech.url("/sign-in/code", s=sealed)
    return browser.page("code.html", 422 if errors else 200, title=title, action=action, errors=errors)


def _who(token: str) -> tuple[str, UUID]:
    """Session and citizen that the gateway's own token names; the services check it, the page only reads it."""
    middle = token.split(".")[1]
    claims = orjson.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return str(claims["sid"]), UUID(str(claims["sub"]).removeprefix("citizen:"))
