"""One database for each service, with an owner and a role the service runs as, and nobody in another's."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from devstack.engines.process import EngineError
from devstack.stack.programs import Program
from devstack.stack.tool import run_tool

if TYPE_CHECKING:
    import asyncpg

LOCK_TIMEOUT = "5s"
# Tables, and the database itself.
_OWNS = """
    SELECT EXISTS (SELECT FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = $1)
        OR EXISTS (
            SELECT FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
            WHERE r.rolname = $1 AND d.datname = current_database()
        )
"""
_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
"""


def service_url(server_url: str, program: Program, secrets: Mapping[str, str]) -> str:
    """Address of a service's database with the role it runs as, on the server of `server_url`."""
    return _url(server_url, program, program.database, secrets[program.password_name])


def owner_url(server_url: str, program: Program, secrets: Mapping[str, str]) -> str:
    """Address of a service's database with the role that owns it: for migrations only."""
    return _url(server_url, program, program.owner, secrets[program.owner_password_name])


def _url(server_url: str, program: Program, role: str, password: str) -> str:
    parts = urlsplit(server_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        (parts.scheme, f"{role}:{quote(password, safe='')}@{place}", f"/{program.database}", parts.query, "")
    )


async def create_databases(server_url: str, programs: Iterable[Program], secrets: Mapping[str, str]) -> None:
    """Create roles and databases where missing, set the passwords, and close each to everyone else.

    Each database has an owner, which runs its migrations, and a role the service runs as. What the latter owns, in an
    installation of before there were two, is handed over to the owner; done again it changes nothing.

    The address must be a superuser's or that of a role with CREATEDB and CREATEROLE.
    """
    for program in programs:
        async with _connected(server_url) as connection:
            await _create(connection, program, secrets)
        async with _connected(urlunsplit(urlsplit(server_url)._replace(path=f"/{program.database}"))) as connection:
            await _hand_over(connection, program)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    import asyncpg

    try:
        connection = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError) as error:
        raise EngineError(f"PostgreSQL at {_without_password(url)}: {error}") from error
    try:
        yield connection
    finally:
        await connection.close()


async def _create(connection: asyncpg.Connection, program: Program, secrets: Mapping[str, str]) -> None:
    """Make both roles and the database, and let nobody else in."""
    passwords = {
        program.owner: secrets[program.owner_password_name],
        program.database: secrets[program.password_name],
    }
    superuser = await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    for role, password in passwords.items():
        exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
        options = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE" if superuser or not exists else "LOGIN"
        verb = "ALTER" if exists else "CREATE"
        await _execute(connection, f"{verb} ROLE %I {options} PASSWORD %L", role, password)
        if not superuser:  # who is none hands over only what it could take itself
            await _execute(connection, "GRANT %I TO CURRENT_USER WITH INHERIT TRUE, SET TRUE", role)
    name = program.database
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await _execute(connection, "CREATE DATABASE %I OWNER %I", name, program.owner)
    await _execute(connection, "REVOKE ALL ON DATABASE %I FROM PUBLIC", name)


async def _hand_over(connection: asyncpg.Connection, program: Program) -> None:
    """Give the owner what the service's role owns in its database, and let that role in.

    A version of the service that still runs goes on: the role keeps the use of its tables until the migrations that
    come next make its rights what is stated.
    """
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        if await connection.fetchval(_OWNS, program.database):
            await _execute(connection, "REASSIGN OWNED BY %I TO %I", program.database, program.owner)
            for table in await connection.fetch(_TABLES):
                await _execute(
                    connection, "GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I", table["relname"], program.database
                )
        await _execute(connection, "REVOKE ALL ON DATABASE %I FROM %I", program.database, program.database)
        await _execute(connection, "GRANT CONNECT ON DATABASE %I TO %I", program.database, program.database)
        await _execute(connection, "REVOKE CREATE ON SCHEMA public FROM %I", program.database)
        await _execute(
            connection, "ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC", program.owner
        )


async def _execute(connection: asyncpg.Connection, statement: str, *names: str) -> None:
    """Run a statement that takes no parameters, its names and literals quoted by the server."""
    slots = ", ".join(f"${number}::text" for number in range(2, len(names) + 2))
    await connection.execute(await connection.fetchval(f"SELECT format($1, {slots})", statement, *names))


async def migrate(server_url: str, programs: Iterable[Program], secrets: Mapping[str, str]) -> None:
    """Bring the services' databases to their newest revision; `EngineError` with what the migration said."""
    given = [
        {
            "package": program.package,
            "owner_url": owner_url(server_url, program, secrets),
            "database_url": service_url(server_url, program, secrets),
        }
        for program in programs
    ]
    await run_tool(
        "a database could not be migrated",
        ["-m", "devstack.stack.migrations"],
        os.environ,
        json.dumps(given).encode(),
    )


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 5432}"
