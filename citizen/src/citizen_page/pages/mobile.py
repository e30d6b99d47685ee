"""Another mobile: codes come to it and to the number of now, both are entered here."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis import mobiles
from citizen_page import PATH
from citizen_page.errors import Refused
from citizen_page.numbers import plain
from citizen_page.schemas import Household, MobileChange
from citizen_page.web import Browser

routes = APIRouter(prefix=PATH)

ASK: Final = "mobile"
PROVE: Final = "mobile/codes"
_DIGITS: Final = 6
_OWN_FAULTS: Final = frozenset({409, 422})


@routes.get("/mobile")
async def show(request: Request) -> Response:
    """The number of now, and a field for another. Raises SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    browser.signed_in()
    return await _ask(browser, {}, {}, done=request.query_params.get("done") == "1")


@routes.post("/mobile")
async def ask(request: Request) -> Response:
    """Let codes be sent to both numbers. Raises FormStale, SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    fields = await browser.form()
    key = browser.key_of(ASK, fields)
    mobile = mobiles.normalise(plain(fields.get("mobile", "")))
    if mobile is None:
        return await _ask(browser, fields, {"mobile": browser.speech.text("mobile_wrong")})
    services, asking = browser.context.services, browser.asking(key)
    try:
        await services.send("card", "POST", "/v1/self/mobile-change", MobileChange, asking, {"mobile": mobile})
    except Refused as refused:
        # under another key: this one has its answer
        return await _ask(browser, {**fields, "form": ""}, {"mobile": _said(browser, refused)})
    return browser.see("/mobile/codes")


@routes.get("/mobile/codes")
async def ask_codes(request: Request) -> Response:
    """The fields for both codes. Raises SignedOut."""
    browser = Browser(request)
    browser.signed_in()
    return _codes(browser, {}, {})


@routes.post("/mobile/codes")
async def prove(request: Request) -> Response:
    """Take both codes: the number is another one from now on. Raises FormStale, SignedOut, Refused or NotAnswered."""
    browser = Browser(request)
    fields = await browser.form()
    key = browser.key_of(PROVE, fields)
    codes = {name: plain(fields.get(name, "")) for name in ("new_number", "old_number")}
    short = browser.speech.text("code_length")
    errors: dict[str, str] = {
        name: short for name, code in codes.items() if not (code.isdecimal() and len(code) == _DIGITS)
    }
    if errors:
        return _codes(browser, fields, errors)
    services, asking = browser.context.services, browser.asking(key)
    try:
        await services.send("card", "POST", "/v1/self/mobile-change/codes", MobileChange, asking, codes)
    except Refused as refused:
        return _codes(browser, {}, {"new_number": _said(browser, refused)})
    return browser.see("/mobile", done="1")


def _said(browser: Browser, refused: Refused) -> str:
    """What the register says against it. Raises Refused for what is no fault of what was typed."""
    if refused.status not in _OWN_FAULTS:
        raise refused
    return " – ".join(filter(None, refused.words(browser.language)))


async def _ask(browser: Browser, values: dict[str, str], errors: dict[str, str], *, done: bool = False) -> Response:
    services = browser.context.services
    try:
        known = (await services.get("card", "/v1/self/household", Household, browser.asking())).mobile_masked
    except Refused as refused:
        if refused.status != 404:
            raise
        known = None
    return browser.page(
        "mobile.html",
        422 if errors else 200,
        title=browser.speech.text("mobile"),
        known=known,
        values=values,
        errors=errors,
        form=values.get("form") or browser.new_key(ASK),
        done=browser.speech.text("done_mobile") if done else "",
    )


def _codes(browser: Browser, values: dict[str, str], errors: dict[str, str]) -> Response:
    return browser.page(
        "mobile_codes.html",
        422 if errors else 200,
        title=browser.speech.text("mobile_codes"),
        values=values,
        errors=errors,
        form=values.get("form") or browser.new_key(PROVE),
    )
