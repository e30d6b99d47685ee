"""`python -m chassis.serve PACKAGE --host H --port N`: a service under uvicorn, as it runs everywhere."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_CORKED = 64 * 1024
GRACEFUL_SECONDS = 10


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

    def __getattr__(self, name: str) -> Any:
        """Everything else is the connection's own."""
        return getattr(self._transport, name)


class CorkedHttp(HttpToolsProtocol):
    """uvicorn's HTTP over a corked transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connected."""
        super().connection_made(CorkedTransport(transport, self.loop))  # type: ignore[arg-type]


def main() -> None:
    """Serve until told to stop; requests at hand are finished first."""
    parser = argparse.ArgumentParser(prog="python -m chassis.serve", description=__doc__)
    parser.add_argument("package", help="the service's package, e.g. supply_service")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    uvicorn.run(
        f"{given.package}.main:create_app",
        factory=True,
        host=given.host,
        port=given.port,
        loop="uvloop",
        http=CorkedHttp,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )


if __name__ == "__main__":
    main()
