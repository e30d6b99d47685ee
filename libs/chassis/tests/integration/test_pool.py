"""Nobody waits for a connection for ever."""

from __future__ import annotations

import asyncio
import time

import pytest

from chassis import db
from chassis.testing import running

from .conftest import MakeApp


async def test_raw_connection_that_is_not_free_is_given_up(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "WAIT_SECONDS", 0.5)
    app = await make_app(hot_pool_size=1)
    async with running(app):
        pool = app.state.runtime.pool
        async with pool.acquire():
            began = time.monotonic()
            waiting = [asyncio.create_task(pool.fetch("SELECT 1")) for _ in range(60)]
            done, still = await asyncio.wait(waiting, timeout=20)
            assert time.monotonic() - began < 15  # one after the other they would wait for thirty seconds
            assert not still
            assert {type(task.exception()) for task in done} == {TimeoutError}
        assert await pool.fetchval("SELECT 1") == 1
