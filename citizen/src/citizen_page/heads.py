"""ASGI middleware around every page: who the request is, what browsers may do with the page, the access log."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.logging import get_logger
from chassis.metrics import Observed

log = get_logger("citizen_page.access")

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'; require-trusted-types-for 'script'"
)
HEADS: Final = {
    "content-security-policy": POLICY,
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST"})
_IDENTITY = frozenset({b"traceparent", b"x-request-id"})


class Heads:
    """Plain ASGI middleware. Nothing of an address but the page's template is logged: no query, no field."""

    def __init__(self, app: ASGIApp, broken: Callable[[Request, Exception], Response]) -> None:
        """Wrap the app. `broken`: the page for what nobody has foreseen."""
        self._app = app
        self._broken = broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, status_sent = time.perf_counter(), 500, False
        found = {name: value.decode("latin-1") for name, value in scope["headers"] if name in _IDENTITY}
        telemetry.enter(found.get(b"traceparent"), found.get(b"x-request-id"))

        async def dressed(message: Message) -> None:
            nonlocal status, status_sent
            if message["type"] == "http.response.start":
                status, status_sent = message["status"], True
                headers = MutableHeaders(scope=message)
                for name, value in HEADS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
                headers["x-request-id"] = telemetry.current_request_id() or ""
            await send(message)

        try:
            await self._app(scope, receive, dressed)
        except Exception as error:  # why: whatever a page raised, people see a page and the log has the cause
            log.error("page failed", exc_info=error)
            if status_sent:
                raise
            await self._broken(Request(scope, receive), error)(scope, receive, dressed)
        finally:
            _record(scope, status, time.perf_counter() - started)


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = str(getattr(scope.get("route"), "path", None) or "unmatched")
    method = scope["method"] if scope["method"] in _METHODS else "other"
    Observed.of(method, route, status).answered(seconds)
    if scope["path"] not in _QUIET:
        log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
