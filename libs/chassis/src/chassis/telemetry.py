"""Trace context: what follows one request or event through the system: request id and W3C trace context."""

from __future__ import annotations

import random
import re
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")

_random = random.Random()

_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_client_request_id: ContextVar[str | None] = ContextVar("client_request_id", default=None)


def new_traceparent() -> str:
    """A fresh root in W3C Trace Context form. Nothing rests on nobody guessing it."""
    return f"00-{_random.getrandbits(128) or 1:032x}-{_random.getrandbits(64) or 1:016x}-01"


def current_traceparent() -> str | None:
    """The trace context of the work at hand."""
    return _traceparent.get()


def current_request_id() -> str | None:
    """The id of the request at hand."""
    return _request_id.get()


def current_client_request_id() -> str | None:
    """What the caller itself calls the request at hand, where it says so: for logs, never for a record."""
    return _client_request_id.get()


def identity(traceparent: str | None, request_id: str | None = None) -> tuple[str, str]:
    """Trace context and request id of a request that brought these; what is malformed is replaced, never passed on."""
    valid = traceparent if traceparent and _TRACEPARENT.fullmatch(traceparent) else new_traceparent()
    return valid, request_id if request_id and _REQUEST_ID.fullmatch(request_id) else valid[3:35]


def enter(traceparent: str | None, request_id: str | None = None, client_request_id: str | None = None) -> None:
    """Make the given context that of the work at hand, as far as it is well-formed."""
    valid, known = identity(traceparent, request_id)
    _traceparent.set(valid)
    _request_id.set(known)
    well_formed = client_request_id and _REQUEST_ID.fullmatch(client_request_id)
    _client_request_id.set(client_request_id if well_formed else None)
