"""A process that is killed again and again while it queues a campaign leaves each citizen with one message."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
import pytest

from chassis.testing import eventually

from ..campaigning import approved, know_many
from .test_live import process

if TYPE_CHECKING:
    from notify_service.settings import Settings

    from ..conftest import LocalAggregator

CITIZENS = 30_000
QUEUED = "SELECT count(*) FROM message WHERE campaign_id IS NOT NULL"


@pytest.mark.slow
async def test_killed_while_it_queues_it_goes_on_where_it_was(
    make_settings: Callable[..., Awaitable[Settings]], aggregator: LocalAggregator
) -> None:
    settings = await make_settings()
    database = await asyncpg.connect(settings.database_url)
    try:
        await know_many(database, settings.vault(), CITIZENS, "03")
        await approved(database, datetime.now(UTC), rate=1)

        async def queued(at_least: int) -> bool:
            return bool(await database.fetchval(QUEUED) >= at_least)

        for stop_at in (1, CITIZENS // 3, CITIZENS // 2):
            before = await database.fetchval(QUEUED)
            async with process(settings) as service:
                await eventually(partial(queued, max(stop_at, before + 1)), seconds=60)
                service.send_signal(signal.SIGKILL)
            assert await database.fetchval(QUEUED) < CITIZENS
        async with process(settings):

            async def running() -> bool:
                return bool(await database.fetchval("SELECT state = 'running' FROM campaign"))

            await eventually(running, seconds=120)
        assert await database.fetchval(QUEUED) == CITIZENS
        assert await database.fetchval("SELECT count(DISTINCT citizen_id) FROM message") == CITIZENS
        assert len(aggregator.messages) <= 100
    finally:
        await database.close()
