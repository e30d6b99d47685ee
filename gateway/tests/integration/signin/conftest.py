"""People, their browsers, and a client they sign in to."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
import pyotp
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey

from api_gateway.sign_in_settings import FirstPartyIn
from api_gateway.signin.factors import recovery, totp
from api_gateway.signin.factors import repository as factors
from chassis.ids import new_id
from chassis.testing import MakeDatabase

from ..conftest import starting

if TYPE_CHECKING:
    from ..conftest import Gateway

PUBLIC_URL = "https://edge.test"
CALLBACK = "https://console.test/callback"
PASSWORD = "barley lantern orchard seventeen"
KEY = ECKey.generate_key("P-256", parameters={"kid": "console-1", "use": "sig", "alg": "ES256"})
OTHER_KEY = ECKey.generate_key("P-256", parameters={"kid": "other-1", "use": "sig", "alg": "ES256"})
CLIENTS = (
    FirstPartyIn(
        client_id="console",
        name_ar="لوحة العمل",
        name_en="Console",
        redirect_uris=(CALLBACK, "https://console.test/callback?from=menu"),
        post_logout_redirect_uris=("https://console.test/bye",),
        jwks={"keys": [{k: str(v) for k, v in KEY.as_dict(private=False).items()}]},
    ),
    FirstPartyIn(
        client_id="other",
        name_ar="نظام آخر",
        name_en="Another",
        redirect_uris=("https://other.test/callback",),
        jwks={"keys": [{k: str(v) for k, v in OTHER_KEY.as_dict(private=False).items()}]},
    ),
)
SIGN_IN = {"issuer": f"{PUBLIC_URL},unicard", "gateway_public_url": PUBLIC_URL, "signin_clients": CLIENTS}


@dataclass
class Worker:
    """Somebody who works with the system."""

    person_id: UUID
    name: str
    password: str = PASSWORD
    seed: str = field(default_factory=pyotp.random_base32)
    codes: list[str] = field(default_factory=list)

    def code(self, off: int = 0) -> str:
        """A one-time code, `off` steps from now."""
        return pyotp.TOTP(self.seed).at(datetime.now(UTC), counter_offset=off)


@dataclass
class Request:
    """An authorization request, and what its client must remember."""

    client_id: str = "console"
    redirect_uri: str = CALLBACK
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def query(self, **changed: str | None) -> dict[str, str]:
        """The request's fields; `changed` replaces or, by None, leaves out."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        fields: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in {**fields, **changed}.items() if value is not None}


def assertion(client_id: str = "console", key: Any = KEY, audience: str = f"{PUBLIC_URL}/oauth/token") -> str:
    """A client's proof of who it is (RFC 7523)."""
    now = int(time.time())
    claims = {
        "iss": client_id, "sub": client_id, "aud": audience, "iat": now, "exp": now + 60, "jti": str(new_id()),
    }  # fmt: skip
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])


def proof(client_id: str = "console", key: Any = KEY) -> dict[str, str]:
    """The fields by which a client with a key proves itself."""
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_assertion_type": kind, "client_assertion": assertion(client_id, key)}


@dataclass
class Browser:
    """A browser without scripts at the gateway's pages."""

    client: httpx.AsyncClient
    page: httpx.Response | None = None

    async def get(self, path: str, **query: str) -> httpx.Response:
        """Open a page, following redirects as long as they stay here."""
        self.page = await self.client.get(path, params=query or None)
        return await self._follow()

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """Send the form of the present page."""
        self.page = await self.client.post(path, data={"form_token": self.form_token, **fields})
        return await self._follow()

    @property
    def form_token(self) -> str:
        found = re.search(r'name="form_token" value="([0-9a-f]+)"', self.page.text if self.page else "")
        return found[1] if found else ""

    async def _follow(self) -> httpx.Response:
        while self.page is not None and self.page.status_code == 303:
            place = self.page.headers["location"]
            if not place.startswith("/"):
                break
            self.page = await self.client.get(place)
        assert self.page is not None
        return self.page

    async def sign_in(self, worker: Worker, request: Request | None = None, **changed: str | None) -> dict[str, str]:
        """Sign in by password and one-time code for a client's request; what comes back to the client."""
        await self.get("/oauth/authorize", **(request or Request()).query(**changed))
        await self.post("/sign-in", name=worker.name, password=worker.password)
        return came_back(await self.post("/sign-in/second-factor", code=worker.code()))


def came_back(reply: httpx.Response) -> dict[str, str]:
    """What a redirect brings to the client."""
    assert reply.status_code == 303, reply.text
    return dict(parse_qsl(urlsplit(reply.headers["location"]).query))


