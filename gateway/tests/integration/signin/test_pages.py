"""The pages: what a browser meets, who is slowed down, and what a stolen form is good for."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from api_gateway.signin import account_api, delays, pages_api
from api_gateway.signin.delays import Pace
from api_gateway.signin.external import api as external_api
from api_gateway.signin.provider import api as provider_api
from api_gateway.signin.sessions.devices import short_name

from .conftest import PASSWORD, Browser, Offices, Request, Worker, came_back

if TYPE_CHECKING:
    from ..conftest import StartGateway


async def test_pages_are_closed_to_scripts_frames_and_caches(offices: Offices) -> None:
    async with offices.browser() as browser:
        first = await browser.client.get("/oauth/authorize", params=Request().query())
        page = await browser._follow() if browser.page else await browser.client.get("/sign-in")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://console.test" in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    cookie = first.headers["set-cookie"]
    assert cookie.startswith("__Host-op-flow=")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    assert "Domain" not in cookie
    assert not re.search(r"\son\w+=|<script>|style=", page.text), "nothing in a page that the policy would stop"


async def test_a_loopback_without_tls_is_served_too(start_gateway: StartGateway) -> None:
    plain = Offices(await start_gateway(gateway_public_url="http://edge.test", issuer="http://edge.test,unicard"))
    worker = await plain.hire()
    async with plain.browser() as browser:
        browser.client.base_url = "http://edge.test"
        reply = await browser.client.get("/account")
        assert reply.headers["location"] == "/sign-in"
        await browser.get("/account")
        await browser.post("/sign-in", name=worker.name, password=worker.password)
        page = await browser.post("/sign-in/second-factor", code=worker.code())
    assert "منى سالم" in page.text


@pytest.mark.parametrize(
    ("accepts", "direction", "words"), [("ar-EG", "rtl", "كلمة السر"), ("en-GB", "ltr", "Password")]
)
async def test_pages_speak_the_browsers_language(offices: Offices, accepts: str, direction: str, words: str) -> None:
    async with offices.browser(**{"Accept-Language": accepts}) as browser:
        page = await browser.get("/oauth/authorize", **Request().query())
        assert f'dir="{direction}"' in page.text
        assert words in page.text
        other = await browser.post("/sign-in/language")
        assert f'dir="{direction}">\n<head' not in other.text
        failed = await browser.post("/sign-in", name="nobody", password="x" * 20)
        assert f'dir="{direction}">\n<head' not in failed.text
        assert 'role="alert"' in failed.text


async def test_every_field_has_its_label(offices: Offices) -> None:
    worker = await offices.hire()
    async with offices.browser() as browser:
        pages = [await browser.get("/oauth/authorize", **Request().query())]
        pages.append(await browser.post("/sign-in", name=worker.name, password=worker.password))
    for page in pages:
        inputs = re.findall(r"<input (?![^>]*type=\"hidden\")[^>]*>", page.text)
        ids = [re.search(r'id="([a-z]+)"', one) for one in inputs]
        assert ids
        assert all(found and f'<label for="{found[1]}">' in page.text for found in ids)


async def test_unknown_names_wrong_passwords_and_closed_accounts_read_alike(offices: Offices) -> None:
    worker, gone = await offices.hire(), await offices.hire()
    await offices.gateway.runtime.pool.execute("UPDATE person SET status = 'left' WHERE person_id = $1", gone.person_id)
    texts = set()
    for name, password in ((worker.name, "wrong wrong wrong"), ("no.such.person", PASSWORD), (gone.name, PASSWORD)):
        async with offices.browser() as browser:
            await browser.get("/oauth/authorize", **Request().query())
            page = await browser.post("/sign-in", name=name, password=password)
        assert page.status_code == 401
        text = page.text.replace(name, "NAME")
        texts.add(re.sub(r'(name="form_token" value|data-options)="[^"]*"', "", text))
    assert len(texts) == 1


async def _tries(browser: Browser, name: str, count: int) -> None:
    for _ in range(count):
        await browser.post("/sign-in", name=name, password="wrong wrong wrong")


def _mark(offices: Offices, worker: Worker) -> bytes:
    return offices.gateway.runtime.state.sign_in.marks.of("name", worker.name)


async def _hold(offices: Offices, worker: Worker) -> None:
    """Let the delay that has begun be longer than a busy machine takes for the rest of the test."""
    held = await offices.gateway.runtime.pool.execute(
        "UPDATE sign_in_delay SET not_before = now() + interval '1 minute' WHERE mark = $1 AND door = 'password'"
        " AND failures = 5",
        _mark(offices, worker),
    )
    assert held == "UPDATE 1"


async def test_each_further_try_waits_twice_as_long_and_fifteen_minutes_at_most(offices: Offices) -> None:
    runtime, mark, now = offices.gateway.runtime, secrets.token_bytes(32), datetime.now(UTC)
    waits = []
    for _ in range(20):
        assert await delays.enter(runtime.sessions, mark, "password", Pace(5, 1, 900), now)
        until = await runtime.pool.fetchval("SELECT not_before FROM sign_in_delay WHERE mark = $1", mark)
        waits.append((until - now).total_seconds())
        now = until
    assert waits[:10] == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32]
    assert waits[-1] == 900
    assert not await delays.enter(runtime.sessions, mark, "password", Pace(5, 1, 900), now - timedelta(seconds=1))


class TestGuessing:
    async def test_is_slowed_and_never_shut_out_for_good(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with offices.browser() as browser:
            await browser.get("/oauth/authorize", **Request().query())
            await _tries(browser, worker.name, 5)
            await _hold(offices, worker)
            await _tries(browser, worker.name, 4)
            page = await browser.post("/sign-in", name=worker.name, password=worker.password)
            assert page.status_code == 401, "the right password has to wait like any other"
            failures = await offices.gateway.runtime.pool.fetchval(
                "SELECT failures FROM sign_in_delay WHERE mark = $1", _mark(offices, worker)
            )
            assert failures == 5, "what has to wait is not counted: nobody is held up by another's hammering"
            await offices.gateway.runtime.pool.execute("UPDATE sign_in_delay SET not_before = now()")
            page = await browser.post("/sign-in", name=worker.name, password=worker.password)
        assert 'name="code"' in page.text

    async def test_does_not_hold_up_whoever_signed_in_here_before(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with offices.browser() as own, offices.browser() as stranger:
            await own.sign_in(worker)
            await stranger.get("/oauth/authorize", **Request().query())
            await _tries(stranger, worker.name, 5)
            await _hold(offices, worker)
            await own.get("/oauth/authorize", **Request().query(prompt="login"))
            page = await own.post("/sign-in", name=worker.name, password=worker.password)
            assert 'name="code"' in page.text
            page = await stranger.post("/sign-in", name=worker.name, password=worker.password)
            assert page.status_code == 401

    async def test_at_codes_is_counted_apart(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with offices.browser() as browser:
            await browser.get("/oauth/authorize", **Request().query())
            await browser.post("/sign-in", name=worker.name, password=worker.password)
            for _ in range(6):
                page = await browser.post("/sign-in/second-factor", code="000000")
                assert page.status_code == 401
            page = await browser.post("/sign-in/second-factor", code=worker.code())
            assert page.status_code == 401, "the right code has to wait as well"
            page = await browser.post("/sign-in/second-factor", code=worker.codes[0])
            assert page.status_code == 401

    async def test_from_one_address_ends(self, start_gateway: StartGateway) -> None:
        from .conftest import SIGN_IN

        small = Offices(await start_gateway(**SIGN_IN, signin_address_failures=5))
        worker = await small.hire()
        async with (
            small.browser(**{"X-Forwarded-For": "10.0.0.9, 198.51.100.7"}) as browser,
            small.browser(**{"X-Forwarded-For": "198.51.100.7, 198.51.100.8"}) as elsewhere,
        ):
            await browser.get("/oauth/authorize", **Request().query())
            for n in range(5):
                await browser.post("/sign-in", name=f"name{n}", password="wrong wrong wrong")
            page = await browser.post("/sign-in", name=worker.name, password=worker.password)
            assert page.status_code == 401
            await elsewhere.get("/oauth/authorize", **Request().query())
            page = await elsewhere.post("/sign-in", name=worker.name, password=worker.password)
            assert 'name="code"' in page.text


class TestCodes:
    async def test_are_taken_once(self, offices: Offices) -> None:
        worker = await offices.hire()
        code = worker.code()
        async with offices.browser() as first, offices.browser() as second:
            for browser in (first, second):
                await browser.get("/oauth/authorize", **Request().query())
                await browser.post("/sign-in", name=worker.name, password=worker.password)
            assert "code" in came_back(await first.post("/sign-in/second-factor", code=code))
            assert (await second.post("/sign-in/second-factor", code=code)).status_code == 401

    async def test_of_recovery_are_taken_once_in_place_of_the_phone(self, offices: Offices) -> None:
        worker = await offices.hire()
        for expected in (303, 401):
            async with offices.browser() as browser:
                await browser.get("/oauth/authorize", **Request().query())
                await browser.post("/sign-in", name=worker.name, password=worker.password)
                page = await browser.post("/sign-in/second-factor", code=worker.codes[3].lower().replace("-", " "))
            assert page.status_code == expected

    async def test_in_arabic_digits_are_read(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with offices.browser() as browser:
            await browser.get("/oauth/authorize", **Request().query())
            await browser.post("/sign-in", name=worker.name.upper(), password=worker.password)
            code = worker.code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
            assert "code" in came_back(await browser.post("/sign-in/second-factor", code=code))


# Every place that a form of the pages leads to; an authorization request is no form of theirs.
FORMS = sorted(
    route.path
    for routes in (pages_api.routes, account_api.routes, external_api.routes, provider_api.routes)
    for route in routes.api.routes
    if isinstance(route, APIRoute) and route.methods == {"POST"} and route.response_class is HTMLResponse
    if route.path != "/oauth/authorize"
)


class TestForms:
    @pytest.mark.parametrize("path", FORMS)
    async def test_stand_on_a_sign_in_that_is_under_way(self, offices: Offices, path: str) -> None:
        worker = await offices.hire()
        fields = {"name": worker.name, "password": worker.password, "again": worker.password, "what": "password"}
        async with offices.browser() as stranger, offices.browser() as browser:
            assert (await stranger.client.post(path, data=fields)).status_code == 400
            await browser.sign_in(worker)
            await browser.get("/account")
            page = await browser.client.post(path, data={**fields, "form_token": "0" * 64})
            assert page.status_code == 400
            assert "/sign-in" in page.text, "a way to begin again"
            still = came_back(await browser.get("/oauth/authorize", **Request().query(prompt="none")))
        assert "code" in still

    async def test_need_the_token_of_their_browser(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with offices.browser() as browser, offices.browser() as thief:
            await browser.get("/oauth/authorize", **Request().query())
            await thief.get("/oauth/authorize", **Request().query())
            data = {"name": worker.name, "password": worker.password}
            for token in ("", "0" * 64, thief.form_token):
                page = await browser.client.post("/sign-in", data={**data, "form_token": token})
                assert page.status_code == 400, token

    @pytest.mark.parametrize(
        "path", ["/sign-in/office", "/sign-in/second-factor", "/sign-in/password", "/sign-in/authenticator"]
    )
    async def test_do_not_skip_a_step(self, offices: Offices, path: str) -> None:
        worker = await offices.hire()
        async with offices.browser() as browser:
            await browser.get("/oauth/authorize", **Request().query())
            fields = {"code": worker.code(), "office": "pension-authority/*", "password": PASSWORD, "again": PASSWORD}
            page = await browser.post(path, **fields)
            assert page.status_code == 400
            await browser.get("/oauth/authorize", **Request().query())
            await browser.post("/sign-in", name=worker.name, password=worker.password)
            if path != "/sign-in/second-factor":
                assert (await browser.post(path, **fields)).status_code == 400
            back = await browser.client.get("/oauth/authorize", params=Request().query(prompt="none"))
        assert came_back(back)["error"] == "login_required"

    async def test_a_cookie_that_was_altered_is_nobodys(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with offices.browser() as browser:
            await browser.sign_in(worker)
            await browser.get("/oauth/authorize", **Request().query(prompt="login"))
            for name in ("__Host-op-flow", "__Host-op"):
                value = browser.client.cookies[name]
                browser.client.cookies.set(name, value[:-2] + ("AA" if value[-2:] != "AA" else "BB"), "edge.test", "/")
            page = await browser.post("/sign-in", name=worker.name, password=worker.password)
            assert page.status_code == 400
            back = came_back(await browser.get("/oauth/authorize", **Request().query(prompt="none")))
        assert back["error"] == "login_required"


class TestOnesAccount:
    async def test_shows_sessions_and_ends_them(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with (
            offices.browser(**{"User-Agent": "Desk <b>1</b>"}) as desk,
            offices.browser(**{"User-Agent": "Phone"}) as phone,
        ):
            await desk.sign_in(worker)
            await offices.gateway.runtime.pool.execute("UPDATE totp SET last_timecode = 0")
            await phone.sign_in(worker)
            page = await desk.get("/account")
            assert "Desk &lt;b&gt;1&lt;/b&gt;" in page.text
            assert "Phone" in page.text
            page = await desk.post("/account/sessions/end")
            assert "Phone" not in page.text
            back = came_back(await phone.get("/oauth/authorize", **Request().query(prompt="none")))
            assert back["error"] == "login_required"
            assert "code" in came_back(await desk.get("/oauth/authorize", **Request().query(prompt="none")))

    async def test_ends_nobody_elses(self, offices: Offices) -> None:
        worker, other = await offices.hire(), await offices.hire()
        async with offices.browser() as own, offices.browser() as others:
            await own.sign_in(worker)
            await others.sign_in(other)
            sid = await offices.gateway.runtime.pool.fetchval(
                "SELECT sid FROM session WHERE person_id = $1", other.person_id
            )
            await own.get("/account")
            await own.post("/account/sessions/end", session=str(sid))
            assert "code" in came_back(await others.get("/oauth/authorize", **Request().query(prompt="none")))

    async def test_changes_the_password_and_ends_other_sessions(self, offices: Offices) -> None:
        worker = await offices.hire()
        tokens = await offices.signed_in(worker)
        await offices.gateway.runtime.pool.execute("UPDATE totp SET last_timecode = 0")
        new = "velvet anchor thistle nineteen"
        async with offices.browser() as browser:
            await browser.sign_in(worker)
            await browser.get("/account")
            await browser.post("/account/change", what="password")
            for weak in ("short", "aaaaaaaaaaaaaaa", "password12345678", f"{worker.name} {worker.name}"):
                page = await browser.post("/sign-in/password", password=weak, again=weak)
                assert page.status_code == 422, weak
            page = await browser.post("/sign-in/password", password=new, again=new + "x")
            assert page.status_code == 422
            page = await browser.post("/sign-in/password", password=new, again=new)
            assert "منى سالم" in page.text
        sid = (await offices.claims(tokens["access_token"]))["sid"]
        why = await offices.gateway.runtime.pool.fetchval(
            "SELECT ended_why FROM session WHERE sid = $1::text::uuid", sid
        )
        assert why == "factors_changed"
        for password, status in ((worker.password, 401), (new, 200)):
            async with offices.browser() as browser:
                await browser.get("/oauth/authorize", **Request().query())
                page = await browser.post("/sign-in", name=worker.name, password=password)
            assert page.status_code == status

    async def test_connects_another_phone(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with offices.browser() as browser:
            await browser.sign_in(worker)
            await browser.get("/account")
            page = await browser.post("/account/change", what="authenticator")
            assert "<svg" in page.text
            assert (await browser.post("/sign-in/authenticator", code="000000")).status_code == 422
            found = re.search(r"<code>([A-Z2-7 ]+)</code>", browser.page.text if browser.page else "")
            assert found
            worker.seed = found[1].replace(" ", "")
            page = await browser.post("/sign-in/authenticator", code=worker.code())
            codes = re.findall(r"<li><code>([A-Z0-9]{5}-[A-Z0-9]{5})</code></li>", page.text)
            assert len(set(codes)) == 10
            page = await browser.post("/sign-in/continue")
            assert "منى سالم" in page.text
        async with offices.browser() as browser:
            await browser.get("/oauth/authorize", **Request().query())
            await browser.post("/sign-in", name=worker.name, password=worker.password)
            assert "code" in came_back(await browser.post("/sign-in/second-factor", code=worker.code(1)))

    async def test_asks_for_the_factors_anew_before_a_change(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with offices.browser() as browser:
            await browser.sign_in(worker)
            await offices.gateway.runtime.pool.execute(
                "UPDATE session SET auth_time = auth_time - interval '10 minutes' WHERE person_id = $1",
                worker.person_id,
            )
            await browser.get("/account")
            page = await browser.post("/account/change", what="recovery-codes")
            assert 'name="password"' in page.text

    async def test_is_signed_in_to_again_after_its_session_has_ended(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with offices.browser() as browser:
            await browser.sign_in(worker)
            await browser.get("/account")
            await offices.gateway.runtime.pool.execute(
                "UPDATE session SET ended_at = now(), ended_why = 'x' WHERE person_id = $1", worker.person_id
            )
            await browser.get("/account")
            await browser.post("/sign-in", name=worker.name, password=worker.password)
            page = await browser.post("/sign-in/second-factor", code=worker.codes[0])
        assert "منى سالم" in page.text

    async def test_a_form_of_it_dies_with_the_session(self, offices: Offices) -> None:
        worker = await offices.hire()
        async with offices.browser() as browser:
            await browser.sign_in(worker)
            await browser.get("/account")
            await browser.post("/account/change", what="password")
            await offices.gateway.runtime.pool.execute(
                "UPDATE session SET ended_at = now(), ended_why = 'x' WHERE person_id = $1", worker.person_id
            )
            for path, fields in (
                ("/sign-in/password", {"password": PASSWORD + "x", "again": PASSWORD + "x"}),
                ("/sign-in/office", {"office": "pension-authority/*"}),
            ):
                page = await browser.client.post(path, data={"form_token": browser.form_token, **fields})
                assert page.status_code in {400, 403}, path


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36", "Chrome · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Mobile Safari/604.1", "Safari · iPhone"),
        ("Desk 7", "Desk 7"),
    ],
)  # fmt: skip
def test_devices_are_called_what_people_call_them(device: str, words: str) -> None:
    assert short_name(device) == words


async def test_a_password_that_must_change_is_changed_first(offices: Offices) -> None:
    worker = await offices.hire()
    await offices.gateway.runtime.pool.execute(
        "UPDATE password SET must_change = true WHERE person_id = $1", worker.person_id
    )
    new = "velvet anchor thistle nineteen"
    async with offices.browser() as browser:
        await browser.get("/oauth/authorize", **Request().query())
        await browser.post("/sign-in", name=worker.name, password=worker.password)
        page = await browser.post("/sign-in/second-factor", code=worker.code())
        assert 'name="again"' in page.text
        assert "code" in came_back(await browser.post("/sign-in/password", password=new, again=new))


async def test_who_has_no_rights_is_told(offices: Offices) -> None:
    worker = await offices.hire()
    await offices.gateway.runtime.pool.execute(
        "UPDATE role_grant SET state = 'revoked', ended_at = now() WHERE person_id = $1", worker.person_id
    )
    async with offices.browser() as browser:
        await browser.get("/oauth/authorize", **Request().query())
        await browser.post("/sign-in", name=worker.name, password=worker.password)
        page = await browser.post("/sign-in/second-factor", code=worker.code())
    assert page.status_code == 403
