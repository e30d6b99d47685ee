"""A process that ends or freezes without a word does not keep what it held."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from chassis import connections
from chassis.connections import SERVER_SETTINGS
from chassis.db import create_pool
from chassis.infrastructure_errors import is_infrastructure
from chassis.lane_connection import LaneConnection
from chassis.testing import eventually, running

from .conftest import MakeApp

SHOW = f"SELECT {', '.join(f'current_setting($${name}$$) AS {name}' for name in SERVER_SETTINGS)}"
HOLD = text("INSERT INTO suspended_subject (subject, reason) VALUES ('held', 'by a process that froze')")


async def test_every_connection_asks_the_server_to_notice(make_app: MakeApp) -> None:
    app = await make_app()
    async with running(app):
        runtime = app.state.runtime
        lane = LaneConnection(runtime.settings.database_url, "test-lane")
        async with runtime.sessions() as session:
            of_session = dict((await session.execute(text(SHOW))).one()._mapping)
        of_pool, of_lane = dict(await runtime.pool.fetchrow(SHOW)), dict((await lane.fetch(SHOW))[0])
        await lane.aclose()
    assert of_session == of_pool == of_lane
    assert of_session.pop("idle_in_transaction_session_timeout") == "2min"
    assert {name: SERVER_SETTINGS[name] for name in of_session} == of_session


async def test_a_transaction_left_open_by_a_frozen_process_is_ended(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SERVER_SETTINGS, "idle_in_transaction_session_timeout", "300ms")
    app = await make_app()
    async with running(app):
        sessions = app.state.runtime.sessions
        async with sessions() as frozen:
            await frozen.execute(HOLD)
            async with asyncio.timeout(5), sessions() as other, other.begin():
                await other.execute(HOLD)  # waits for the frozen one's row
            with pytest.raises(SQLAlchemyError) as caught:
                await frozen.commit()
            assert is_infrastructure(caught.value)  # its work is done anew


async def test_sessions_watch_their_connections_too(make_app: MakeApp) -> None:
    app = await make_app()
    async with running(app), app.state.runtime.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        assert isinstance(raw.driver_connection, connections.Connection)


class Plug:
    """A way to the database that can be pulled: what is sent arrives nowhere, and nobody says so."""

    def __init__(self, host: str, port: int) -> None:
        self._place, self._tasks, self.pulled = (host, port), list[asyncio.Task[None]](), False

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._place)
        self._tasks += [asyncio.create_task(self._carry(reader, back)), asyncio.create_task(self._carry(there, writer))]

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(4096):
            if self.pulled:
                await asyncio.Event().wait()  # reads no more: the sender's window closes
            sink.write(chunk)
            await sink.drain()

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()


async def test_a_server_that_is_gone_is_noticed_long_before_the_statement_has_run_out(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "GONE_SECONDS", 1)
    settings = (await make_app()).state.settings
    server = make_url(settings.database_url)
    plug = Plug(str(server.host), server.port or 5432)
    proxy = await asyncio.start_server(plug.connect, "127.0.0.1", 0)
    here = server.set(host="127.0.0.1", port=proxy.sockets[0].getsockname()[1])
    behind = settings.model_copy(update={"database_url": here.render_as_string(hide_password=False)})
    lane, pool = LaneConnection(behind.database_url, "test-lane"), await create_pool(behind, "test")
    much = b"x" * 20_000_000  # more than the plug's side takes in

    statement = "SELECT length($1::bytea)"
    ways: list[Callable[[], Awaitable[object]]] = [
        lambda: lane.fetch(statement, much),
        lambda: pool.fetch(statement, much),
    ]
    for way in ways:
        await way()
    plug.pulled = True
    async with asyncio.timeout(15):  # a statement has thirty seconds
        found = await asyncio.gather(*(way() for way in ways), return_exceptions=True)
    assert [isinstance(one, Exception) and is_infrastructure(one) for one in found] == [True] * 2
    pool.terminate()
    plug.close()
    proxy.close()


async def test_a_relay_whose_host_is_gone_does_not_lead_on(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    leaders: list[tuple[asyncpg.Connection, dict[str, str]]] = []
    connect = asyncpg.connect

    async def noted(*where: Any, **options: Any) -> asyncpg.Connection:
        connection: asyncpg.Connection = await connect(*where, **options)
        asked = options.get("server_settings", {})
        if asked.get("application_name", "").endswith("-relay"):
            leaders.append((connection, asked))
        return connection

    monkeypatch.setattr("chassis.relay.asyncpg.connect", noted)

    async def led() -> bool:
        return bool(leaders)

    async with running(await make_app()):
        await eventually(led)
    for connection, asked in leaders:
        assert isinstance(connection, connections.Connection)
        assert asked.items() >= SERVER_SETTINGS.items()
