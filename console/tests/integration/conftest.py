"""The console before the real gateway, both on a real database and over real connections."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pyotp
import pytest

from api_gateway import MIGRATIONS as GATEWAY_MIGRATIONS
from api_gateway.main import create_app as create_gateway
from api_gateway.settings import Settings as GatewaySettings
from api_gateway.signin.factors import repository as factors
from api_gateway.signin.factors import totp
from chassis.ids import new_id
from chassis.sealing import Keyring, Vault
from chassis.testing import PLAIN, MakeDatabase, served_at
from devstack.engines import free_ports
from staff_console import MIGRATIONS
from staff_console.main import create_app
from staff_console.sessions import service as sessions
from staff_console.settings import Settings

PASSWORD = "barley lantern orchard seventeen"
RING = "k1:" + base64.urlsafe_b64encode(b"1" * 32).decode()
CLIENT_KEY = base64.urlsafe_b64encode(b"7" * 32).decode().rstrip("=")
AWAY: dict[str, Any] = {
    f"{name}_url": "http://127.0.0.1:1" for name in ("card", "supply", "health", "payment", "notify")
}
_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]*)"')


@dataclass
class Worker:
    """Somebody who works with the system."""

    person_id: Any
    name: str
    seed: str = field(default_factory=pyotp.random_base32)

    def code(self) -> str:
        return pyotp.TOTP(self.seed).now()


@dataclass
class Desk:
    """The console and the gateway it signs in at, each at an address of its own, one place for browsers."""

    console_url: str
    gateway_url: str
    gateway: Any
    console: Any

    async def hire(self, role: str = "card-officer", area: str = "03", authority: str = "ministry") -> Worker:
        """Somebody with a role, a password and an authenticator app."""
        worker = Worker(new_id(), f"worker.{new_id().hex[-12:]}")
        runtime = self.gateway.state.runtime
        vault = Vault(Keyring.parse(RING).derived(b"unicard gateway people"))
        now = datetime.now(UTC)
        asking, deciding = new_id(), new_id()
        for person, name in ((worker.person_id, "منى سالم"), (asking, "هالة"), (deciding, "كريم")):
            await runtime.pool.execute(
                "INSERT INTO person (person_id, sign_in_name, national_id_sealed, marked_with, national_id_mark,"
                " full_name_sealed, authority_id, status, status_reason, status_at, status_by, invited_at)"
                " VALUES ($1, $2, $3, 'k1', $4, $5, 'ministry', 'active', 'test', $6, 'test', $6)",
                person, worker.name if person == worker.person_id else f"other.{person.hex[-12:]}",
                vault.seal(person, b"29001011301234", b"national id"), secrets.token_bytes(32),
                vault.seal(person, name.encode(), b"full name"), now,
            )  # fmt: skip
        await runtime.pool.execute(
            "INSERT INTO role_grant (grant_id, person_id, role, authority_id, area, state, valid_from, valid_to,"
            " asked_by, asked_at, asked_why, decided_by, decided_at, confirm_by)"
            " VALUES ($1, $2, $3, $4, $5, 'granted', $6, $7, $8, $6, 'test', $9, $6, $7)",
            new_id(), worker.person_id, role, authority, area, now, now + timedelta(days=30), asking,
            deciding,
        )  # fmt: skip
        state = runtime.state.sign_in
        async with runtime.sessions() as session, session.begin():
            await factors.set_password(session, worker.person_id, await state.passwords.hash(PASSWORD), now)
            sealed = state.vault.seal(worker.person_id, worker.seed.encode(), totp.PURPOSE)
            await factors.set_totp(session, worker.person_id, sealed, 0, now)
        return worker

    async def signed_in(self, role: str, area: str = "*") -> Browser:
        """A browser at which somebody with a role has signed in."""
        browser = self.browser()
        await browser.sign_in(await self.hire(role, area=area))
        return browser

    def browser(self) -> Browser:
        """A browser of its own."""
        return Browser(self, httpx.AsyncClient(timeout=30, verify=PLAIN))


@dataclass
class Browser:
    """A browser without scripts. What the edge does, it does by the path: the console's pages, else the gateway's."""

    desk: Desk
    client: httpx.AsyncClient
    page: httpx.Response = field(default_factory=lambda: httpx.Response(204))
    steps: list[int] = field(default_factory=list)

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None, url: str = "") -> Any:
        """A call of the gateway's API, or of a service's at another address, in the name of whoever has signed in."""
        cookie = next(str(one.value) for one in self.client.cookies.jar if one.name == "console")
        session = await sessions.find(self.desk.console.state.context, cookie)
        assert session is not None
        headers = {"Authorization": f"Bearer {session.tokens.access}", "Idempotency-Key": str(new_id())}
        async with httpx.AsyncClient(base_url=url or self.desk.gateway_url, verify=PLAIN, timeout=30) as client:
            reply = await client.request(method, path, json=body, headers=headers)
        assert reply.is_success, reply.text
        return reply.json()

    async def get(self, path: str) -> httpx.Response:
        return await self._followed(await self._send("GET", path))

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the present page: its hidden fields go along."""
        return await self._followed(await self.post_only(path, **fields))

    async def post_only(self, path: str, **fields: str) -> httpx.Response:
        """The same without following where it leads."""
        return await self._send("POST", path, {**hidden(self.page.text), **fields})

    async def sign_in(self, worker: Worker, to: str = "/console") -> httpx.Response:
        """Sign in by password and one-time code, on the way to a page."""
        await self.get(to)
        await self.post("/sign-in", name=worker.name, password=PASSWORD)
        return await self.post("/sign-in/second-factor", code=worker.code())

    async def _send(self, method: str, path: str, form: dict[str, str] | None = None) -> httpx.Response:
        place = urlsplit(path)
        own = place.path == "/console" or place.path.startswith("/console/")
        base = self.desk.console_url if own else self.desk.gateway_url
        return await self.client.request(method, base + path, data=form)

    async def _followed(self, reply: httpx.Response) -> httpx.Response:
        self.steps = [reply.status_code]
        for _ in range(12):
            place = reply.headers.get("location")
            if reply.status_code != 303 or place is None:
                break
            there = urlsplit(urljoin(str(reply.url), place))
            reply = await self._send("GET", there.path + (f"?{there.query}" if there.query else ""))
            self.steps.append(reply.status_code)
        self.page = reply
        return reply


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of a page's forms, the first of each name."""
    found: dict[str, str] = {}
    main = text[text.find("<main") :] if "<main" in text else text
    for name, value in [
        *re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', main),
        *_named(_FORM_TOKEN.findall(text)),
    ]:
        found.setdefault(name, unescape(value))
    return found


