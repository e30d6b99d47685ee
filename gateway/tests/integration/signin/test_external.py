"""Signing in at an outside OpenID provider that is not ours, and what it may not bring about here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
import oidc_provider_mock
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from api_gateway.signin.external.claims import ClaimsMap
from api_gateway.signin.external.provider import External, ExternalRefused
from chassis.ids import new_id
from devstack.engines import free_ports

from .conftest import SIGN_IN, Browser, Offices, Request, Worker, came_back

if TYPE_CHECKING:
    from ..conftest import StartGateway

CLAIMS = """
roles = "realm_access.roles"
[role_map]
"unicard-payouts" = "payouts-maker"
"unicard-everything" = "administrator"
"""


@pytest.fixture(scope="module")
async def outside() -> AsyncIterator[str]:
    """An independent provider's address."""
    (port,) = free_ports(1)
    with oidc_provider_mock.run_server_in_thread(port=port):
        yield f"http://localhost:{port}"


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that says what its claims mean."""
    path = tmp_path_factory.mktemp("oidc") / "claims.toml"
    path.write_text(CLAIMS)
    return path


@pytest.fixture(scope="module")
async def linked(start_shared: StartGateway, outside: str, claims: Path) -> Offices:
    """A gateway whose people sign in outside, a named few here."""
    settings = {
        "oidc_issuer": outside,
        "oidc_client_id": "unicard",
        "oidc_client_secret": "a-secret-of-the-tests-only",
        "oidc_claims": str(claims),
        "local_accounts": "break-glass",
        "break_glass": "glass.breaker",
    }
    return Offices(await start_shared(**SIGN_IN, **settings))


async def _link(offices: Offices, outside: str, worker: Worker, subject: str) -> None:
    await offices.gateway.runtime.pool.execute(
        "INSERT INTO identity_link (issuer, subject, person_id, linked_at) VALUES ($1, $2, $3, now())",
        outside, subject, worker.person_id,
    )  # fmt: skip


async def _outside(browser: Browser, outside: str, subject: str, **claims: Any) -> httpx.Response:
    """Sign in at the outside provider as somebody of whom it says this, and come back."""
    async with httpx.AsyncClient() as http:
        await http.put(f"{outside}/users/{subject}", json=claims)
        started = await browser.client.post("/sign-in/external/start", data={"form_token": browser.form_token})
        assert started.status_code == 303, started.text
        consent = await http.post(started.headers["location"], data={"sub": subject})
        back = httpx.URL(consent.headers["location"])
    assert back.path == "/sign-in/external/callback"
    return await browser.get(back.path, **dict(back.params))


async def test_a_linked_person_signs_in_outside_and_shows_the_second_factor_here(linked: Offices, outside: str) -> None:
    worker, request = await linked.hire(), Request()
    await _link(linked, outside, worker, "sub-1")
    async with linked.browser() as browser:
        await browser.get("/oauth/authorize", **request.query())
        page = await _outside(browser, outside, "sub-1")
        assert 'name="code"' in page.text, "one factor there is not two"
        back = came_back(await browser.post("/sign-in/second-factor", code=worker.code()))
        access = await linked.claims((await linked.tokens(back["code"], request)).json()["access_token"])
    assert access["sub"] == f"person:{worker.person_id}"
    assert access["amr"] == ["fed", "otp"]
    assert access["roles"] == ["payouts-maker"], "a claim that is absent is no empty list"


@pytest.mark.parametrize(
    ("told", "roles"),
    [
        (["unicard-payouts", "unicard-everything", "unknown"], ["payouts-maker"]),
        ([], None),
        (["unicard-everything"], None),
    ],
)
async def test_what_is_granted_here_is_the_most(
    linked: Offices, outside: str, told: list[str], roles: list[str] | None
) -> None:
    worker, request = await linked.hire(), Request()
    subject = f"sub-{new_id().hex}"
    await _link(linked, outside, worker, subject)
    async with linked.browser() as browser:
        await browser.get("/oauth/authorize", **request.query())
        page = await _outside(browser, outside, subject, amr=["pwd", "mfa"], realm_access={"roles": told})
        if roles is None:
            assert page.status_code == 403
            return
        access = await linked.claims((await linked.tokens(came_back(page)["code"], request)).json()["access_token"])
    assert access["roles"] == roles


async def test_an_account_that_nobody_linked_is_nobodys(linked: Offices, outside: str) -> None:
    worker = await linked.hire()
    async with linked.browser() as browser:
        await browser.get("/oauth/authorize", **Request().query())
        claims = {"email": f"{worker.name}@gov.test", "email_verified": True, "preferred_username": worker.name}
        page = await _outside(browser, outside, "stranger", amr=["mfa"], **claims)
    assert page.status_code == 403


async def test_an_answer_of_another_browsers_sign_in_is_refused(linked: Offices, outside: str) -> None:
    worker = await linked.hire()
    await _link(linked, outside, worker, "sub-thief")
    async with linked.browser() as victim, linked.browser() as thief, httpx.AsyncClient() as http:
        for browser in (victim, thief):
            await browser.get("/oauth/authorize", **Request().query())
        started = await thief.client.post("/sign-in/external/start", data={"form_token": thief.form_token})
        consent = await http.post(started.headers["location"], data={"sub": "sub-thief"})
        back = httpx.URL(consent.headers["location"])
        await victim.client.post("/sign-in/external/start", data={"form_token": victim.form_token})
        page = await victim.get(back.path, **dict(back.params))
        assert page.status_code == 401


async def test_our_own_passwords_are_closed_but_to_a_named_few(linked: Offices) -> None:
    worker = await linked.hire()
    async with linked.browser() as browser:
        await browser.get("/oauth/authorize", **Request().query())
        page = await browser.post("/sign-in", name=worker.name, password=worker.password)
        assert page.status_code == 401
    named = await linked.hire()
    await linked.gateway.runtime.pool.execute(
        "UPDATE person SET sign_in_name = 'glass.breaker' WHERE person_id = $1", named.person_id
    )
    named.name = "glass.breaker"
    async with linked.browser() as browser:
        assert "code" in await browser.sign_in(named)
    door = await linked.gateway.runtime.pool.fetchval("SELECT door FROM session WHERE person_id = $1", named.person_id)
    assert door == "break-glass"


class TestALogoutToken:
    KEY = RSAKey.generate_key(2048, parameters={"kid": "out-1"})
    EVENT: ClassVar[dict[str, dict[str, str]]] = {"http://schemas.openid.net/event/backchannel-logout": {}}

    @pytest.fixture
    def external(self, linked: Offices, outside: str) -> External:
        external = External(linked.gateway.settings, ClaimsMap())
        external._kept.configuration = {"issuer": outside, "jwks_uri": f"{outside}/none"}
        external._kept.configured_at = external._kept.keys_at = time.monotonic()
        external._kept.keys = KeySet([self.KEY])
        return external

    def _token(self, issuer: str, kind: str = "logout+jwt", **changed: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": issuer, "aud": "unicard", "iat": now, "exp": now + 60, "jti": str(new_id()), "sid": "s-1",
            "events": self.EVENT,
        }  # fmt: skip
        claims = {name: value for name, value in {**claims, **changed}.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "out-1", "typ": kind}, claims, self.KEY, algorithms=["RS256"])

    async def test_ends_the_sessions_it_names(self, linked: Offices, outside: str, external: External) -> None:
        worker = await linked.hire()
        await _link(linked, outside, worker, "sub-out")
        async with linked.browser() as browser:
            await browser.get("/oauth/authorize", **Request().query())
            await _outside(browser, outside, "sub-out", amr=["mfa"])
        kept = linked.gateway.runtime.state.sign_in.external
        assert kept is not None
        kept._kept = external._kept
        token = self._token(outside, sid=None, sub="sub-out")
        for _ in range(2):
            reply = await linked.gateway.client.post("/oauth/backchannel-logout", data={"logout_token": token})
            assert reply.status_code == 200
        why = await linked.gateway.runtime.pool.fetchval(
            "SELECT ended_why FROM session WHERE person_id = $1", worker.person_id
        )
        kept._kept.configuration = None
        kept._kept.keys = None
        assert why == "signed_out_outside"

    @pytest.mark.parametrize(
        "changed",
        [
            {"aud": "somebody"},
            {"iss": "https://evil.test"},
            {"events": None},
            {"nonce": "n"},
            {"sid": None},
            {"jti": None},
            {"exp": 1},
            {"iat": None},
            {"kind": "at+jwt"},
        ],
    )
    async def test_that_is_not_one_is_refused(self, outside: str, external: External, changed: dict[str, Any]) -> None:
        with pytest.raises(ExternalRefused):
            await external.logged_out(self._token(**{"issuer": outside, **changed}))
        await asyncio.sleep(0)
