"""Refusals as pages: what happened, what to do next, and the number to quote."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis import telemetry
from chassis.logging import get_logger
from staff_console.context import running
from staff_console.provider import ProviderSilent
from staff_console.services import ServiceRefused, ServiceSilent
from staff_console.sessions import service as sessions
from staff_console.web.errors import FormStale, Locked, Missing, SignedOut
from staff_console.web.visit import SESSION, Guest, Visit, typed_in, visit_of

log = get_logger(__name__)

STEP_UP: Final = "insufficient_user_authentication"
_NEXT: Final = {
    400: "next_check", 401: "next_sign_in", 403: "next_rights", 404: "next_missing", 409: "next_conflict",
    422: "next_check", 429: "next_later", 503: "next_later", 504: "next_repeat",
}  # fmt: skip


def install(app: FastAPI) -> None:
    """Let every refusal end in a page."""
    app.add_exception_handler(SignedOut, _on_signed_out)
    app.add_exception_handler(Locked, _on_locked)
    app.add_exception_handler(ServiceRefused, _on_refused)
    app.add_exception_handler(ServiceSilent, _on_silent)
    app.add_exception_handler(ProviderSilent, _on_silent)
    app.add_exception_handler(FormStale, _on_stale)
    app.add_exception_handler(Missing, _on_missing)
    app.add_exception_handler(RequestValidationError, _on_missing)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_fault)


async def _on_signed_out(request: Request, error: Exception) -> Response:
    if not isinstance(error, SignedOut):
        raise error
    place = error.path + (f"?{error.query}" if error.query else "")
    return Guest(request, running(request)).see_other(f"/console/sign-in?to={quote(place, safe='')}")


async def _on_locked(request: Request, error: Exception) -> Response:
    if not isinstance(error, Locked):
        raise error
    place = error.path + (f"?{error.query}" if error.query else "")
    return Guest(request, running(request)).see_other(f"/console/lock?to={quote(place, safe='')}")


async def _on_refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, ServiceRefused):
        raise error
    if error.code == STEP_UP:
        if request.method == "POST":
            cookie = Guest(request, running(request)).cookie(SESSION)
            await sessions.keep_draft(running(request), cookie, request.url.path, await typed_in(request))
        place = quote(request.url.path, safe="")
        return Guest(request, running(request)).see_other(f"/console/sign-in?again=1&to={place}")
    guest = await _known(request)
    title, detail = error.words(guest.language)
    return _page(
        guest, error.status, title=title, detail=detail, faults=error.problem.get("errors") or [],
        number=str(error.problem.get("request_id", "")), retry_after=error.retry_after,
    )  # fmt: skip


async def _on_silent(request: Request, error: Exception) -> Response:
    guest = await _known(request) if isinstance(error, ServiceSilent) else Guest(request, running(request))
    name = error.service if isinstance(error, ServiceSilent) else "gateway"
    if request.method != "POST":
        return _page(guest, 503, title_key="silent", service=name, next_key="next_later")
    # What was typed stays in the page, with the key it was made with: sent again from here, it is done once.
    again = await typed_in(request) if isinstance(error, ServiceSilent) else {}
    return _page(
        guest, 503, title_key="silent", service=name, next_key="next_repeat_here" if again else "next_repeat",
        again=again, place=request.url.path,
    )  # fmt: skip


async def _on_stale(request: Request, _: Exception) -> Response:
    return _page(await _known(request), 403, title_key="stale", next_key="next_stale")


async def _on_missing(request: Request, _: Exception) -> Response:
    return _page(await _known(request), 404, title_key="missing")


async def _on_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return _page(await _known(request), status, title_key="missing" if status in {404, 405} else "refused")


async def _on_fault(request: Request, error: Exception) -> Response:
    log.error("page failed", exc_info=error)
    return _page(Guest(request, running(request)), 500, title_key="fault", next_key="next_fault")


async def _known(request: Request) -> Guest:
    """Who asks, with their menu where they are signed in."""
    try:
        return await visit_of(request, running(request))
    except (SignedOut, Locked, ProviderSilent):
        return Guest(request, running(request))


def _page(guest: Guest, status: int, **facts: object) -> Response:
    said: dict[str, object] = {
        "title": "", "title_key": "refused", "detail": "", "service": "", "faults": [], "retry_after": "",
        "next_key": _NEXT.get(status, "next_fault" if status >= 500 else "next_check"),
        "number": "", "again": {}, "place": "",
    }  # fmt: skip
    said |= facts
    said["number"] = said["number"] or telemetry.current_request_id() or ""
    return guest.page("error", status, signed_in=isinstance(guest, Visit), **said)
