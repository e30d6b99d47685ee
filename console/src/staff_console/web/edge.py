"""ASGI middleware, the outermost layer: request id, what keeps pages out of caches and frames, a line a request."""

from __future__ import annotations

import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.logging import get_logger
from chassis.metrics import Observed

log = get_logger("console.access")

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_QUIET: Final = frozenset({"/livez", "/readyz", "/metrics"})
_METHODS: Final = frozenset({"GET", "HEAD", "POST"})


class PageEdge:
    """Adds to every answer what every answer has, and logs the route's template, never an address."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = {name: value.decode("latin-1") for name, value in scope["headers"]}
        telemetry.enter(given.get(b"traceparent"), given.get(b"x-request-id"))
        started, status = time.perf_counter(), 500

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name for name, _ in message.get("headers", ())}
                more = [(name, value) for name, value in _HEADERS if name not in own]
                if b"cache-control" not in own:
                    more.append((b"cache-control", b"no-store"))
                message["headers"] = [
                    *message.get("headers", ()), *more,
                    (b"x-request-id", (telemetry.current_request_id() or "").encode()),
                ]  # fmt: skip
            await send(message)

        try:
            await self._app(scope, receive, dressed)
        finally:
            if scope["path"] not in _QUIET:
                route = str(getattr(scope.get("route"), "path", None) or "unmatched")
                seconds = time.perf_counter() - started
                method = scope["method"] if scope["method"] in _METHODS else "other"
                Observed.of(method, route, status).answered(seconds)
                log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
