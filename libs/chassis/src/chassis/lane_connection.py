"""Database connection of a lane: prepared statements and a planner that reaches every row through its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from chassis.connections import options

COMMAND_SECONDS = 30
_OUTDATED = (asyncpg.InvalidCachedStatementError, asyncpg.InternalClientError, asyncpg.InterfaceError)

# Plans must not depend on how full the tables were when they were made.
PLANNER: Mapping[str, str] = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}


class LaneConnection:
    """One connection for the statements of a group commit, made anew when it or what was prepared on it breaks."""

    def __init__(self, database_url: str, name: str, command_seconds: float = COMMAND_SECONDS) -> None:
        """Nothing is connected before the first statement; `name` shows in the server's list of sessions."""
        self._url = database_url
        self._name = name
        self._command_seconds = command_seconds
        self._connection: asyncpg.Connection | None = None
        self._prepared: dict[str, PreparedStatement] = {}

    async def prepare(self, statements: Iterable[str]) -> None:
        """Connect and prepare what every batch needs, before the first one waits for it."""
        await self._connect()
        for statement in statements:
            await self._statement(statement)
        # Preparing alone leaves the server in a transaction with locks, which the relay and the upkeep would wait for.
        await cast("asyncpg.Connection", self._connection).execute("SELECT 1")

    async def fetch(self, statement: str, *parameters: object) -> list[asyncpg.Record]:
        """Run a statement, preparing it the first time. Raises asyncpg's errors and OSError."""
        if self._connection is None or self._connection.is_closed():
            await self._connect()
        try:
            return await (await self._statement(statement)).fetch(*parameters)
        except _OUTDATED:  # a migration has changed what it gives: prepared as it is, it would fail for ever
            cast("asyncpg.Connection", self._connection).terminate()
            raise

    async def _statement(self, statement: str) -> PreparedStatement:
        prepared = self._prepared.get(statement)
        if prepared is None:
            connection = cast("asyncpg.Connection", self._connection)
            prepared = self._prepared[statement] = await connection.prepare(statement)
        return prepared

    async def _connect(self) -> None:
        self._prepared.clear()
        self._connection = await asyncpg.connect(
            self._url,
            command_timeout=self._command_seconds,
            **options(self._name, **PLANNER),
        )

    async def aclose(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close(timeout=2)
