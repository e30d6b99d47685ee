"""The console in a real browser: keys alone, one effect however often a form is sent, what was done said once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from devstack.people.pages import STEP_SECONDS, code_of, step_now
from devstack.people.store import Store

from . import chromium
from .conftest import System
from .test_console import open_cards, replaced_at, site_of

pytestmark = pytest.mark.slow


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium.browser() as browser:
        yield browser.new_context(locale="ar-EG", viewport={"width": 1100, "height": 800}).new_page()


def sign_in(system: System, page: Page, name: str, to: str) -> None:
    page.goto(system.edge + to)
    enter(system, page, name)


def enter(system: System, page: Page, name: str) -> None:
    """Sign in on the page that asks for it."""
    store = Store(system.folder)
    known = store.all()[name]
    page.fill("#name", name)
    page.fill("#password", known.password)
    page.keyboard.press("Enter")
    page.wait_for_selector("#code")
    while step_now() <= known.used:
        time.sleep(STEP_SECONDS - time.time() % STEP_SECONDS + 0.1)
    page.fill("#code", code_of(known.seed, store.use(name, step_now())))
    page.keyboard.press("Enter")
    page.wait_for_url("**/console**")


def test_a_card_is_handed_over_with_one_key_after_the_scan(system: System, first: dict[str, Any], page: Page) -> None:
    assert first
    site_id = site_of(system)
    numbers = [replaced_at(system, site_id) for _ in range(2)]
    sign_in(system, page, "counter.clerk", "/console/handover")
    for number in numbers:
        assert page.evaluate("document.activeElement.id") == "sought"
        page.keyboard.type(number)  # a scanner types, and ends with Enter
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/handover/*")
        assert page.inner_text(":focus") == "سلّم الكارت"
        chromium.picture(page, "handover-check")
        page.keyboard.press("Enter")
        page.wait_for_selector(".notice")
        assert "سُلّم الكارت إلى" in page.inner_text(".notice")
        chromium.picture(page, "handover-done")


def blocks_of(system: System, card_id: str) -> int:
    path = f"{system.edge}/v1/cards/{card_id}/history"
    steps = httpx.get(path, headers=system.headers(), timeout=10).json()["items"]
    return [step["action"] for step in steps].count("block")


def test_a_form_has_one_effect_whatever_is_pressed_twice(system: System, first: dict[str, Any], page: Page) -> None:
    assert first
    _, card = next((number, card) for number, card in open_cards(system) if card["state"] == "active")
    place = f"/console/cards/{card['card_id']}"
    sign_in(system, page, "card.officer", f"{place}/block")
    page.wait_for_selector("text=سبب الإيقاف")
    page.check("input[value=lost]")
    page.dblclick("main button.danger")
    page.wait_for_selector(".notice")
    assert "أُوقف الكارت." in page.inner_text(".notice")
    page.reload()
    assert page.locator(".notice").count() == 0  # told once
    page.go_back()
    page.wait_for_selector("main button.danger")
    assert page.is_enabled("main button.danger")
    if not page.is_checked("input[value=lost]"):
        page.check("input[value=lost]")
    page.click("main button.danger")
    page.wait_for_load_state()
    assert blocks_of(system, card["card_id"]) == 1
    page.goto(system.edge + f"{place}/unblock")
    page.focus("main button")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice")
    assert "عاد الكارت إلى العمل." in page.inner_text(".notice")
