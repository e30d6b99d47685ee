"""The gateway's app on a real database and broker."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from api_gateway import MIGRATIONS
from api_gateway.context import Runtime
from api_gateway.main import create_app
from api_gateway.settings import Settings
from chassis.ids import new_id
from chassis.principal import AAL2
from chassis.testing import MakeDatabase, eventually, running, served_at
from chassis.testing_events import Outside
from contracts.clients import GRANTABLE
from contracts.event import Event
from contracts.health import ClinicTerminalRegistered
from contracts.supply import TerminalRegistered

PUBLIC_URL = "https://edge.test"
AWAY = {f"{name}_url": "http://127.0.0.1:1" for name in ("card", "supply", "health", "payment", "notify")}
BOOTSTRAP_SECRET = "a-secret-of-the-tests-only-0001"
KEYS = "k1:" + base64.urlsafe_b64encode(b"1" * 32).decode()


@dataclass
class Gateway:
    """A running gateway app, and what tests do to it again and again."""

    app: FastAPI
    client: httpx.AsyncClient
    settings: Settings

    @property
    def runtime(self) -> Runtime:
        found: Runtime = self.app.state.runtime
        return found

    @property
    def outside(self) -> Outside:
        """The rest of the system."""
        return Outside(self.settings.kafka_bootstrap, self.settings.topic_prefix)

    async def token(self, client_id: str = "bootstrap", secret: str = BOOTSTRAP_SECRET, **form: str) -> str:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, **form}
        reply = await self.client.post("/oauth/token", data=form)
        assert reply.status_code == 200, reply.text
        return str(reply.json()["access_token"])

    async def headers(self, client_id: str = "bootstrap", secret: str = BOOTSTRAP_SECRET) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self.token(client_id, secret)}", "Idempotency-Key": str(new_id())}

    def signed(self, *scopes: str, subject: str = "somebody", kind: str = "client", **claims: Any) -> dict[str, str]:
        """Headers of a caller whom the gateway's own key has given a token: a client of the nation unless said."""
        told = {"sub": subject, "jti": str(new_id()), "scope": " ".join(scopes), "kind": kind, "gov": "*", **claims}
        token = self.runtime.state.issuer.sign({name: value for name, value in told.items() if value is not None})
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}

    def person(self, *scopes: str, person_id: UUID | None = None, **claims: Any) -> dict[str, str]:
        """Headers of a person who has just shown two factors."""
        signed_in = {"acr": AAL2, "auth_time": int(time.time()), "sid": str(new_id()), "client_id": "console"}
        return self.signed(*scopes, subject=f"person:{person_id or new_id()}", kind="person", **signed_in, **claims)

    async def new_client(self, *scopes: str, **more: Any) -> tuple[str, str]:
        client_id = f"client-{new_id().hex}"
        owner = next(owner for owner, given in GRANTABLE.items() if set(scopes) <= given)
        body = {
            "client_id": client_id,
            "name": "نظام تجربة",
            "scopes": list(scopes),
            "governorate": "*",
            "owner": owner,
        }
        body |= more
        reply = await self.client.post("/v1/clients", json=body, headers=await self.headers())
        assert reply.status_code == 201, reply.text
        return client_id, reply.json()["client_secret"]

    async def new_terminal(self, kind: str = "bakery") -> tuple[UUID, UUID]:
        """A terminal that supply-service has registered, a clinic's health-service."""
        terminal_id, outlet_id = new_id(), new_id()
        event: Event = TerminalRegistered(terminal_id=terminal_id, outlet_id=outlet_id, kind=kind, governorate="03")
        if kind == "clinic":
            event = ClinicTerminalRegistered(terminal_id=terminal_id, provider_id=outlet_id, governorate="03")
        await self.outside.tell(event)
        await eventually(lambda: self.known(terminal_id), seconds=20)
        return terminal_id, outlet_id

    async def known(self, terminal_id: UUID) -> bool:
        return bool(await self.runtime.pool.fetchval("SELECT 1 FROM terminal WHERE terminal_id = $1", terminal_id))

    async def new_code(self, terminal_id: UUID) -> str:
        body = {"terminal_id": str(terminal_id)}
        reply = await self.client.post("/v1/enrolment-codes", json=body, headers=self.signed("terminals:enrol"))
        assert reply.status_code == 201, reply.text
        return str(reply.json()["code"])


@dataclass(frozen=True)
class GatewaySigner:
    """The gateway's own keys as the tests' helpers ask for tokens."""

    gateway: Gateway

    def headers(self, subject: str, scopes: str, **claims: Any) -> dict[str, str]:
        """Headers of a system."""
        return self.gateway.signed(*scopes.split(), subject=subject, **self._named(claims))

    def person(self, scopes: str, *, person_id: UUID | None = None, **claims: Any) -> dict[str, str]:
        """Headers of a person who has just shown two factors."""
        return self.gateway.person(*scopes.split(), person_id=person_id, **self._named(claims))

    @staticmethod
    def _named(claims: dict[str, Any]) -> dict[str, Any]:
        names = {"governorate": "gov", "authority": "org", "site_id": "site"}
        return {names.get(name, name): value for name, value in claims.items()}


def prefix_of(database_url: str) -> str:
    """The processes of one database share its topics."""
    return database_url.rsplit("/", 1)[-1] + "."


StartGateway = Callable[..., Awaitable[Gateway]]


@asynccontextmanager
async def starting(make_database: MakeDatabase, kafka_bootstrap: str) -> AsyncIterator[StartGateway]:
    """A factory of running gateways; each has a database of its own unless it is given another's."""
    async with AsyncExitStack() as stack:

        async def start(database_url: str | None = None, serve_at: int | None = None, **more: Any) -> Gateway:
            url = database_url or await make_database(MIGRATIONS)
            options: dict[str, Any] = {
                "gateway_keys": KEYS,
                "bootstrap_client_secret": BOOTSTRAP_SECRET,
                "issuer": "unicard",
                "gateway_public_url": PUBLIC_URL,
                **AWAY,
            }
            options |= {**Outside(kafka_bootstrap, prefix_of(url)).settings, "gateway_key_poll_seconds": 0.1, **more}
            settings = Settings(database_url=url, **options)
            app = create_app(settings)
            if serve_at is None:
                client = await stack.enter_async_context(running(app))
            else:  # at a port of this machine, for clients that are not ours
                await stack.enter_async_context(served_at(app, serve_at))
                transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
                client = httpx.AsyncClient(transport=transport, base_url="http://test")
            return Gateway(app, client, settings)

        yield start


@pytest.fixture
async def start_gateway(make_database: MakeDatabase, kafka_bootstrap: str) -> AsyncIterator[StartGateway]:
    """A factory of gateways that end with the test."""
    async with starting(make_database, kafka_bootstrap) as start:
        yield start


@pytest.fixture(scope="module")
async def start_shared(make_database: MakeDatabase, kafka_bootstrap: str) -> AsyncIterator[StartGateway]:
    """A factory of gateways that the tests of a module share."""
    async with starting(make_database, kafka_bootstrap) as start:
        yield start


@pytest.fixture(scope="session")
async def gateway(make_database: MakeDatabase, kafka_bootstrap: str) -> AsyncIterator[Gateway]:
    """A gateway that most tests share."""
    async with starting(make_database, kafka_bootstrap) as start:
        yield await start()


@pytest.fixture
async def database(gateway: Gateway) -> AsyncIterator[asyncpg.Connection]:
    """A look into the shared gateway's database."""
    connection = await asyncpg.connect(gateway.settings.database_url)
    yield connection
    await connection.close()
