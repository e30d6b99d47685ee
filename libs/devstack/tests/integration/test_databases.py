"""One role a service, in its own database only."""

from pathlib import Path

import asyncpg
import pytest

from devstack.engines.process import EngineError
from devstack.stack.databases import create_databases, service_url
from devstack.stack.programs import SERVICES
from devstack.stack.secrets import load_secrets


async def test_a_service_cannot_log_in_to_anothers_database(postgres_url: str, tmp_path: Path) -> None:
    secrets = load_secrets(tmp_path)
    await create_databases(postgres_url, SERVICES, secrets)
    card, supply = (next(p for p in SERVICES if p.name == name) for name in ("card", "supply"))

    own = await asyncpg.connect(service_url(postgres_url, card, secrets))
    await own.execute("CREATE TABLE mine (n int)")
    assert await own.fetchval("SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user") is False
    await own.close()

    elsewhere = service_url(postgres_url, card, secrets).removesuffix(card.database) + supply.database
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="CONNECT"):
        await asyncpg.connect(elsewhere)

    wrong = dict(secrets, CARD_DATABASE_PASSWORD="guess")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(service_url(postgres_url, card, wrong))


async def test_done_again_it_sets_new_passwords_and_keeps_the_data(postgres_url: str, tmp_path: Path) -> None:
    first, second = load_secrets(tmp_path / "first"), load_secrets(tmp_path / "second")
    notify = next(p for p in SERVICES if p.name == "notify")
    await create_databases(postgres_url, [notify], first)
    connection = await asyncpg.connect(service_url(postgres_url, notify, first))
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    await connection.close()

    await create_databases(postgres_url, [notify], second)

    connection = await asyncpg.connect(service_url(postgres_url, notify, second))
    assert await connection.fetchval("SELECT count(*) FROM kept") == 0
    await connection.close()


async def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"PostgreSQL at 127\.0\.0\.1:1:") as caught:
        await create_databases("postgresql://postgres:hidden@127.0.0.1:1/postgres", SERVICES, load_secrets(tmp_path))
    assert "hidden" not in str(caught.value)
