"""Signing in at the real gateway, going on, and signing out."""

from __future__ import annotations

import re

import httpx
import pytest

from chassis.testing import PLAIN
from staff_console.sessions import service as sessions

from .conftest import Desk


async def test_somebody_signs_in_sees_their_office_and_signs_out(desk: Desk) -> None:
    worker, browser = await desk.hire("card-officer"), desk.browser()
    page = await browser.sign_in(worker)
    assert (page.status_code, page.url.path) == (200, "/console")
    assert '<html lang="ar" dir="rtl">' in page.text
    assert "منى سالم" in page.text
    assert "مسؤول إيقاف الكروت واستبدالها – بورسعيد" in page.text
    page = await browser.post("/console/sign-out")
    assert page.url.path == "/console/signed-out"
    page = await browser.get("/console")
    assert page.url.path == "/sign-in"  # the gateway's session has ended, too
    await browser.client.aclose()


async def test_the_browser_holds_a_cookie_and_no_token(desk: Desk) -> None:
    worker, browser = await desk.hire(), desk.browser()
    page = await browser.sign_in(worker)
    assert "eyJ" not in page.text
    kept = {cookie.name: str(cookie.value) for cookie in browser.client.cookies.jar}
    assert "console" in kept
    assert not any("eyJ" in value for value in kept.values())
    reply = await browser.client.get(f"{desk.console_url}/console?lang=en")
    (said,) = [one for one in reply.headers.get_list("set-cookie") if one.startswith("console-language=en")]
    assert "HttpOnly" in said
    assert "SameSite=lax" in said
    await browser.client.aclose()


async def test_pages_keep_out_of_caches_frames_and_inline_scripts(desk: Desk) -> None:
    reply = await desk.browser().client.get(f"{desk.console_url}/console/signed-out")
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-frame-options"] == "DENY"
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    scripts = re.findall("<script.*?</script>", reply.text, re.DOTALL)
    assert scripts
    assert all(re.fullmatch(r'<script src="/console/static/[\w.]+\?v=\w+" defer></script>', one) for one in scripts)
    assert "style=" not in reply.text


async def test_the_language_is_kept(desk: Desk) -> None:
    worker, browser = await desk.hire(), desk.browser()
    await browser.sign_in(worker)
    page = await browser.get("/console?lang=en")
    assert '<html lang="en" dir="ltr">' in page.text
    page = await browser.get("/console")
    assert '<html lang="en" dir="ltr">' in page.text
    assert "Officer for cards" in page.text
    await browser.client.aclose()


async def test_where_somebody_wanted_to_go_is_remembered_and_nobody_is_led_elsewhere(desk: Desk) -> None:
    worker = await desk.hire()
    browser = desk.browser()
    page = await browser.sign_in(worker, "/console?lang=en")
    assert page.url.path == "/console"
    for place in ("https://elsewhere.test/", "//elsewhere.test", "/console\\@elsewhere.test", "/consoles"):
        page = await browser.get(f"/console/sign-in?to={place}")
        assert page.url.path == "/console"
    await browser.client.aclose()


async def test_a_form_of_another_session_is_refused(desk: Desk) -> None:
    worker, browser = await desk.hire(), desk.browser()
    await browser.sign_in(worker)
    page = await browser.post("/console/sign-out", form_token="0" * 64)
    assert page.status_code == 403
    assert "هذه الصفحة من جلسة سابقة" in page.text
    assert (await browser.get("/console")).status_code == 200
    await browser.client.aclose()


async def test_what_comes_back_without_a_sign_in_under_way_is_refused(desk: Desk) -> None:
    browser = desk.browser()
    page = await browser.get("/console/callback?code=stolen&state=guessed")
    assert page.status_code == 400
    assert "لم يكتمل تسجيل الدخول" in page.text
    await browser.client.aclose()


async def test_tokens_lie_sealed_and_are_renewed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, browser = await desk.hire(), desk.browser()
    await browser.sign_in(worker)
    pool, subject = desk.console.state.context.pool, f"person:{worker.person_id}"
    before = await pool.fetchval("SELECT tokens_sealed FROM session WHERE subject = $1", subject)
    assert b"eyJ" not in before
    monkeypatch.setattr(sessions, "_FRESH_SECONDS", 3600.0)  # as if the token were about to end
    page = await browser.get("/console")
    assert page.status_code == 200
    assert await pool.fetchval("SELECT tokens_sealed FROM session WHERE subject = $1", subject) != before
    await browser.client.aclose()


async def test_a_session_that_the_gateway_has_ended_ends_here(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, browser = await desk.hire(), desk.browser()
    await browser.sign_in(worker)
    await desk.gateway.state.runtime.pool.execute(
        "UPDATE session SET ended_at = now(), ended_why = 'test' WHERE person_id = $1", worker.person_id
    )
    monkeypatch.setattr(sessions, "_FRESH_SECONDS", 3600.0)
    page = await browser.get("/console")
    assert page.url.path == "/sign-in"
    await browser.client.aclose()


async def test_a_session_ends_when_nobody_has_asked_for_a_page(desk: Desk) -> None:
    worker, browser = await desk.hire(), desk.browser()
    await browser.sign_in(worker)
    await desk.console.state.context.pool.execute(
        "UPDATE session SET seen_at = seen_at - interval '16 minutes' WHERE subject = $1", f"person:{worker.person_id}"
    )
    reply = await browser.client.get(f"{desk.console_url}/console")
    assert reply.status_code == 303
    assert reply.headers["location"] == "/console/sign-in?to=%2Fconsole"
    await browser.client.aclose()


async def test_probes_say_whether_pages_can_be_shown(desk: Desk) -> None:
    async with httpx.AsyncClient(base_url=desk.console_url, verify=PLAIN) as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/readyz")).json()["checks"] == {"database": "ok"}
