"""A small HTTP/1.1 client for one host: kept-alive connections, one request at a time on each.

The load of a fleet runs on the same machine as the system under load; this client costs a fraction of a
general one per request. Redirects and proxies are not its business: it speaks to the gateway only.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httptools
import orjson

Headers = tuple[tuple[str, str], ...]


class NotReached(ConnectionError):
    """No answer came: refused, cut off or too late. Whether the request was carried out is unknown."""


@dataclass(slots=True)
class Answer:
    """A complete answer; header names are in lower case."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)


class _Connection(asyncio.Protocol):
    """One connection; `ask` may be called again once the previous answer is complete."""

    def __init__(self) -> None:
        self.closed = False
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._answer = Answer(0)
        self._chunks: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream protocol is given a Transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._fail("the connection was closed")

    def data_received(self, data: bytes) -> None:
        if self._parser is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"not an HTTP answer: {error}")
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._answer.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        parser, waiting = self._parser, self._waiting
        if parser is None:
            return
        self._answer.status = parser.get_status_code()
        self._answer.body = b"".join(self._chunks)
        if not parser.should_keep_alive():
            self.close()
        self._parser = self._waiting = None
        if waiting is not None and not waiting.done():
            waiting.set_result(self._answer)

    async def ask(self, request: bytes, timeout_s: float) -> Answer:
        loop = asyncio.get_running_loop()
        if self._transport is None or self.closed:
            raise NotReached("the connection was closed")
        self._answer, self._chunks = Answer(0), []
        self._parser = httptools.HttpResponseParser(self)
        waiting: asyncio.Future[Answer] = loop.create_future()
        self._waiting = waiting
        timer = loop.call_later(timeout_s, self._late, timeout_s)
        try:
            self._transport.write(request)
            return await waiting
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            timer.cancel()

    def _late(self, timeout_s: float) -> None:
        self._fail(f"no answer within {timeout_s:g} s")
        self.close()

    def _fail(self, why: str) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(NotReached(why))

    def close(self) -> None:
        self.closed = True
        if self._transport is not None:
            self._transport.close()


class Wire:
    """Connections to one base URL, at most `limit` at once, for any number of callers in one event loop."""

    def __init__(self, base_url: str, *, limit: int = 64, timeout_s: float = 30.0) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or parts.hostname is None:
            raise ValueError(f"not an http:// or https:// address: {base_url}")
        self.base_url = base_url.rstrip("/")
        self.timeout_s = timeout_s
        # the authorities the system knows, or those of SSL_CERT_FILE
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._host, self._port = parts.hostname, parts.port or (443 if self._tls else 80)
        self._head = f"host: {parts.netloc}\r\n"
        self._idle: deque[_Connection] = deque()
        self._gate = asyncio.Semaphore(limit)

    async def request(
        self, method: str, path: str, headers: Headers = (), body: bytes = b"", timeout_s: float | None = None
    ) -> Answer:
        """Send one request and wait for its whole answer; `NotReached` when none came."""
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{lines}content-length: {len(body)}\r\n\r\n"
        async with self._gate:
            connection = await self._connection()
            answer = await connection.ask(head.encode() + body, timeout_s or self.timeout_s)
            if not connection.closed:
                self._idle.append(connection)
            return answer

    async def _connection(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        loop = asyncio.get_running_loop()
        try:
            _, made = await loop.create_connection(_Connection, self._host, self._port, ssl=self._tls)
        except OSError as error:
            raise NotReached(f"{self.base_url} does not answer: {error}") from error
        return made

    def close(self) -> None:
        """Close every idle connection."""
        while self._idle:
            self._idle.pop().close()

    async def aclose(self) -> None:
        """Close every idle connection and let the loop see it."""
        self.close()
        await asyncio.sleep(0)
