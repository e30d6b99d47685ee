"""A process that ends or freezes without a word does not keep what it held."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from chassis.faults import is_infrastructure
from chassis.lane import Lane
from chassis.peers import SERVER_SETTINGS
from chassis.testing import running

from .conftest import MakeApp

SHOW = f"SELECT {', '.join(f'current_setting($${name}$$) AS {name}' for name in SERVER_SETTINGS)}"
HOLD = text("INSERT INTO suspended_subject (subject, reason) VALUES ('held', 'by a process that froze')")


async def test_every_connection_asks_the_server_to_notice(make_app: MakeApp) -> None:
    app = await make_app()
    async with running(app):
        runtime = app.state.runtime
        lane = Lane(runtime.settings.database_url, "test-lane")
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
