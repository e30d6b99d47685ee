"""Fixtures every service's tests share: migrated databases, a token issuer, a running app.

The servers themselves (`postgres_url`, `kafka_bootstrap`) come from the development stack's plugin.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest
import uvicorn
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey
from prometheus_client import REGISTRY

from chassis import serve
from chassis.area import NATION
from chassis.auth import TOKEN_TYPE
from chassis.connections import SqlConnection
from chassis.ids import new_id
from chassis.migrations import run_migrations
from chassis.principal import AAL2

T = TypeVar("T")
MakeDatabase = Callable[[Path], Awaitable[str]]


class TestIssuer:
    """Signs tokens the way the gateway does, with a key of its own."""

    __test__ = False

    def __init__(self) -> None:
        """Make a key."""
        self.key = OKPKey.generate_key("Ed25519", parameters={"kid": "test", "use": "sig", "alg": "EdDSA"})

    @property
    def jwks(self) -> str:
        """The public keys, for the setting `jwks`."""
        return orjson.dumps({"keys": [self.key.as_dict(private=False)]}).decode()

    def token(
        self,
        subject: str = "ministry",
        scopes: str = "",
        *,
        kind: str = "client",
        governorate: str | None = NATION,
        outlet_id: UUID | None = None,
        site_id: UUID | None = None,
        provider_id: UUID | None = None,
        authority: str | None = None,
        ttl: int = 600,
        **overrides: object,
    ) -> str:
        """A signed token; `overrides` replace claims, to forge bad ones. The nation is `governorate="*"`."""
        now = int(time.time())
        claims = {
            "iss": "unicard",
            "aud": "unicard-api",
            "sub": subject,
            "iat": now,
            "exp": now + ttl,
            "jti": str(new_id()),
            "scope": scopes,
            "kind": kind,
            "gov": governorate,
            "outlet": str(outlet_id) if outlet_id else None,
            "site": str(site_id) if site_id else None,
            "provider": str(provider_id) if provider_id else None,
            "org": authority,
        }
        claims = {name: value for name, value in (claims | overrides).items() if value is not None}
        return jwt.encode({"alg": "EdDSA", "kid": "test", "typ": TOKEN_TYPE}, claims, self.key, algorithms=["EdDSA"])

    def person(self, scopes: str = "", *, person_id: UUID | None = None, **claims: Any) -> dict[str, str]:
        """Headers of a person who has just signed in with two factors at the console."""
        signed_in = {"acr": AAL2, "auth_time": int(time.time()), "sid": str(new_id()), "client_id": "console"}
        return self.headers(f"person:{person_id or new_id()}", scopes, kind="person", **{**signed_in, **claims})

    def headers(self, subject: str = "ministry", scopes: str = "", **claims: Any) -> dict[str, str]:
        """An Authorization header, with a fresh Idempotency-Key beside it."""
        token = self.token(subject, scopes, **claims)
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}


@pytest.fixture(scope="session")
def issuer() -> TestIssuer:
    """The test's own token issuer."""
    return TestIssuer()


# Trusts nobody, for clients of servers without TLS: the usual context reads a hundred authorities, each time anew.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

# Every test's service runs as it does everywhere: under a role that does not own its tables.
OWNER, SERVICE = "unicard_test_owner", "unicard_test"
_PASSWORD = "test"  # noqa: S105 - of roles on the tests' own server


@pytest.fixture(scope="session")
def make_database(postgres_url: str) -> MakeDatabase:
    """A factory of fresh, migrated databases; migrations run once per service, then the result is copied.

    The address is that of the service's role; `as_owner` makes it the owner's.
    """
    templates: dict[Path, str] = {}
    lock = asyncio.Lock()

    async def make(migrations: Path) -> str:
        async with lock:
            if migrations not in templates:
                template = f"template_{len(templates)}_{new_id().hex[-8:]}"
                await migrated_database(postgres_url, template, migrations)
                templates[migrations] = template
            return await empty_database(postgres_url, f"test_{new_id().hex}", templates[migrations])

    return make


async def migrated_database(server_url: str, name: str, migrations: Path, revision: str = "head") -> str:
    """Make a database on a server and migrate it; the address by the service's role."""
    url = await empty_database(server_url, name)
    await migrate(url, migrations, revision)
    return url