@dataclass
class Offices:
    """The gateway with people in it."""

    gateway: Gateway

    async def hire(self, *offices: tuple[str, str, str], factors_too: bool = True) -> Worker:
        """Somebody with a role in each of the offices (role, authority, area), and a password and a code generator."""
        worker = Worker(new_id(), f"worker.{new_id().hex[-12:]}")
        runtime = self.gateway.runtime
        now = datetime.now(UTC)
        await self._enter(worker.person_id, worker.name, "منى سالم", now)
        for role, authority, area in offices or (("payouts-maker", "pension-authority", "*"),):
            await self.grant(worker, role, authority, area)
        if factors_too:
            state = runtime.state.sign_in
            async with runtime.sessions() as session, session.begin():
                hashed = await state.passwords.hash(worker.password)
                await factors.set_password(session, worker.person_id, hashed, now)
                sealed = state.vault.seal(worker.person_id, worker.seed.encode(), totp.PURPOSE)
                await factors.set_totp(session, worker.person_id, sealed, 0, now)
                worker.codes = await recovery.renew(session, state.secrets, worker.person_id, now)
        return worker

    async def grant(self, worker: Worker, role: str, authority: str, area: str) -> None:
        now = datetime.now(UTC)
        await self.gateway.runtime.pool.execute(
            "INSERT INTO role_grant (grant_id, person_id, role, authority_id, area, state, valid_from, valid_to,"
            " asked_by, asked_at, asked_why, decided_by, decided_at, confirm_by)"
            " VALUES ($1, $2, $3, $4, $5, 'granted', $6, $7, $8, $6, 'test', $9, $6, $7)",
            new_id(), worker.person_id, role, authority, area, now, now + timedelta(days=30), await self._other(),
            await self._other(),
        )  # fmt: skip

    async def _other(self) -> UUID:
        """Somebody who asks or decides."""
        other = new_id()
        await self._enter(other, f"other.{other.hex[-12:]}", "هدى سالم", datetime.now(UTC))
        return other

    async def _enter(self, person_id: UUID, name: str, full_name: str, at: datetime) -> None:
        runtime = self.gateway.runtime
        number, called = runtime.state.people.identities.seal(person_id, "29001011234567", full_name)
        await runtime.pool.execute(
            "INSERT INTO person (person_id, sign_in_name, national_id_sealed, marked_with, national_id_mark,"
            " full_name_sealed, authority_id, status, status_reason, status_at, status_by, invited_at)"
            " VALUES ($1, $2, $3, 'k1', $4, $5, 'ministry', 'active', 'test', $6, 'test', $6)",
            person_id, name, number, secrets.token_bytes(32), called, at,
        )  # fmt: skip

    async def tokens(self, code: str, request: Request, /, **changed: str | None) -> httpx.Response:
        """Exchange a code."""
        fields: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": request.redirect_uri,
            "code_verifier": request.verifier,
            **(proof(request.client_id) if request.client_id == "console" else {"client_id": request.client_id}),
            **changed,
        }
        data = {name: value for name, value in fields.items() if value is not None}
        return await self.gateway.client.post("/oauth/token", data=data)

    async def signed_in(self, worker: Worker, request: Request | None = None) -> dict[str, Any]:
        """The tokens of a worker who signs in in a browser of their own."""
        asked = request or Request()
        async with self.browser() as browser:
            reply = await self.tokens((await browser.sign_in(worker, asked))["code"], asked)
        assert reply.status_code == 200, reply.text
        tokens: dict[str, Any] = reply.json()
        return tokens

    def browser(self, **headers: str) -> BrowserOf:
        """A fresh browser."""
        transport = httpx.ASGITransport(app=self.gateway.app, raise_app_exceptions=False)
        return BrowserOf(httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers))

    async def claims(self, token: str) -> dict[str, Any]:
        """A token's claims, its signature checked with the published keys."""
        published = (await self.gateway.client.get("/.well-known/jwks.json")).json()
        keys = KeySet([OKPKey.import_key(key) for key in published["keys"]])
        return dict(jwt.decode(token, keys, algorithms=["EdDSA"]).claims)


class BrowserOf:
    """A browser that is closed again."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def __aenter__(self) -> Browser:
        return Browser(self._client)

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()


Hire = Callable[..., Awaitable[Worker]]


@pytest.fixture(scope="session")
async def offices(make_database: MakeDatabase, kafka_bootstrap: str) -> AsyncIterator[Offices]:
    """A gateway that people sign in to."""
    async with starting(make_database, kafka_bootstrap) as start:
        yield Offices(await start(**SIGN_IN))
