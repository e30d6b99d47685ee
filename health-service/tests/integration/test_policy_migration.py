"""The table of policies becomes the library's, and what stands in it stays."""

from __future__ import annotations

import asyncpg

from chassis.ids import new_id
from chassis.testing import migrate, migrated_database
from health_service import MIGRATIONS

ROW = (
    "INSERT INTO policy (key, scope, value, effective_from, legal_reference, source, confidence, entered_by,"
    " approved_by) VALUES ('k', $1, '7', '2026-01-01', 'law', 'gazette', 'sourced', 'a', 'b')"
)


async def test_rows_of_the_release_before_are_kept_and_it_can_go_on_entering_them(postgres_url: str) -> None:
    url = await migrated_database(postgres_url, f"test_{new_id().hex}", MIGRATIONS, "0002")
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(ROW, "")
        await migrate(url, MIGRATIONS)
        await connection.execute(ROW, "place=03")
        rows = await connection.fetch("SELECT policy_id, scope, value FROM policy ORDER BY scope")
        assert [(row["scope"], row["value"]) for row in rows] == [("", "7"), ("place=03", "7")]
        assert len({row["policy_id"] for row in rows}) == 2
        assert await connection.fetchval("SELECT version FROM policy_version") == 1
    finally:
        await connection.close()
