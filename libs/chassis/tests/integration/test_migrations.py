"""Several processes may migrate one database at once."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from chassis import migrations
from chassis.testing import MakeDatabase, as_owner, migrate

from ..probe_service import MIGRATIONS


async def test_second_process_waits_however_long_the_first_takes(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "100ms")
    url = await make_database(MIGRATIONS)
    first = await asyncpg.connect(as_owner(url))
    async with first.transaction():
        await first.execute(migrations._ADVISORY_LOCK)
        second = asyncio.create_task(migrate(url, MIGRATIONS))
        done, _ = await asyncio.wait([second], timeout=3)
        assert not done, second.exception()
    await second
    await first.close()
