"""TCP keep-alive and session limits of database connections.

Ends without a word, a host without power or a network that is cut: how the database and its clients notice them.

Left to itself a server notices such an end after two hours, and keeps what the process held until then: rows, claims
of Idempotency-Keys. A process that is frozen in a transaction would keep it for as long as it is frozen.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeAlias

import asyncpg

Creator: TypeAlias = Callable[[], Awaitable[asyncpg.Connection]]

# The longest work between two statements of a transaction is reading an import of 16 MB, a few seconds.
IDLE_IN_TRANSACTION = "120s"

# A peer that does not answer is given up within 40 seconds. Every connection asks for this.
SERVER_SETTINGS = {
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
    "tcp_user_timeout": "40000",  # milliseconds
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
}

# The other way round: a server that no longer answers, whose address another one may have taken over by now. Nothing
# else tells before a statement's time is up, and giving the statement up takes as long again.
GONE_SECONDS = 15
_KEEPALIVE = {"SO_KEEPALIVE": 1, "TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 2}


CONNECT_SECONDS = 5


class SqlConnection(Protocol):
    """What is asked of a connection of asyncpg, or of one that a pool lends."""

    async def execute(self, query: str, *args: object) -> str:
        """Run a statement; its command tag."""

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """All rows."""

    async def fetchrow(self, query: str, *args: object) -> asyncpg.Record | None:
        """The first row."""

    async def fetchval(self, query: str, *args: object) -> Any:
        """The first value of the first row."""


def options(name: str, **settings: str) -> dict[str, Any]:
    """What every connection is made with: `name` shows in the list of sessions, `settings` are the server's."""
    return {
        "connection_class": Connection,
        "timeout": CONNECT_SECONDS,
        "server_settings": {"application_name": name, **SERVER_SETTINGS, **settings},
    }


# Says which driver SQLAlchemy speaks; where to is the affair of `creator`.
DIALECT = "postgresql+asyncpg://"


def creator(database_url: str, name: str, command_timeout: float | None = None) -> Creator:
    """What makes SQLAlchemy's connections as all others are made: the driver itself reads the address.

    So its parameters are libpq's for everyone, TLS among them (`?sslmode=verify-full&sslrootcert=/path/of/ca.pem`);
    SQLAlchemy would hand `sslmode` to the driver under a name it does not know.
    """

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(database_url, command_timeout=command_timeout, **options(name))

    return connect


class Connection(asyncpg.Connection):
    """A TCP connection that is lost soon after the server's host is."""

    def __init__(self, protocol: Any, transport: asyncio.Transport, *others: Any) -> None:
        """Ask the system to watch the connection, where it can."""
        super().__init__(protocol, transport, *others)
        plug = transport.get_extra_info("socket")
        if plug is not None and plug.family in {socket.AF_INET, socket.AF_INET6}:
            for name, value in {**_KEEPALIVE, "TCP_USER_TIMEOUT": GONE_SECONDS * 1000}.items():
                level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
                if hasattr(socket, name):
                    plug.setsockopt(level, getattr(socket, name), value)
