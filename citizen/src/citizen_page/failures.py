"""Pages for what went wrong: what happened, what to do now, and the number to quote."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis import telemetry
from citizen_page.errors import FormStale, NotAnswered, PageUnknown, Refused, SignedOut
from citizen_page.web import Browser

_OWN: Final = {404: "unknown", 405: "unknown", 413: "stale"}


def install(app: FastAPI) -> None:
    """Let every failure end in a page."""
    app.add_exception_handler(SignedOut, _signed_out)
    app.add_exception_handler(FormStale, _stale)
    app.add_exception_handler(NotAnswered, _away)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(PageUnknown, _unknown)
    app.add_exception_handler(RequestValidationError, _unknown)
    app.add_exception_handler(HTTPException, _http)


def told(browser: Browser, status: int, what: str, **given: object) -> Response:
    """A page of one failure by the name of its words."""
    speech = browser.speech
    said = {"heading": speech.text(f"failed_{what}"), "detail": speech.text(f"failed_{what}_help")}
    return browser.page(
        "failure.html",
        status,
        title=said["heading"],
        request_id=telemetry.current_request_id(),
        **{**said, "wait": None, **given},
    )


async def _signed_out(request: Request, _: Exception) -> Response:
    browser = Browser(request)
    return browser.forget(browser.see("/sign-in", over="1"))


async def _stale(request: Request, _: Exception) -> Response:
    return told(Browser(request), 403, "stale")


async def _away(request: Request, error: Exception) -> Response:
    service = error.service if isinstance(error, NotAnswered) else ""
    browser = Browser(request)
    response = told(browser, 503, "away", part=browser.speech.known("service", service))
    response.headers["retry-after"] = "30"
    return response


async def _refused(request: Request, error: Exception) -> Response:
    browser = Browser(request)
    if not isinstance(error, Refused):
        raise error
    if error.status == 429:
        return told(browser, 429, "often", wait=error.retry_after or 60, request_id=error.request_id)
    heading, detail = error.words(browser.language)
    general = browser.speech.text("failed_refused_help")
    return told(
        browser,
        error.status if error.status < 500 else 503,
        "refused",
        heading=heading or browser.speech.text("failed_refused"),
        detail=detail or general,
        request_id=error.request_id or telemetry.current_request_id(),
    )


async def _unknown(request: Request, _: Exception) -> Response:
    return told(Browser(request), 404, "unknown")


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return told(Browser(request), status, _OWN.get(status, "broken"))


def broken(request: Request, _: Exception) -> Response:
    """What nobody has foreseen."""
    return told(Browser(request), 500, "broken")
