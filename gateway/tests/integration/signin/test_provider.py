"""The OpenID provider: a person signs in for a client, and what a client or a thief may not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import CALLBACK, OTHER_KEY, PUBLIC_URL, Offices, Request, came_back, proof

if TYPE_CHECKING:
    import httpx


async def test_a_person_signs_in_and_gets_a_token_for_their_office(offices: Offices) -> None:
    worker = await offices.hire(("payouts-maker", "pension-authority", "*"))
    request = Request()
    async with offices.browser() as browser:
        back = await browser.sign_in(worker, request)
        assert (back["state"], back["iss"]) == (request.state, PUBLIC_URL)
        reply = await offices.tokens(back["code"], request)
    tokens = reply.json()
    assert reply.status_code == 200, reply.text
    assert reply.headers["cache-control"] == "no-store"
    access, identity = await offices.claims(tokens["access_token"]), await offices.claims(tokens["id_token"])
    assert (access["iss"], access["aud"], access["kind"]) == (PUBLIC_URL, "unicard-api", "person")
    assert access["sub"] == identity["sub"] == f"person:{worker.person_id}"
    assert (access["client_id"], access["org"], access["gov"]) == ("console", "pension-authority", "*")
    assert (access["roles"], access["acr"], access["amr"]) == (["payouts-maker"], "urn:unicard:aal2", ["pwd", "otp"])
    assert "payouts:submit" in access["scope"].split()
    assert (identity["aud"], identity["nonce"], identity["sid"]) == ("console", request.nonce, access["sid"])
    assert identity["name"] == "منى سالم"
    assert access["exp"] - access["iat"] == tokens["expires_in"] == 300
    me = await offices.gateway.client.get(
        "/oauth/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    assert me.json()["sub"] == access["sub"]


async def test_a_browser_that_is_signed_in_is_not_asked_again(offices: Offices) -> None:
    worker = await offices.hire()
    async with offices.browser() as browser:
        await browser.sign_in(worker)
        again = Request()
        back = came_back(await browser.get("/oauth/authorize", **again.query(prompt="none")))
        tokens = (await offices.tokens(back["code"], again)).json()
    assert (await offices.claims(tokens["id_token"]))["nonce"] == again.nonce


async def test_the_command_line_comes_back_to_any_port_of_the_loopback(offices: Offices) -> None:
    worker = await offices.hire()
    request = Request("unicard", "http://127.0.0.1:53991/callback")
    first = await offices.signed_in(worker, request)
    form = {"grant_type": "refresh_token", "client_id": "unicard"}
    reply = await offices.gateway.client.post("/oauth/token", data={**form, "refresh_token": first["refresh_token"]})
    assert reply.status_code == 200, reply.text
    assert reply.json()["refresh_token"] != first["refresh_token"], "a public client's token is replaced each time"


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://127.0.0.1:53991/elsewhere",
        "http://127.0.0.1:53991/callback/",
        "http://127.0.0.1:53991/callback?x=1",
        "http://127.0.0.1:53991/callback#x",
        "http://127.0.0.2:53991/callback",
        "http://localhost:53991/callback",
        "https://127.0.0.1:53991/callback",
        "http://127.0.0.1.evil.test:53991/callback",
        "http://x@127.0.0.1:53991/callback",
        "http://127.0.0.1:53991@evil.test/callback",
        "http://127.0.0.1:x/callback",
        "//127.0.0.1/callback",
    ],
)
async def test_the_command_line_comes_back_nowhere_else(offices: Offices, redirect_uri: str) -> None:
    async with offices.browser() as browser:
        reply = await browser.get("/oauth/authorize", **Request("unicard", redirect_uri).query())
    assert (reply.status_code, "location" in reply.headers) == (400, False)


@pytest.mark.parametrize(
    "redirect_uri",
    [
        CALLBACK + "/",
        CALLBACK + "?x=1",
        CALLBACK.upper(),
        CALLBACK.replace("https", "http"),
        "https://console.test:443/callback",
        "https://console.test.evil.test/callback",
        "https://console.test/callback/../evil",
        "https://other.test/callback",
        "javascript:alert(1)",
        "",
    ],
)
async def test_a_code_goes_to_an_address_of_the_client_letter_by_letter(offices: Offices, redirect_uri: str) -> None:
    async with offices.browser() as browser:
        reply = await browser.get("/oauth/authorize", **Request(redirect_uri=redirect_uri).query())
    assert (reply.status_code, "location" in reply.headers) == (400, False)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": "n" * 300}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"request": "e30."}, "request_not_supported"),
        ({"request_uri": "https://console.test/r"}, "request_uri_not_supported"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_request_that_is_not_right_is_told_to_the_client(
    offices: Offices, changed: dict[str, str | None], error: str
) -> None:
    request = Request()
    async with offices.browser() as browser:
        back = came_back(await browser.get("/oauth/authorize", **request.query(**changed)))
    assert (back["error"], back["state"], back["iss"]) == (error, request.state, PUBLIC_URL)
    assert "code" not in back


async def test_parameters_that_are_unknown_are_let_pass_and_doubled_ones_are_not(offices: Offices) -> None:
    async with offices.browser() as browser:
        page = await browser.get("/oauth/authorize", **Request().query(vendor_hint="x"))
        assert (page.status_code, 'name="password"' in page.text) == (200, True)
        query = "&".join(f"{name}={value}" for name, value in Request().query().items())
        doubled = await browser.client.get(f"/oauth/authorize?{query}&nonce=other")
    assert doubled.status_code == 400


async def test_max_age_and_login_ask_for_the_factors_again(offices: Offices) -> None:
    worker = await offices.hire()
    async with offices.browser() as browser:
        await browser.sign_in(worker)
        for changed in ({"max_age": "0"}, {"prompt": "login"}):
            page = await browser.get("/oauth/authorize", **Request().query(**changed))
            assert 'name="password"' in page.text
        stale = came_back(await browser.get("/oauth/authorize", **Request().query(max_age="0", prompt="none")))
    assert stale["error"] == "login_required"


async def test_signing_in_again_renews_the_session(offices: Offices) -> None:
    worker = await offices.hire()
    first, again = Request(), Request()
    async with offices.browser() as browser:
        before = (await offices.tokens((await browser.sign_in(worker, first))["code"], first)).json()
        await offices.gateway.runtime.pool.execute(
            "UPDATE session SET auth_time = auth_time - interval '1 hour' WHERE person_id = $1", worker.person_id
        )
        await offices.gateway.runtime.pool.execute(
            "UPDATE totp SET last_timecode = 0 WHERE person_id = $1", worker.person_id
        )
        after = (await offices.tokens((await browser.sign_in(worker, again, max_age="60"))["code"], again)).json()
    old, new = [await offices.claims(one["access_token"]) for one in (before, after)]
    assert old["sid"] == new["sid"]
    assert new["auth_time"] >= old["auth_time"]


async def test_who_has_several_offices_chooses_one_and_gets_its_rights_only(offices: Offices) -> None:
    worker = await offices.hire(
        ("payouts-maker", "pension-authority", "*"), ("registry-clerk", "local-government", "35")
    )
    request = Request()
    async with offices.browser() as browser:
        await browser.get("/oauth/authorize", **request.query())
        await browser.post("/sign-in", name=worker.name, password=worker.password)
        page = await browser.post("/sign-in/second-factor", code=worker.code())
        assert "local-government/35" in page.text
        refused = await browser.post("/sign-in/office", office="ministry/*")
        assert (refused.status_code, 'name="office"' in refused.text) == (200, True)
        code = came_back(await browser.post("/sign-in/office", office="local-government/35"))["code"]
        access = await offices.claims((await offices.tokens(code, request)).json()["access_token"])
        assert (access["gov"], access["org"], access["roles"]) == ("35", "local-government", ["registry-clerk"])
        assert "payouts:submit" not in access["scope"].split()
        other = Request()
        await browser.get("/oauth/authorize", **other.query(prompt="select_account"))
        code = came_back(await browser.post("/sign-in/office", office="pension-authority/*"))["code"]
        changed = await offices.claims((await offices.tokens(code, other)).json()["access_token"])
    assert (changed["org"], changed["sid"] == access["sid"]) == ("pension-authority", False)
    assert await _ended(offices, access["sid"]) == "signed_in_anew"


async def test_scopes_asked_for_narrow_a_token(offices: Offices) -> None:
    worker = await offices.hire()
    request = Request()
    async with offices.browser() as browser:
        back = await browser.sign_in(worker, request, scope="openid payouts:submit clients:write made:up")
        tokens = (await offices.tokens(back["code"], request)).json()
    assert tokens["scope"].split() == ["openid", "payouts:submit"]


class TestACode:
    async def test_is_good_once_and_its_repeat_ends_what_came_of_it(self, offices: Offices) -> None:
        worker, request = await offices.hire(), Request()
        async with offices.browser() as browser:
            code = (await browser.sign_in(worker, request))["code"]
            tokens = (await offices.tokens(code, request)).json()
            again = await offices.tokens(code, request)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        refreshed = await offices.gateway.client.post("/oauth/token", data=_refresh(tokens))
        assert refreshed.json()["error"] == "invalid_grant"
        assert await _ended(offices, (await offices.claims(tokens["access_token"]))["sid"]) == "code_used_twice"

    @pytest.mark.parametrize(
        "changed",
        [
            {"code_verifier": "x" * 64},
            {"code_verifier": None},
            {"redirect_uri": "https://console.test/callback?from=menu"},
            {"redirect_uri": None},
            {"code": "made-up"},
        ],
    )
    async def test_goes_with_its_verifier_and_its_address(
        self, offices: Offices, changed: dict[str, str | None]
    ) -> None:
        worker, request = await offices.hire(), Request()
        async with offices.browser() as browser:
            code = (await browser.sign_in(worker, request))["code"]
            refused = await offices.tokens(code, request, **changed)
            assert refused.status_code == 400, refused.text
            if "code" not in changed:
                assert (await offices.tokens(code, request)).status_code == 400, "a code that was tried is used up"

    async def test_is_of_one_client(self, offices: Offices) -> None:
        worker, request = await offices.hire(), Request()
        async with offices.browser() as browser:
            code = (await browser.sign_in(worker, request))["code"]
            stolen = await offices.tokens(code, request, **proof("other", OTHER_KEY))
            assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
            public = await offices.tokens(
                code, request, client_id="unicard", client_assertion=None, client_assertion_type=None
            )
            assert (public.status_code, public.json()["error"]) == (400, "invalid_grant")
            assert (await offices.tokens(code, request)).status_code == 200

    @pytest.mark.parametrize(
        "changed",
        [
            {"client_assertion": None, "client_assertion_type": None, "client_id": "console"},
            {"client_assertion": None, "client_assertion_type": None},
            proof("console", OTHER_KEY),
            {**proof(), "client_id": "other"},
        ],
    )
    async def test_needs_the_clients_key(self, offices: Offices, changed: dict[str, str | None]) -> None:
        worker, request = await offices.hire(), Request()
        async with offices.browser() as browser:
            code = (await browser.sign_in(worker, request))["code"]
        refused = await offices.tokens(code, request, **changed)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")

    async def test_that_was_used_ends_nothing_for_whoever_is_not_its_client(self, offices: Offices) -> None:
        worker, request = await offices.hire(), Request()
        async with offices.browser() as browser:
            code = (await browser.sign_in(worker, request))["code"]
        tokens = (await offices.tokens(code, request)).json()
        no_proof = {"client_assertion": None, "client_assertion_type": None, "client_id": "console"}
        assert (await offices.tokens(code, request, **no_proof)).status_code == 401
        assert (await offices.tokens(code, request, **proof("other", OTHER_KEY))).status_code == 400
        assert (await _refreshed(offices, tokens)).status_code == 200

    async def test_runs_out(self, offices: Offices) -> None:
        worker, request = await offices.hire(), Request()
        async with offices.browser() as browser:
            code = (await browser.sign_in(worker, request))["code"]
        await offices.gateway.runtime.pool.execute("UPDATE authorization_code SET expires_at = now()")
        assert (await offices.tokens(code, request)).json()["error"] == "invalid_grant"


async def test_an_id_token_is_no_access_token(offices: Offices) -> None:
    tokens = await offices.signed_in(await offices.hire())
    for token, status in ((tokens["access_token"], 200), (tokens["id_token"], 401)):
        reply = await offices.gateway.client.get("/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})
        assert reply.status_code == status


class TestASession:
    async def test_ends_by_revoking_and_its_tokens_with_it(self, offices: Offices) -> None:
        tokens = await offices.signed_in(await offices.hire())
        gone = await offices.gateway.client.post("/oauth/revoke", data={**proof(), "token": tokens["refresh_token"]})
        assert gone.status_code == 200
        assert (await _refreshed(offices, tokens)).json()["error"] == "invalid_grant"
        await offices.gateway.runtime.revocations.refresh(offices.gateway.runtime.pool)
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        refused = await offices.gateway.client.get("/oauth/userinfo", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "caller_suspended")
        sid = (await offices.claims(tokens["access_token"]))["sid"]
        told = await offices.gateway.runtime.pool.fetch(
            "SELECT payload FROM outbox WHERE type = 'eg.unicard.gateway.SessionEnded.v1' AND key = $1", sid
        )
        assert len(told) == 1

    async def test_is_not_ended_by_another_client(self, offices: Offices) -> None:
        tokens = await offices.signed_in(await offices.hire())
        form = {**proof("other", OTHER_KEY), "token": tokens["refresh_token"]}
        assert (await offices.gateway.client.post("/oauth/revoke", data=form)).status_code == 200
        assert (await _refreshed(offices, tokens)).status_code == 200

    @pytest.mark.parametrize("passed", ["last_seen = now() - interval '16 minutes'", "ends_at = now()"])
    async def test_ends_idle_and_at_its_longest(self, offices: Offices, passed: str) -> None:
        worker = await offices.hire()
        tokens = await offices.signed_in(worker)
        await offices.gateway.runtime.pool.execute(
            f"UPDATE session SET started_at = started_at - interval '1 day', {passed} WHERE person_id = $1",
            worker.person_id,
        )
        assert (await _refreshed(offices, tokens)).json()["error"] == "invalid_grant"

    @pytest.mark.parametrize("change", ["status = 'left'", "status = 'suspended'", "valid_until = '2020-01-01'"])
    async def test_goes_no_further_when_its_person_leaves(self, offices: Offices, change: str) -> None:
        worker = await offices.hire()
        tokens = await offices.signed_in(worker)
        await offices.gateway.runtime.pool.execute(f"UPDATE person SET {change} WHERE person_id = $1", worker.person_id)
        assert (await _refreshed(offices, tokens)).json()["error"] == "invalid_grant"
        async with offices.browser() as browser:
            await browser.get("/oauth/authorize", **Request().query())
            page = await browser.post("/sign-in", name=worker.name, password=worker.password)
        assert page.status_code == 401

    async def test_has_the_rights_of_the_moment(self, offices: Offices) -> None:
        worker = await offices.hire()
        tokens = await offices.signed_in(worker)
        await offices.gateway.runtime.pool.execute(
            "UPDATE role_grant SET valid_to = now() + interval '1 microsecond', valid_from = now() - interval '1 day'"
            " WHERE person_id = $1",
            worker.person_id,
        )
        assert (await _refreshed(offices, tokens)).json()["error"] == "invalid_grant"

    async def test_a_refresh_token_that_was_replaced_ends_it(self, offices: Offices) -> None:
        worker = await offices.hire()
        tokens = await offices.signed_in(worker, Request("unicard", "http://127.0.0.1:53991/callback"))
        form = {"grant_type": "refresh_token", "client_id": "unicard", "refresh_token": tokens["refresh_token"]}
        client = offices.gateway.client
        newer = (await client.post("/oauth/token", data=form)).json()
        assert (await client.post("/oauth/token", data=form)).status_code == 200, "its answer may have been lost"
        await offices.gateway.runtime.pool.execute(
            "UPDATE refresh_token SET replaced_at = replaced_at - interval '1 minute'"
        )
        assert (await client.post("/oauth/token", data=form)).json()["error"] == "invalid_grant"
        newest = {**form, "refresh_token": newer["refresh_token"]}
        assert (await client.post("/oauth/token", data=newest)).json()["error"] == "invalid_grant"


class TestSigningOut:
    async def test_by_the_clients_id_token(self, offices: Offices) -> None:
        worker, request = await offices.hire(), Request()
        async with offices.browser() as browser:
            tokens = (await offices.tokens((await browser.sign_in(worker, request))["code"], request)).json()
            query = {"post_logout_redirect_uri": "https://console.test/bye", "state": "s1"}
            reply = await browser.get("/oauth/end-session", id_token_hint=tokens["id_token"], **query)
            assert reply.headers["location"] == "https://console.test/bye?state=s1"
            back = came_back(await browser.get("/oauth/authorize", **Request().query(prompt="none")))
        assert back["error"] == "login_required"
        assert (await _refreshed(offices, tokens)).json()["error"] == "invalid_grant"

    async def test_is_asked_where_no_id_token_says_so(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with offices.browser() as browser:
            await browser.sign_in(worker)
            query = {"client_id": "console", "post_logout_redirect_uri": "https://evil.test/"}
            page = await browser.get("/oauth/end-session", **query)
            assert "evil.test" not in page.text
            assert "code" in came_back(await browser.get("/oauth/authorize", **Request().query(prompt="none")))
            await browser.get("/oauth/end-session")
            page = await browser.post("/oauth/end-session", to="https://evil.test/")
            assert page.status_code == 200
            back = came_back(await browser.get("/oauth/authorize", **Request().query(prompt="none")))
        assert back["error"] == "login_required"


async def test_discovery_names_what_is_there(offices: Offices) -> None:
    told = (await offices.gateway.client.get("/.well-known/openid-configuration")).json()
    assert told["issuer"] == PUBLIC_URL
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"):
        path = told[name].removeprefix(PUBLIC_URL)
        assert (await offices.gateway.client.get(path)).status_code != 404, name


def _refresh(tokens: dict[str, Any]) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], **proof()}


async def _refreshed(offices: Offices, tokens: dict[str, Any]) -> httpx.Response:
    return await offices.gateway.client.post("/oauth/token", data=_refresh(tokens))


async def _ended(offices: Offices, sid: str) -> str | None:
    why: str | None = await offices.gateway.runtime.pool.fetchval(
        "SELECT ended_why FROM session WHERE sid = $1::text::uuid", sid
    )
    return why
