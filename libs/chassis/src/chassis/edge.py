"""ASGI middleware, the outermost layer of a service: identity, timing and refusals of every request."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.background import Background
from chassis.endpoints import Endpoint
from chassis.hot import HotRoute
from chassis.infrastructure_errors import Busy, is_infrastructure, sqlstate
from chassis.logging import get_logger
from chassis.metrics import REFUSALS, Observed
from chassis.problems import InternalError, InvalidRequest, MalformedRequest, Unavailable, response_of, status_of
from chassis.refusals import Refusal

log = get_logger("chassis.access")

QUIET = frozenset({"/livez", "/readyz", "/metrics"})
REFUSED = "unicard.refused"
_IDENTITY = frozenset({b"traceparent", b"x-request-id", b"x-client-request-id"})
_NO_STORE = (b"cache-control", b"no-store")
_NOSNIFF = (b"x-content-type-options", b"nosniff")
UNCODED = "uncoded"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class App(FastAPI):
    """A FastAPI app that knows what its services' routers declare; hot routes, by path, are asked by `chassis.http`."""

    endpoints: tuple[Endpoint, ...]
    declared: tuple[APIRoute, ...]
    hot: Mapping[bytes, HotRoute[Any, Any]]
    background: Background[Any] | None = None  # while it runs; none where only requests are served


class Edge:
    """Plain ASGI middleware: request id, trace, metrics and access log by route template, and no bare 500."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        telemetry.enter(*_identity(scope))
        request_id = telemetry.current_request_id() or ""
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = guarded(message.get("headers", ()), request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception as error:  # why: whatever a route raised, the caller gets a problem and the log the cause
            refusal = as_refusal(error)
            if status_of(type(refusal)) >= 500:
                log.error("request failed", exc_info=error, path=_template(scope))
            if status:
                raise
            note_refusal(scope, refusal)
            await response_of(refusal, request_id)(scope, receive, send_with_id)
        finally:
            _record(scope, status, time.perf_counter() - started)


def as_refusal(error: BaseException) -> Refusal:
    """The refusal for an error no route has named. Its own words stay in the log."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, Busy):
        return Unavailable(str(error))
    if isinstance(error, UnicodeEncodeError):
        return InvalidRequest(
            "The text holds characters that cannot be stored.", detail_ar="النص يحتوي على رموز لا يمكن حفظها."
        )
    if isinstance(error, ClientDisconnect):
        return MalformedRequest(
            "The connection ended before the request did.", detail_ar="انقطع الاتصال قبل اكتمال الطلب."
        )
    if sqlstate(error).startswith("22"):  # data exception: a NUL in a text, a number out of range
        return InvalidRequest("A value cannot be stored as it is.", detail_ar="توجد قيمة لا يمكن حفظها كما هي.")
    if is_infrastructure(error):
        return Unavailable("The database did not answer in time.", detail_ar="لم تستجب قاعدة البيانات في الوقت المحدد.")
    return InternalError()


def note_refusal(scope: MutableMapping[str, object], refusal: Refusal) -> None:
    """Let metric and access log know by which code a request is refused."""
    note_code(scope, refusal.code)


def note_code(scope: MutableMapping[str, object], code: str) -> None:
    """Let metric and access log know by which code a request is refused."""
    scope[REFUSED] = code


def code_of(body: bytes) -> str:
    """The code in a problem document that was made before."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return UNCODED
    return str(document.get("code", UNCODED)) if isinstance(document, dict) else UNCODED


def guarded(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """A reply's headers with its request's id, and what keeps it out of caches and from being taken for a page."""
    given = list(headers)
    added = [(b"x-request-id", request_id.encode()), _NOSNIFF]
    return [*given, *added] if any(name == b"cache-control" for name, _ in given) else [*given, *added, _NO_STORE]


def _identity(scope: Scope) -> tuple[str | None, str | None, str | None]:
    """Trace context, the edge's id of the request, and the caller's own name for it."""
    found = {name: value.decode("latin-1") for name, value in scope["headers"] if name in _IDENTITY}
    return found.get(b"traceparent"), found.get(b"x-request-id"), found.get(b"x-client-request-id")


def _template(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", None) or "unmatched")


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = _template(scope)
    method = scope["method"] if scope["method"] in METHODS else "other"
    Observed.of(method, route, status).answered(seconds)
    if scope["path"] in QUIET:
        return
    who = getattr(scope.get("state", {}).get("principal"), "subject", None)
    known = {} if who is None else {"caller": who}
    if (code := scope.get(REFUSED)) is not None:
        REFUSALS.labels(method, route, code).inc()
        known["code"] = code
    log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1), **known)
