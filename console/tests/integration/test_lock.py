"""The lock before the real gateway: a PIN for one session, nothing shown while it is locked, what was typed kept."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from .conftest import Browser, Desk, Worker

PIN = "7294"


@pytest.fixture
async def worker(desk: Desk) -> Worker:
    return await desk.hire()


@pytest.fixture
async def browser(desk: Desk, worker: Worker) -> AsyncIterator[Browser]:
    browser = desk.browser()
    await browser.sign_in(worker)
    yield browser
    await browser.client.aclose()


async def idle(desk: Desk, worker: Worker, minutes: int) -> None:
    await desk.console.state.context.pool.execute(
        "UPDATE session SET seen_at = seen_at - make_interval(mins => $2) WHERE subject = $1",
        f"person:{worker.person_id}", minutes,
    )  # fmt: skip


async def choose(browser: Browser, pin: str = PIN, again: str | None = None) -> str:
    await browser.get("/console/lock/pin")
    page = await browser.post("/console/lock/pin", pin=pin, again=pin if again is None else again)
    return page.text


async def test_a_locked_screen_shows_nothing_and_its_pin_leads_back(browser: Browser) -> None:
    assert "تُفتح برقمك" in await choose(browser, "٧٢٩٤")
    await browser.get("/console/people?state=x")
    page = await browser.post("/console/lock", **{"lock.to": "/console/people?state=x"})
    assert page.url.path == "/console/lock"
    assert "منى سالم" not in page.text
    for path in ("/console", "/console/people", "/console/cards/0190"):
        assert (await browser.get(path)).url.path == "/console/lock"
    page = await browser.get("/console/people?state=x")
    page = await browser.post("/console/lock/opening", pin=PIN)
    assert str(page.url).endswith("/console/people?state=x")
    assert "منى سالم" in page.text


async def test_five_wrong_pins_end_the_session(browser: Browser) -> None:
    await choose(browser)
    await browser.post("/console/lock")
    for left in (4, 3, 2, 1):
        page = await browser.post("/console/lock/opening", pin="5030")
        assert page.status_code == 422
        assert "<title>خطأ: " in page.text
        assert f"المحاولات الباقية: {left}" in page.text
        assert "5030" not in page.text
    page = await browser.post("/console/lock/opening", pin="5030")
    assert page.url.path == "/sign-in"
    assert (
        (await browser.client.get(f"{browser.desk.console_url}/console"))
        .headers["location"]
        .startswith("/console/sign-in")
    )


@pytest.mark.parametrize(
    ("pin", "again", "said"),
    [
        ("123", "123", "اكتب من 4 إلى 8 أرقام."),
        ("abcd", "abcd", "اكتب من 4 إلى 8 أرقام."),
        ("1111", "1111", "متتابعاً"),
        ("4567", "4567", "متتابعاً"),
        ("7294", "7295", "غير متطابقين"),
    ],
)
async def test_a_pin_that_is_none_is_refused(browser: Browser, pin: str, again: str, said: str) -> None:
    assert said in await choose(browser, pin, again)


async def test_the_pin_lies_hashed_under_a_key_and_opens_no_other_session(desk: Desk, worker: Worker) -> None:
    first, second = desk.browser(), desk.browser()
    await first.sign_in(worker)
    await choose(first)
    other = await desk.hire()
    await second.sign_in(other)
    await choose(second)
    marks = await desk.console.state.context.pool.fetch(
        "SELECT pin_mark FROM session WHERE subject = ANY($1)",
        [f"person:{one.person_id}" for one in (worker, other)],
    )
    assert len({bytes(row["pin_mark"]) for row in marks}) == 2
    assert not any(PIN.encode() in row["pin_mark"] for row in marks)
    await first.client.aclose()
    await second.client.aclose()


async def test_what_was_typed_when_the_screen_was_locked_stands_there_again(browser: Browser) -> None:
    await choose(browser)
    await browser.get("/console/people")
    typed = {"sought": "محمد على", "lock.place": "/console/people", "lock.to": "/console/people"}
    await browser.post("/console/lock", **typed)
    page = await browser.post("/console/lock/opening", pin=PIN)
    assert page.url.path == "/console/people"
    assert 'value="محمد على"' in page.text
    assert "محفوظ" in page.text


async def test_somebody_else_at_the_same_browser_sees_nothing_of_it(desk: Desk, browser: Browser) -> None:
    await browser.get("/console/people")
    await browser.post(
        "/console/lock", **{"sought": "محمد على", "lock.place": "/console/people", "lock.to": "/console/people"}
    )
    assert "لم تختر رقماً" in browser.page.text
    other = await desk.hire()
    browser.client.cookies.delete("session")
    page = await browser.get("/console/sign-in?again=1&to=%2Fconsole%2Fpeople")
    page = await browser.post("/sign-in", name=other.name, password="barley lantern orchard seventeen")
    page = await browser.post("/sign-in/second-factor", code=other.code())
    assert page.url.path == "/console/people", page.text
    assert "محمد على" not in page.text


async def test_unused_a_session_with_a_pin_is_locked_and_one_without_is_over(
    desk: Desk, worker: Worker, browser: Browser
) -> None:
    await choose(browser)
    await idle(desk, worker, 16)
    assert (await browser.get("/console")).url.path == "/console/lock"
    assert (await browser.get("/console")).url.path == "/console/lock"  # asking did not use it
    page = await browser.post("/console/lock/opening", pin=PIN)
    assert page.url.path == "/console"
    await desk.console.state.context.pool.execute("UPDATE session SET pin_mark = NULL")
    await idle(desk, worker, 16)
    assert (await browser.get("/console/session/time-left")).json() == {"seconds": 0}


async def test_asking_how_much_is_left_is_no_use_and_the_sessions_page_is(
    desk: Desk, worker: Worker, browser: Browser
) -> None:
    await idle(desk, worker, 14)
    for _ in range(2):
        assert 0 < (await browser.get("/console/session/time-left")).json()["seconds"] <= 60
    assert "مُدّت الجلسة" in (await browser.get("/console/session")).text
    assert (await browser.get("/console/session/time-left")).json()["seconds"] > 840


async def test_a_lock_is_opened_by_forms_of_its_own_session_alone(browser: Browser) -> None:
    await choose(browser)
    await browser.post("/console/lock")
    page = await browser.post("/console/lock/opening", pin=PIN, form_token="0" * 64)
    assert page.status_code == 403
    assert (await browser.get("/console")).url.path == "/console/lock"


async def test_nobody_is_led_elsewhere_by_the_lock(browser: Browser) -> None:
    await choose(browser)
    page = await browser.post("/console/lock", **{"lock.to": "https://elsewhere.test/"})
    page = await browser.post("/console/lock/opening", pin=PIN, to="//elsewhere.test")
    assert page.url.path == "/console"
