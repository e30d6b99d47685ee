"""Lists in a real browser: swapped without a new page, focus kept, how many said once; what asks again backs off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from . import chromium
from .conftest import System
from .test_console_in_a_browser import sign_in

pytestmark = pytest.mark.slow

LIST = "/console/requests"
_HIDE = """
    (hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }
"""


@pytest.fixture(scope="module")
def page(system: System, first: dict[str, Any]) -> Iterator[Page]:
    assert first
    with chromium.browser() as browser:
        made = browser.new_context(locale="ar-EG", viewport={"width": 1100, "height": 800}).new_page()
        sign_in(system, made, "registry.approver", LIST)
        yield made


def test_a_tab_swaps_the_list_keeps_focus_and_says_how_many(system: System, page: Page) -> None:
    page.goto(system.edge + LIST)
    page.evaluate("window.same = true")
    page.evaluate(
        "new MutationObserver(() => { window.said = (window.said || 0) + 1; })"
        ".observe(document.getElementById('told'), { childList: true })"
    )
    page.focus(f'.tabs a[href="{LIST}?state=done"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{LIST}?state=done")
    page.wait_for_selector(f'.tabs a[href="{LIST}?state=done"][aria-current=page]')
    assert page.evaluate("window.same") is True  # the page is the same, its list another
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"{LIST}?state=done"
    said = page.inner_text("#told")
    assert said
    assert said in page.inner_text("#content")
    assert page.evaluate("window.said") == 1
    assert "state=done" in str(page.get_attribute("#tools a[lang=en]", "href"))
    assert page.evaluate("document.getElementById('told').getAttribute('aria-live')") == "polite"
    page.go_back()
    page.wait_for_selector(f'.tabs a[href="{LIST}?state=waiting"][aria-current=page]')


def test_a_session_that_has_ended_leads_to_the_sign_in_and_not_into_the_list(system: System, page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    other = browser.new_context(storage_state=page.context.storage_state()).new_page()
    other.goto(system.edge + LIST)
    other.context.clear_cookies()
    other.click(f'.tabs a[href="{LIST}?state=done"]')
    other.wait_for_url("**/sign-in**")
    other.context.close()


def _wait(page: Page, reached: Callable[[], bool], seconds: float = 90) -> None:
    """Wait while the page works, until something is so. AssertionError where it never is."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, f"not within {seconds:.0f} s"
        page.wait_for_timeout(200)


def test_what_is_not_done_asks_again_later_and_later_and_not_while_nobody_looks(system: System, page: Page) -> None:
    asked: list[float] = []

    def slowly(route: Route) -> None:
        """As a page of a job that is not done: its part asks again, and each answer takes a while."""
        if route.request.headers.get("hx-request"):
            asked.append(time.monotonic())
            time.sleep(1.2)
        answer = route.fetch()
        route.fulfill(
            response=answer, body=answer.text().replace('<nav class="tabs"', '<nav id="job" data-poll class="tabs"')
        )

    page.route(f"**{LIST}", slowly)
    page.goto(system.edge + LIST)
    _wait(page, lambda: len(asked) >= 3)
    first, second = (after - before for before, after in pairwise(asked[:3]))
    assert first > 4.5  # twice the two seconds of the first, and what the answer took
    assert second > 8.5
    page.evaluate(_HIDE, True)
    page.wait_for_timeout(3_000)
    before = len(asked)
    page.wait_for_timeout(18_000)
    assert len(asked) == before
    page.evaluate(_HIDE, False)
    _wait(page, lambda: len(asked) > before)
    page.unroute(f"**{LIST}")