def _named(values: list[str]) -> list[tuple[str, str]]:
    return [("form_token", value) for value in values]


@pytest.fixture(scope="module")
async def desk(make_database: MakeDatabase, kafka_bootstrap: str) -> AsyncIterator[Desk]:
    """The console and its gateway, every other service away."""
    async with opened(make_database, kafka_bootstrap) as desk:
        yield desk


@asynccontextmanager
async def opened(make_database: MakeDatabase, kafka_bootstrap: str, **urls: str) -> AsyncIterator[Desk]:
    """The console and its gateway, whose public address browsers are sent to. `urls`: of services that are there."""
    gateway_port, console_port = free_ports(2)
    public = f"http://127.0.0.1:{gateway_port}"
    database = await make_database(GATEWAY_MIGRATIONS)
    gateway = create_gateway(
        GatewaySettings(
            **{
                **AWAY,
                "database_url": database,
                "kafka_bootstrap": kafka_bootstrap,
                "topic_prefix": database.rsplit("/", 1)[-1] + ".",
                "gateway_keys": RING,
                "issuer": f"{public},unicard",
                "gateway_public_url": public,
                "console_client_key": CLIENT_KEY,
                "jwks_url": f"{public}/.well-known/jwks.json",
            }
        )
    )
    there: dict[str, Any] = {**AWAY, **urls}
    told = Settings(
        **{
            **there,
            "database_url": await make_database(MIGRATIONS),
            "console_keys": RING,
            "console_client_key": CLIENT_KEY,
            "console_public_url": public,
            "issuer": f"{public},unicard",
            "gateway_url": public,
        }
    )
    console = create_app(told)
    async with served_at(gateway, gateway_port), served_at(console, console_port):
        yield Desk(f"http://127.0.0.1:{console_port}", public, gateway, console)
