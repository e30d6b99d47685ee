"""Two roles a service, in its own database only: the owner of its tables, and the one it runs as."""

import asyncio
import os
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from devstack.engines.postgres import PostgresEngine, binaries
from devstack.engines.process import EngineError
from devstack.stack.databases import create_databases, migrate, owner_url, service_url
from devstack.stack.programs import SERVICES, Program
from devstack.stack.secrets import load_secrets

ROOT = Path(__file__).parents[4]
CARD, SUPPLY, NOTIFY = (next(p for p in SERVICES if p.name == name) for name in ("card", "supply", "notify"))

Step = Callable[[str, list[Program], Mapping[str, str]], Awaitable[None]]


@pytest.fixture(scope="module")
def server(postgres_engine_factory: Callable[..., PostgresEngine]) -> str:
    """A server of its own: roles belong to a whole server."""
    return postgres_engine_factory().url()


async def _script(server_url: str, programs: list[Program], secrets: Mapping[str, str]) -> None:
    """The same step as compose does it."""
    parts = urlsplit(server_url)
    environment = {
        "PATH": f"{binaries()}:{os.environ['PATH']}",
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        **{name: secrets[name] for p in programs for name in (p.password_name, p.owner_password_name)},
    }
    script = ["bash", str(ROOT / "deploy" / "postgres" / "databases.sh"), *(program.name for program in programs)]
    done = await asyncio.to_thread(subprocess.run, script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=[create_databases, _script], ids=["launcher", "compose"])
def step(request: pytest.FixtureRequest) -> Step:
    """What makes databases and roles, in both ways of running."""
    found: Step = request.param
    return found


@pytest.fixture
async def old(server: str, tmp_path: Path) -> dict[str, str]:
    """Secrets of an installation of before owners: the service's role owns its database and what is in it."""
    secrets = load_secrets(tmp_path)
    connection = await asyncpg.connect(server)
    for name in (SUPPLY.database, NOTIFY.database):
        await connection.execute(f"DROP DATABASE IF EXISTS {name}")
    role = NOTIFY.database
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f"CREATE ROLE {role}")
    await connection.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{secrets[NOTIFY.password_name]}'")
    await connection.execute(f"CREATE DATABASE {role} OWNER {role}")
    await connection.execute(f"REVOKE ALL ON DATABASE {role} FROM PUBLIC")
    await connection.close()
    before = await asyncpg.connect(service_url(server, NOTIFY, secrets))
    await before.execute(
        "CREATE TABLE kept (n int GENERATED ALWAYS AS IDENTITY, word text) PARTITION BY RANGE (n);"
        "CREATE TABLE kept_rest PARTITION OF kept DEFAULT; CREATE VIEW words AS SELECT word FROM kept;"
        "CREATE TYPE pair AS (a int, b int); INSERT INTO kept (word) VALUES ('before')"
    )
    await before.close()
    return secrets


async def test_neither_role_of_a_service_gets_into_anothers_database(server: str, tmp_path: Path, step: Step) -> None:
    secrets = load_secrets(tmp_path)
    await step(server, [CARD, SUPPLY], secrets)
    for url in (service_url, owner_url):
        own = await asyncpg.connect(url(server, CARD, secrets))
        rights = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        assert await own.fetchval(rights) is False
        await own.close()
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="CONNECT"):
            await asyncpg.connect(url(server, CARD, secrets).removesuffix(CARD.database) + SUPPLY.database)
        wrong = dict(secrets, CARD_DATABASE_PASSWORD="guess", CARD_DATABASE_OWNER_PASSWORD="guess")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url(server, CARD, wrong))
    assert secrets[CARD.password_name] != secrets[CARD.owner_password_name]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            owner_url(server, CARD, {**secrets, CARD.owner_password_name: secrets[CARD.password_name]})
        )


async def test_the_role_of_a_service_makes_nothing(server: str, tmp_path: Path, step: Step) -> None:
    secrets = load_secrets(tmp_path)
    await step(server, [CARD], secrets)
    own = await asyncpg.connect(service_url(server, CARD, secrets))
    for what in ("TABLE more (n int)", "TEMP TABLE more (n int)", "SCHEMA more", "DATABASE more", "ROLE more"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await own.execute(f"CREATE {what}")
    await own.close()


async def test_what_a_services_role_owned_is_the_owners_and_its_version_goes_on(
    server: str, old: dict[str, str], step: Step
) -> None:
    running = await asyncpg.connect(service_url(server, NOTIFY, old))
    for _ in range(2):  # the second time changes nothing
        await step(server, [NOTIFY], old)
        await running.execute("INSERT INTO kept (word) VALUES ('during'); UPDATE kept SET word = word")
        assert await running.fetchval("SELECT count(*) FROM words WHERE word = 'before'") == 1
        assert await running.fetchval("SELECT ROW(1, 2)::pair") == (1, 2)
        owners = await running.fetch("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert [row["tableowner"] for row in owners] == [NOTIFY.owner]
        for statement in ("DROP TABLE kept", "TRUNCATE kept", "CREATE TABLE more (n int)", "DELETE FROM kept_rest"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await running.execute(statement)
    await running.close()
    owner = await asyncpg.connect(owner_url(server, NOTIFY, old))
    await owner.execute("ALTER TABLE kept ADD COLUMN more int; DROP TABLE kept CASCADE; DROP TYPE pair")
    await owner.close()


async def test_migrations_run_as_the_owner(server: str, tmp_path: Path, step: Step) -> None:
    secrets = load_secrets(tmp_path)
    await step(server, [SUPPLY], secrets)
    await migrate(server, [SUPPLY], secrets)
    own = await asyncpg.connect(service_url(server, SUPPLY, secrets))
    assert await own.fetchval("SELECT count(*) FROM redemption") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await own.execute("DELETE FROM redemption")
    await own.close()


async def test_done_again_it_sets_new_passwords_and_keeps_the_data(server: str, tmp_path: Path, step: Step) -> None:
    first, second = load_secrets(tmp_path / "first"), load_secrets(tmp_path / "second")
    await step(server, [CARD], first)
    connection = await asyncpg.connect(owner_url(server, CARD, first))
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    await connection.close()
    await step(server, [CARD], second)
    connection = await asyncpg.connect(owner_url(server, CARD, second))
    assert await connection.fetchval("SELECT count(*) FROM kept") == 0
    await connection.close()
    await (await asyncpg.connect(service_url(server, CARD, second))).close()


async def test_an_administrator_who_is_no_superuser_can_do_it(server: str, tmp_path: Path) -> None:
    secrets = load_secrets(tmp_path)
    connection = await asyncpg.connect(server)
    await connection.execute("CREATE ROLE administrator LOGIN CREATEDB CREATEROLE PASSWORD 'admin'")
    await connection.close()
    place = server.rpartition("@")[2]
    health = next(program for program in SERVICES if program.name == "health")
    for _ in range(2):
        await create_databases(f"postgresql://administrator:admin@{place}", [health], secrets)
    await migrate(server, [health], secrets)
    await (await asyncpg.connect(service_url(server, health, secrets))).close()


async def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"PostgreSQL at 127\.0\.0\.1:1:") as caught:
        await create_databases("postgresql://postgres:hidden@127.0.0.1:1/postgres", SERVICES, load_secrets(tmp_path))
    assert "hidden" not in str(caught.value)
