"""A service's role: what it may not do, whatever is tried, and rights that follow what is stated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from chassis.grants import Grants, stated
from chassis.testing import SERVICE, MakeDatabase, as_owner, migrate
from chassis.testing_grants import check_grants

from ..probe_service import MIGRATIONS

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
async def url(make_database: MakeDatabase) -> str:
    return await make_database(MIGRATIONS)


@pytest.fixture
async def service(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (n int)",
        "CREATE TEMP TABLE more (n int)",
        "CREATE SCHEMA more",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE note",
        "ALTER TABLE note ADD COLUMN more int",
        "ALTER TABLE outbox DISABLE TRIGGER ALL",
        "ALTER TABLE outbox DETACH PARTITION outbox_rest",
        "TRUNCATE note",
        "UPDATE outbox SET type = 'other'",
        "DELETE FROM outbox",
        "UPDATE outbox_rest SET type = 'other'",
        "DELETE FROM outbox_rest",
        "INSERT INTO outbox_rest (event_id, type, topic, time, payload) VALUES (uuidv7(), 't', 't', now(), '')",
        "SELECT count(*) FROM outbox_rest",
        "SELECT * FROM alembic_version",
        "UPDATE alembic_version SET version_num = '0001'",
        "SET session_replication_role = replica",
        "SET ROLE unicard_test_owner",
        "SET ROLE postgres",
        "COPY note TO PROGRAM 'true'",
        "COPY note FROM '/etc/passwd'",
        "ALTER FUNCTION drop_outbox_partition(date) SECURITY INVOKER",
        "CREATE OR REPLACE FUNCTION drop_outbox_partition(day date) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "GRANT ALL ON outbox TO unicard_test",
        "ALTER DATABASE postgres SET search_path = more",
        "CREATE EVENT TRIGGER more ON ddl_command_start EXECUTE FUNCTION drop_outbox_partition()",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
async def test_the_role_is_refused(service: asyncpg.Connection, statement: str) -> None:
    if statement.startswith("GRANT"):  # only warns, and grants nothing
        await service.execute(statement)
        assert not await service.fetchval("SELECT has_table_privilege('outbox', 'UPDATE')")
        return
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute(statement)


@pytest.mark.parametrize("days", [-2, 8, 2000, -40000, None])
async def test_only_days_at_hand_get_a_partition(service: asyncpg.Connection, days: int | None) -> None:
    day = None if days is None else TODAY + timedelta(days=days)
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await service.execute("SELECT make_outbox_partition($1)", day)


@pytest.mark.parametrize("days", [-1, 0, 1, 2000, None])
async def test_days_at_hand_are_never_dropped(service: asyncpg.Connection, days: int | None) -> None:
    day = None if days is None else TODAY + timedelta(days=days)
    for function in ("drop_outbox_partition", "prune_outbox_rest"):
        if function.startswith("prune") and days == -1:
            continue  # what is before yesterday may go
        with pytest.raises(asyncpg.InvalidParameterValueError):
            await service.execute(f"SELECT {function}($1)", day)


async def test_a_partition_is_made_once_and_has_no_rights_of_its_own(service: asyncpg.Connection, url: str) -> None:
    day = TODAY + timedelta(days=7)
    assert await service.fetchval("SELECT make_outbox_partition($1)", day)
    assert not await service.fetchval("SELECT make_outbox_partition($1)", day)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute(f"UPDATE outbox_{day:%Y%m%d} SET type = 'other'")
    await check_grants_of_the_probe(url)


async def test_a_function_of_the_owner_is_not_led_astray_by_the_callers_search_path(url: str) -> None:
    connection = await asyncpg.connect(url, server_settings={"search_path": "pg_catalog"})
    try:
        assert not await connection.fetchval("SELECT public.drop_outbox_partition($1)", TODAY - timedelta(days=3000))
    finally:
        await connection.close()


async def test_rights_given_by_hand_are_taken_back_and_missing_ones_given(make_database: MakeDatabase) -> None:
    url = await make_database(MIGRATIONS)
    owner = await asyncpg.connect(as_owner(url))
    try:
        await owner.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {SERVICE}")
        await owner.execute(f"GRANT UPDATE (type) ON outbox TO {SERVICE}; REVOKE SELECT ON note FROM {SERVICE}")
        await owner.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {SERVICE}")
        await owner.execute("CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    finally:
        await owner.close()
    await migrate(url, MIGRATIONS)
    await check_grants_of_the_probe(url)


async def test_a_table_that_no_package_names_is_found(make_database: MakeDatabase) -> None:
    url = await make_database(MIGRATIONS)
    owner = await asyncpg.connect(as_owner(url))
    try:
        await owner.execute(f"CREATE TABLE forgotten (n int); GRANT SELECT ON forgotten TO {SERVICE}")
    finally:
        await owner.close()
    with pytest.raises(AssertionError, match="forgotten: no package"):
        await check_grants_of_the_probe(url)
    await migrate(url, MIGRATIONS)
    with pytest.raises(AssertionError, match="note: no package"):
        await check_grants(url)


async def check_grants_of_the_probe(url: str) -> None:
    await check_grants(url, own_tables=("note", "seen"))


def test_append_only_tables_are_tables() -> None:
    grants = stated()
    assert grants.append_only <= grants.tables
    assert grants.rights("outbox", "p", partition=False) == {"SELECT", "INSERT"}
    assert grants.rights("outbox", "p", partition=True) == set()
    assert Grants(frozenset({"t"}), kept=frozenset({"t"})).rights("t", "r", partition=False) == {
        "SELECT", "INSERT", "UPDATE",
    }  # fmt: skip
