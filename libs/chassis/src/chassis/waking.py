"""UDP datagrams that wake a process: sent after a commit, one lets the relay of another process look at once.

They carry nothing and promise nothing: what is lost on the way, the relay finds when it polls.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from chassis.logging import get_logger

log = get_logger(__name__)

LOOKUP_SECONDS = 5.0
_RING = b"!"


class Waker:
    """The sending end. It knows by its name whom to wake."""

    def __init__(self, address: str) -> None:
        """`address`: host:port; nobody is woken before `look_up` has found the host."""
        self._host, _, port = address.rpartition(":")
        self._port = int(port)
        self._found: tuple[tuple[object, ...], ...] = ()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def wake(self) -> None:
        """Let whoever listens look at once. Costs one system call for each, and never waits."""
        for address in self._found:
            try:
                self._socket.sendto(_RING, address)
            except OSError as error:  # nobody is there or listens: they poll
                log.debug("nobody woken", error=type(error).__name__)

    async def look_up(self) -> None:
        """Find the host again: a process that comes back may have another address. Raises OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._host, self._port, family=socket.AF_INET, type=socket.SOCK_DGRAM)
        self._found = tuple(address for *_, address in found)


class _Bell(asyncio.DatagramProtocol):
    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._wake()


@asynccontextmanager
async def woken(host: str, address: str | None, wake: Callable[[], None]) -> AsyncIterator[None]:
    """Call `wake` for each datagram that comes to `host` on the port of `address`; without one, for none."""
    if address is None:
        yield
        return
    port = int(address.rpartition(":")[2])
    try:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Bell(wake), local_addr=(host, port))
    except OSError as error:  # another process has the port
        log.warning("not woken by other processes, only polling", port=port, error=type(error).__name__)
        yield
        return
    try:
        yield
    finally:
        transport.close()
