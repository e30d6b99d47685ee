"""A lane goes on when what was prepared on its connection no longer fits."""

from __future__ import annotations

import asyncpg
import pytest

from chassis.lane_connection import LaneConnection
from chassis.testing import MakeDatabase, as_owner

from ..probe_service import MIGRATIONS


@pytest.mark.parametrize("statement", ["SELECT * FROM note", "SELECT ARRAY(SELECT n FROM note n) AS notes"])
async def test_statement_is_prepared_anew_after_a_migration(make_database: MakeDatabase, statement: str) -> None:
    url = await make_database(MIGRATIONS)
    migration, lane = await asyncpg.connect(as_owner(url)), LaneConnection(url, "test-lane")
    await migration.execute("INSERT INTO note (id, text) VALUES (gen_random_uuid(), 'kept')")
    await lane.prepare([statement])
    assert len(await lane.fetch(statement)) == 1
    await migration.execute("ALTER TABLE note ADD COLUMN more integer")
    with pytest.raises((asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)):
        await lane.fetch(statement)
    for _ in range(2):
        assert len(await lane.fetch(statement)) == 1
    await lane.aclose()
    await migration.close()