async def migrate(url: str, migrations: Path, revision: str = "head") -> None:
    """Bring a test's database to a revision, as its owner."""
    await asyncio.to_thread(run_migrations, as_owner(url), migrations, revision, role=SERVICE)


async def empty_database(server_url: str, name: str, template: str = "template1") -> str:
    """Make a database as the owner's, open to the service's role, and give the latter's address of it."""
    connection = await asyncpg.connect(server_url)
    try:
        for role in (OWNER, SERVICE):
            with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):  # of another worker's making
                await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{_PASSWORD}'")
        await connection.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template}")
        await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        await connection.execute(f"GRANT CONNECT ON DATABASE {name} TO {SERVICE}")
    finally:
        await connection.close()
    return _as(SERVICE, database_url(server_url, name))


def as_owner(url: str) -> str:
    """The address of a test's database by the role that owns it, for what a service must not do."""
    return _as(OWNER, url)


def _as(role: str, url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}:{_PASSWORD}@{parts.netloc.rpartition('@')[2]}"))


def database_url(server_url: str, name: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


async def execute_as_owner(url: str, *statements: str) -> None:
    """Run statements in a test's database by the role that owns its tables."""
    async with connected_as_owner(url) as connection:
        for statement in statements:
            await connection.execute(statement)


@asynccontextmanager
async def connected_as_owner(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a test's database by the role that owns its tables."""
    connection = await asyncpg.connect(as_owner(url))
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Run an app's lifespan in this loop and give a client that calls it without a network."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Serve an app in this loop as `chassis.serve` does, hot routes included, and give a client that calls it."""
    async with (
        served_at(app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, verify=PLAIN) as client,
    ):
        yield client


@asynccontextmanager
async def served_at(app: FastAPI, port: int = 0) -> AsyncIterator[int]:
    """Serve an app in this loop as `chassis.serve` does, hot routes included, and give the port, by default any."""
    server = uvicorn.Server(uvicorn.Config(**serve.options(app, host="127.0.0.1", port=port, lifespan="on")))
    serving = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started or serving.done()

    await eventually(started, seconds=60.0)
    if serving.done():
        raise RuntimeError("the service did not start; its log says why")
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        _, standing = await asyncio.wait({serving}, timeout=30)
        assert not standing, "the service does not end within 30 s: something of it is still under way"
        await serving


class Unending:
    """A server whose answers begin and do not come to their end; `asked` counts its calls."""

    def __init__(self, every: float) -> None:
        """`every`: seconds between one byte and the next."""
        self.asked = 0
        self.url = ""
        self._every = every

    async def _answer(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        with suppress(ConnectionError):
            while not writer.is_closing():
                await asyncio.sleep(self._every)
                writer.write(b" ")
                await writer.drain()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()


async def refuse_larger_deletes(url: str, table: str, rows: int) -> None:
    """Let a test's database refuse a statement that deletes more than `rows` of a table."""
    await execute_as_owner(
        url,
        "CREATE OR REPLACE FUNCTION at_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF (SELECT count(*) FROM gone) > TG_ARGV[0]::int THEN RAISE 'too many'; END IF; RETURN NULL; END $$",
        f"CREATE TRIGGER at_once AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone"
        f" FOR EACH STATEMENT EXECUTE FUNCTION at_once({rows})",
    )


async def everything_stored(url: str) -> dict[str, str]:
    """Every table of a test's database, its partitions among them, as text; binary columns as the bytes they hold."""
    async with connected_as_owner(url) as connection:
        tables = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        )
        stored = {}
        for table in tables:
            rows = await connection.fetch(f'SELECT * FROM "{table["relname"]}"')  # noqa: S608 - a name of the server's
            stored[table["relname"]] = "\n".join(
                value.decode("latin-1") if isinstance(value, bytes) else str(value)
                for row in rows
                for value in row.values()
            )
        return stored


def paged(document: dict[str, Any]) -> set[str]:
    """The paths of an OpenAPI document whose lists have pages."""
    reads = {path: methods["get"] for path, methods in document["paths"].items() if "get" in methods}
    reads = {path: read for path, read in reads.items() if not path.startswith("/v1/records/")}  # the chassis' own
    return {path for path, read in reads.items() if "after" in {one["name"] for one in read.get("parameters", ())}}


_MOST_PAGES = 60  # that are walked of a list, whatever their size


async def check_pages(
    client: httpx.AsyncClient, headers: dict[str, str], path: str, count: int | None = None
) -> list[Any]:
    """Walk a list in pages of every size: each item once, `next` null exactly where nothing comes. Gives its items."""
    url = httpx.URL(path)

    async def page(**query: str | int) -> httpx.Response:
        return await client.get(url.copy_merge_params(query), headers=headers)

    whole = (await page()).json()
    items: list[Any] = whole["items"]
    while whole["next"] is not None:
        whole = (await page(after=whole["next"])).json()
        items += whole["items"]
    assert len(items) == (len(items) if count is None else count)
    assert len(items) > 1, f"{path}: too few items to walk"
    for limit in {1, 2, len(items) - 1, len(items), len(items) + 1}:
        seen: list[Any] = []
        query: dict[str, str | int] = {"limit": limit}
        while True:
            reply = await page(**query)
            assert reply.status_code == 200, reply.text
            part = reply.json()
            assert part["items"], f"{path}: an empty page at the end, by {limit}"
            seen += part["items"]
            if part["next"] is None or len(seen) >= limit * _MOST_PAGES:
                break
            assert len(part["items"]) == limit
            query["after"] = part["next"]
        assert seen == items[: limit * _MOST_PAGES], f"{path}: by {limit}"
    for wrong in (0, -1, 10**6, "1.0", "+1", "1_0", " 1", "true"):
        assert (await page(limit=wrong)).status_code == 422, f"{path}: limit={wrong}"
    assert (await page(after="?")).status_code == 422
    return items


def taken(path: str) -> float:
    """How many requests a hot route has taken on in this process."""
    return REGISTRY.get_sample_value("unicard_hot_requests_total", {"route": path, "way": "taken"}) or 0.0


# How many times longer than they should take things are waited for: no test says how fast the machine is.
PATIENCE = 4


async def eventually(
    check: Callable[[], Awaitable[T | None]],
    *,
    seconds: float = 10.0,
    every: float = 0.02,
    why: Callable[[], Awaitable[object]] | None = None,
) -> T:
    """Poll `check` until it gives something true and return that.

    AssertionError after `PATIENCE` × `seconds`; it tells what `why` says then.
    """
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    while True:
        value = await check()
        if value:
            return value
        if time.monotonic() > deadline:
            told = f"; {await why()!r}" if why else ""
            raise AssertionError(f"not within {seconds} s; last value: {value!r}{told}")
        await asyncio.sleep(every)


async def worked_off(
    step: Callable[[], Awaitable[T]], more: Callable[[T], bool] = bool, *, seconds: float = 60.0
) -> None:
    """Repeat a worker's step while it says that there may be more. AssertionError after `PATIENCE` × `seconds`."""
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    while more(last := await step()):
        assert time.monotonic() < deadline, f"still at work after {seconds} s; the last step gave {last!r}"


async def others_had_their_turn() -> None:
    """Let every task that can go on do so, until it waits for something outside this process."""
    for _ in range(20):
        await asyncio.sleep(0)


async def lock_awaited(connection: SqlConnection | asyncpg.Pool, by: int = 1) -> None:
    """Wait until as many in the database of `connection`, or of a pool, wait for locks."""
    statement = (
        "SELECT count(DISTINCT w.pid) >= $1 FROM pg_locks w JOIN pg_locks h USING (pid)"
        " JOIN pg_database d ON d.oid = h.database WHERE NOT w.granted AND d.datname = current_database()"
    )
    await eventually(lambda: connection.fetchval(statement, by), seconds=20)


async def quickest(
    attempt: Callable[[], Awaitable[None]], *, times: int = 3, undo: Callable[[], Awaitable[None]] | None = None
) -> float:
    """The seconds that the quickest of several attempts took: what a busy machine adds to one is no part of it.

    `undo` goes between one attempt and the next.
    """
    taken_by = []
    for number in range(times):
        if number and undo is not None:
            await undo()
        began = time.perf_counter()
        await attempt()
        taken_by.append(time.perf_counter() - began)
    return min(taken_by)
