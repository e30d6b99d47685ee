"""Hot routes: a request that is plain is taken on in the turn of the loop that read it, without a task of its own.

A service documents such a route in its `api.py`, where FastAPI answers it, too. Under `chassis.serve` the hot route is
asked first. Whatever is not plain - a token not seen before, a body that is not valid, a header sent twice - it leaves
to FastAPI, so that a refusal of the request as such has one source; what the work itself answers or refuses is sent
from here. A contract test of the service holds the two together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from chassis import idempotency, telemetry
from chassis.endpoints import Endpoint
from chassis.infrastructure_errors import Busy
from chassis.metrics import HOT_REQUESTS
from chassis.principal import Principal
from chassis.records.said import CASE, PURPOSE
from chassis.refusals import Refusal
from chassis.runtime import Resources

T = TypeVar("T")
R = TypeVar("R", bound=Resources)
Headers = Iterable[tuple[bytes, bytes]]

MEDIA_TYPE = "application/json"

_TYPE = (b"content-type", MEDIA_TYPE.encode())
_REPLAYED = (idempotency.REPLAYED.lower().encode(), b"true")
_BEARER = b"Bearer "
# What a route reads of a request. Sent twice, a header is not plain.
_READ = frozenset({b"authorization", b"idempotency-key", b"content-type", b"x-request-id", b"traceparent"})
# Who says what for, has it checked and kept by FastAPI's route.
_NOT_PLAIN = frozenset(name.lower().encode() for name in (PURPOSE, CASE))


class Answer(NamedTuple):
    """A reply with its status, ready to be sent or stored. `replayed`: it is the first answer, given again."""

    status: int
    body: bytes
    replayed: bool = False

    def response(self) -> Response:
        """The same for FastAPI to send."""
        headers = {idempotency.REPLAYED: "true"} if self.replayed else None
        return Response(self.body, self.status, headers, MEDIA_TYPE)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers `response` would send, without the length."""
        return [_TYPE, _REPLAYED] if self.replayed else [_TYPE]


class Call(NamedTuple, Generic[R]):
    """A plain request: its caller known and allowed to make it, its key well-formed."""

    runtime: R
    caller: Principal
    key: str
    body: bytes
    traceparent: str


class Taken(NamedTuple):
    """A request that was taken on: its id, its answer after the commit, or the refusal, and its caller's subject."""

    request_id: str
    answer: asyncio.Future[object]
    caller: str


class HotRoute(Generic[R, T]):
    """A POST of a JSON body, taken on by `begin` if it is plain. `R`: the runtime of the service."""

    def __init__(
        self,
        endpoint: Endpoint,
        kind: type[T],
        begin: Callable[[Call[R], T], asyncio.Future[Any] | None],
        answer_of: Callable[[Any], Answer] = lambda answered: answered,
    ) -> None:
        """`endpoint` is the one declared in `api.py`; it gives path and scopes.

        `begin` gives what will hold the answer (read by `answer_of`), or None for what it leaves to FastAPI.

        It may raise a Refusal or Busy where FastAPI's route would raise the same.
        """
        self.path = endpoint.path
        self.answer_of = answer_of
        self._taken, self._passed_on = (HOT_REQUESTS.labels(endpoint.path, way) for way in ("taken", "passed_on"))
        self._scopes = frozenset(str(scope) for scope in endpoint.scopes)
        self._kind = TypeAdapter(kind)
        self._begin = begin

    def take(self, runtime: R, headers: Headers, body: bytes) -> Taken | None:
        """Take a request on; None for what FastAPI is to judge."""
        taken = self._take(runtime, headers, body)
        (self._passed_on if taken is None else self._taken).inc()
        return taken

    def _take(self, runtime: R, headers: Headers, body: bytes) -> Taken | None:
        read: dict[bytes, bytes] = {}
        for name, value in headers:
            if name in _NOT_PLAIN:
                return None
            if name in _READ:
                if name in read:
                    return None
                read[name] = value
        authorization, key = read.get(b"authorization", b""), read.get(b"idempotency-key", b"").decode("latin-1")
        if (
            read.get(b"content-type") != _TYPE[1]
            or not authorization.startswith(_BEARER)
            or not idempotency.is_key(key)
        ):
            return None
        caller = runtime.verifier.known(authorization[len(_BEARER) :].decode("latin-1"))
        if caller is None or self._scopes.isdisjoint(caller.scopes):
            return None
        try:
            request = self._kind.validate_json(body, strict=True)
        except ValidationError:
            return None
        traceparent, request_id = telemetry.identity(_text(read.get(b"traceparent")), _text(read.get(b"x-request-id")))
        try:
            answer = self._begin(Call(runtime, caller, key, body, traceparent), request)
        except (Refusal, Busy) as refusal:
            answer = asyncio.get_running_loop().create_future()
            answer.set_exception(refusal)
        return None if answer is None else Taken(request_id, answer, caller.subject)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
