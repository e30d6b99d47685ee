"""One database and one role for each service, and nobody in another's."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from devstack.engines.process import EngineError
from devstack.stack.programs import Program
from devstack.stack.tool import run_tool

if TYPE_CHECKING:
    import asyncpg


def service_url(server_url: str, program: Program, secrets: Mapping[str, str]) -> str:
    """Address of a service's database with its own role, on the server of `server_url`."""
    parts = urlsplit(server_url)
    place = parts.netloc.rpartition("@")[2]
    login = f"{program.database}:{quote(secrets[program.password_name], safe='')}"
    return urlunsplit((parts.scheme, f"{login}@{place}", f"/{program.database}", parts.query, ""))


async def create_databases(server_url: str, programs: Iterable[Program], secrets: Mapping[str, str]) -> None:
    """Create roles and databases where missing, set the passwords, and close each to everyone else.

    The address must be a superuser's or that of a role with CREATEDB and CREATEROLE.
    """
    import asyncpg

    try:
        connection = await asyncpg.connect(server_url)
    except (OSError, asyncpg.PostgresError) as error:
        raise EngineError(f"PostgreSQL at {_without_password(server_url)}: {error}") from error
    try:
        for program in programs:
            await _create(connection, program.database, secrets[program.password_name])
    finally:
        await connection.close()


async def _create(connection: asyncpg.Connection, name: str, password: str) -> None:
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name)
    verb = "ALTER" if exists else "CREATE"
    role = f"{verb} ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD %L"
    await _execute(connection, role, name, password)
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await _execute(connection, "CREATE DATABASE %I OWNER %I", name, name)
    await _execute(connection, "REVOKE ALL ON DATABASE %I FROM PUBLIC", name)


async def _execute(connection: asyncpg.Connection, statement: str, *names: str) -> None:
    """Run a statement that takes no parameters, its names and literals quoted by the server."""
    slots = ", ".join(f"${number}::text" for number in range(2, len(names) + 2))
    await connection.execute(await connection.fetchval(f"SELECT format($1, {slots})", statement, *names))


async def migrate(urls: Mapping[str, str]) -> None:
    """Bring databases, by package, to their newest revision; `EngineError` with what the migration said."""
    await run_tool(
        "a database could not be migrated",
        ["-m", "devstack.stack.migrations"],
        os.environ,
        json.dumps(list(urls.items())).encode(),
    )


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 5432}"
