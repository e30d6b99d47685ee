"""The end of a session and the lock in a real browser: said before, one key goes on, a locked screen is empty."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from devstack.people.store import Store

from . import chromium
from .conftest import System
from .test_console_in_a_browser import enter, sign_in

pytestmark = pytest.mark.slow

PIN, TYPED = "7294", "محمد على"
_STORED = """
    async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, document.cookie]
"""


@pytest.fixture
def context() -> Iterator[BrowserContext]:
    with chromium.browser() as browser:
        yield browser.new_context(locale="ar-EG", viewport={"width": 1100, "height": 800})


def age(system: System, name: str, minutes: int) -> None:
    """Let the sessions of somebody have been unused for so long."""
    subject = f"person:{Store(system.folder).all()[name].person_id}"

    async def write() -> None:
        password, port = system.secrets()["POSTGRES_PASSWORD"], system.environment["UNICARD_POSTGRES_PORT"]
        database = await asyncpg.connect(f"postgresql://postgres:{password}@127.0.0.1:{port}/unicard_console")
        try:
            await database.execute(
                "UPDATE session SET seen_at = now() - make_interval(mins => $2) WHERE subject = $1", subject, minutes
            )
        finally:
            await database.close()

    with ThreadPoolExecutor(1) as aside:  # the browser has a loop of its own in this thread
        aside.submit(asyncio.run, write()).result()


def at_the_search(system: System, context: BrowserContext, name: str) -> Page:
    """Somebody who has begun to type at the search, in a page whose clock the test moves."""
    page = context.new_page()
    sign_in(system, page, name, "/console")
    page.clock.install()
    page.goto(f"{system.edge}/console/people")
    page.fill("#sought", TYPED)
    return page


def test_the_end_is_said_before_and_one_key_goes_on(
    system: System, first: dict[str, Any], context: BrowserContext
) -> None:
    assert first
    page = at_the_search(system, context, "registry.clerk")
    assert not page.is_visible("#ending")
    age(system, "registry.clerk", 14)
    page.clock.fast_forward("13:30")
    page.wait_for_selector("#ending[open]")
    chromium.picture(page, "session-ending")
    assert page.evaluate("document.activeElement.id") == "extend"
    page.keyboard.press("Enter")
    page.wait_for_selector("#ending", state="hidden")
    assert page.input_value("#sought") == TYPED
    assert page.evaluate("document.activeElement.id") == "sought"
    page.clock.fast_forward("01:00")
    assert not page.is_visible("#ending")


def test_a_session_that_ends_covers_the_screen_and_keeps_what_was_typed_for_the_same_person(
    system: System, first: dict[str, Any], context: BrowserContext
) -> None:
    assert first
    page = at_the_search(system, context, "registry.approver")
    age(system, "registry.approver", 15)
    page.clock.fast_forward("15:30")
    page.wait_for_url("**/sign-in**")
    assert TYPED not in page.content()
    page.clock.resume()
    enter(system, page, "registry.approver.two")
    page.wait_for_selector("#sought")
    assert page.input_value("#sought") == ""


def test_an_unused_screen_is_locked_and_its_pin_leads_back(
    system: System, first: dict[str, Any], context: BrowserContext
) -> None:
    assert first
    page = context.new_page()
    sign_in(system, page, "card.officer", "/console")
    page.fill("#pin", PIN)
    page.fill("#again", PIN)
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice")
    page.clock.install()
    page.goto(f"{system.edge}/console/people")
    page.fill("#sought", TYPED)
    page.clock.fast_forward("05:10")
    page.wait_for_url("**/console/lock?to=*")
    expect(page.locator("h1")).to_have_text("الشاشة مقفلة")
    assert TYPED not in page.content()
    assert "card.officer" not in page.content()
    chromium.picture(page, "locked")
    page.go_back()
    page.wait_for_selector("#pin")
    expect(page.locator("h1")).to_have_text("الشاشة مقفلة")  # what was open before is behind the lock, too
    page.goto(f"{system.edge}/console/people")
    expect(page.locator("#pin")).to_be_focused()
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/people")
    assert page.input_value("#sought") == TYPED
    assert page.evaluate(_STORED) == [0, 0, 0, ""]
