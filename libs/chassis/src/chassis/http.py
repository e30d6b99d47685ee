"""HTTP protocol of the server: uvicorn's own, with replies sent in one piece and hot routes answered at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from chassis.edge import as_refusal, code_of, guarded
from chassis.hot import Headers, HotRoute, Taken
from chassis.infrastructure_errors import Busy
from chassis.logging import get_logger
from chassis.metrics import REFUSALS, Observed
from chassis.problems import response_of
from chassis.refusals import Refusal

log = get_logger("chassis.access")

MOST_CORKED = 64 * 1024


class CorkedTransport:
    """A transport that sends what is written within one turn of the loop in one piece.

    Head and body of a reply are two writes; each would wake the reader at the other end and cost a system call.
    """

    __slots__ = ("_chunks", "_loop", "_size", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """`transport`: the connection's own."""
        self._transport = transport
        self._loop = loop
        self._chunks: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Send with the next turn of the loop, or at once when much has come together."""
        if not self._chunks:
            self._loop.call_soon(self._flush)
        self._chunks.append(data)
        self._size += len(data)
        if self._size > MOST_CORKED:
            self._flush()

    def write_whole(self, data: bytes) -> None:
        """Send a whole reply, after what was written before it."""
        self._flush()
        self._transport.write(data)

    def close(self) -> None:
        """Send what is left and close."""
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is closed or closing."""
        return self._transport.is_closing()

    def _flush(self) -> None:
        if self._chunks:
            whole = b"".join(self._chunks)
            self._chunks.clear()
            self._size = 0
            self._transport.write(whole)

    def __getattr__(self, name: str) -> object:
        """Everything else is the connection's own."""
        return getattr(self._transport, name)


class Http(HttpToolsProtocol):
    """uvicorn's HTTP over a corked transport; what a hot route takes on needs no task and no ASGI messages."""

    _waiting: HotRoute[Any, Any] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connected."""
        self._corked = CorkedTransport(transport, self.loop)
        super().connection_made(self._corked)  # type: ignore[arg-type]

    def on_body(self, body: bytes) -> None:
        """A part of the body came. One too large for a hot route is FastAPI's to read, while it comes."""
        super().on_body(body)
        if self._waiting is not None and len(self.cycle.body) > HIGH_WATER_LIMIT:
            self._waiting = None
            super()._start_asgi_task(self.cycle, self.app)

    def on_message_complete(self) -> None:
        """The whole request is there."""
        super().on_message_complete()
        if (route := self._waiting) is not None:
            self._waiting = None
            self._take(self.cycle, route)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        scope = cycle.scope
        plain = scope["method"] == "POST" and not scope["query_string"]
        route = self._hot().get(scope["raw_path"]) if plain else None
        if route is None or app is not self.app or cycle.waiting_for_100_continue or self.flow.write_paused:
            super()._start_asgi_task(cycle, app)
        elif cycle.more_body:
            self._waiting = route
        else:  # it came behind another request on the same connection, and waited for its reply
            self._take(cycle, route)

    def _hot(self) -> Mapping[bytes, HotRoute[Any, Any]]:
        hot: Mapping[bytes, HotRoute[Any, Any]] = getattr(self.app, "hot", {})
        return hot

    def _take(self, cycle: RequestResponseCycle, route: HotRoute[Any, Any]) -> None:
        started = time.perf_counter()
        app: Any = self.app
        taken = None
        try:
            taken = route.take(app.state.runtime, cycle.scope["headers"], bytes(cycle.body))
        except Exception as error:  # why: FastAPI's route meets it again, and answers it as any other
            log.error("hot route failed", exc_info=error, path=route.path)
        if taken is None:
            super()._start_asgi_task(cycle, self.app)
        else:
            taken.answer.add_done_callback(partial(self._answer, cycle, route, taken, started))

    def _answer(
        self,
        cycle: RequestResponseCycle,
        route: HotRoute[Any, Any],
        taken: Taken,
        started: float,
        future: asyncio.Future[Any],
    ) -> None:
        error = future.exception()
        headers: Headers
        code = None
        if error is None:
            answer = route.answer_of(future.result())
            status, headers, body = answer.status, answer.headers(), answer.body
            code = code_of(body) if status >= 400 else None
        else:
            if not isinstance(error, Refusal | Busy):
                log.error("request failed", exc_info=error, path=route.path)
            refusal = as_refusal(error)
            code = refusal.code
            response = response_of(refusal, taken.request_id)
            status, headers, body = response.status_code, response.raw_headers, bytes(response.body)
        if not cycle.disconnected:
            self._send(cycle, status, guarded(headers, taken.request_id), body)
        seconds = time.perf_counter() - started
        Observed.of("POST", route.path, status).answered(seconds)
        if code is not None:
            REFUSALS.labels("POST", route.path, code).inc()
            log.info(
                "request", method="POST", route=route.path, status=status, ms=round(seconds * 1000, 1), code=code,
                caller=taken.caller, request_id=taken.request_id,
            )  # fmt: skip

    def _send(self, cycle: RequestResponseCycle, status: int, headers: Headers, body: bytes) -> None:
        pieces = [STATUS_LINE[status]]
        for name, value in (*self.server_state.default_headers, *headers):
            if name != b"content-length":
                pieces += (name, b": ", value, b"\r\n")
        if not cycle.keep_alive:
            pieces.append(b"connection: close\r\n")
        pieces += (b"content-length: %d\r\n\r\n" % len(body), body)
        cycle.response_started = cycle.response_complete = True
        self._corked.write_whole(b"".join(pieces))
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
