"""The console in a real browser, where Chromium is on the machine: keys alone, both directions, its policy."""

from __future__ import annotations

import csv
import io
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from devstack.people.pages import STEP_SECONDS, code_of, step_now
from devstack.people.store import Store

from .conftest import System
from .test_console import replaced_at

CHROMIUM = shutil.which("chromium")
# allow: skipped-test the same forms are sent without a browser in test_console; not every machine has one
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

# Where pictures of the pages are put, for somebody to look at.
PICTURES = os.environ.get("UNICARD_PICTURES")
LIST = "/console/registry"
WIDTHS = (1366, 1024, 360)
SCREENS = {
    "counter.clerk": ("/console", "/console/handover", "/console/people"),
    "registry.clerk": (
        "/console/people",
        "/console/requests",
        "/console/requests?state=done",
        "/console/nowhere",
        "/console/registry",
        "/console/registry?size_from=2&sort=members",
        "/console/registry/export",
        "/console/exports",
    ),
    "registry.approver": ("/console/approvals",),
    "payouts.approver": ("/console/payouts", "/console/payouts?state=completed"),
}


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_context(locale="ar-EG", viewport={"width": 1100, "height": 800}).new_page()
        browser.close()


def sign_in(system: System, page: Page, name: str, to: str) -> None:
    store = Store(system.folder)
    known = store.all()[name]
    page.goto(system.edge + to)
    page.fill("#name", name)
    page.fill("#password", known.password)
    page.keyboard.press("Enter")
    page.wait_for_selector("#code")
    while step_now() <= known.used:
        time.sleep(STEP_SECONDS - time.time() % STEP_SECONDS + 0.1)
    page.fill("#code", code_of(known.seed, store.use(name, step_now())))
    page.keyboard.press("Enter")
    page.wait_for_url("**/console**")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_a_card_is_handed_over_with_one_key_after_the_scan(system: System, first: dict[str, Any], page: Page) -> None:
    assert first
    sites = httpx.get(f"{system.edge}/v1/pickup-sites?governorate=03&limit=200", headers=system.headers(), timeout=10)
    site_id = next(one["site_id"] for one in sites.json()["items"] if one["name_en"] == "Port Said Main Post Office")
    numbers = [replaced_at(system, site_id) for _ in range(2)]
    sign_in(system, page, "counter.clerk", "/console/handover")
    for number in numbers:
        assert page.evaluate("document.activeElement.id") == "sought"
        page.keyboard.type(number)  # a scanner types, and ends with Enter
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/handover/*")
        assert page.inner_text(":focus") == "سلّم الكارت"
        picture(page, "handover-check")
        page.keyboard.press("Enter")
        page.wait_for_selector(".notice")
        assert "سُلّم الكارت إلى" in page.inner_text(".notice")
        picture(page, "handover-done")


@pytest.mark.parametrize("name", SCREENS)
def test_screens_fit_in_both_directions_and_break_no_policy(
    system: System, first: dict[str, Any], page: Page, name: str
) -> None:
    assert first
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    sign_in(system, page, name, "/console")
    for path in SCREENS[name]:
        for language, direction in (("en", "ltr"), ("ar", "rtl")):
            page.goto(f"{system.edge}{path}{'&' if '?' in path else '?'}lang={language}")
            told = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
            assert told == [language, direction]
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert over <= 0, f"{path} is {over} px too wide at {width} in {language}"
            small = page.evaluate(
                "[...document.querySelectorAll('a, button, input:not([type=hidden]), select')]"
                ".filter(one => one.offsetParent && one.getClientRects()[0].height < 24).map(one => one.outerHTML)"
            )
            assert small == [], small
    assert [fault for fault in faults if "status of 404" not in fault] == []


def rows(page: Page) -> list[str]:
    """The rows of the list, as they are read."""
    return page.locator("tbody tr").all_inner_texts()


def counted(page: Page) -> int:
    """The number that stands above the list."""
    digits = "".join(one for one in page.inner_text(".counted strong") if one.isdigit())
    return int(digits)


def narrowed(page: Page, **fields: str) -> None:
    """Fill in the filter and send it by the Enter key."""
    for name, value in fields.items():
        field = page.locator(f"#{name}")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.locator("#size_from").press("Enter")
    page.wait_for_load_state()


def test_back_a_link_and_a_filter_show_what_they_must(system: System, first: dict[str, Any], page: Page) -> None:
    assert first
    sign_in(system, page, "registry.clerk", LIST)
    every = counted(page)
    assert every > 100, "the demonstration's town fills three pages"
    picture(page, "register")
    narrowed(page, registered_from="١/١/٢٠٢٠")
    assert "registered_from=2020-01-01" in page.url
    assert counted(page) == every
    page.get_by_role("link", name="الأفراد").click()
    for _ in range(2):
        page.locator("a[rel=next]").click()
        page.wait_for_load_state()
    assert "page=3" in page.url
    assert "3" in page.inner_text(".counted")
    shown, address = rows(page), page.url
    page.locator("tbody th a").nth(1).click()
    page.wait_for_url("**/console/people/*")
    page.go_back()
    assert (page.url, rows(page)) == (address, shown)

    browser = page.context.browser
    assert browser is not None
    other = browser.new_context(locale="ar-EG").new_page()
    sign_in(system, other, "registry.approver", address.removeprefix(system.edge))
    other.goto(address)
    assert rows(other) == shown

    narrowed(page, size_from="5")
    assert "page=" not in page.url
    assert "after=" not in page.url
    few = counted(page)
    assert 0 < few < every
    assert len(rows(page)) == min(few, 50)
    assert "sort=members" in page.url, "the order stays"
    _exported(system, page, other, few)


def _exported(system: System, page: Page, other: Page, few: int) -> None:
    """A file of the list: ordered with a purpose, followed, fetched by its owner and nobody else."""
    page.get_by_role("link", name="تصدير القائمة").click()
    page.get_by_role("button", name="اطلب الملف").click()
    assert page.title().startswith("خطأ")
    picture(page, "register-export")
    page.check("input[value=csv]")
    page.fill("#purpose", "مراجعة الأسر الكبيرة")
    page.get_by_role("button", name="اطلب الملف").click()
    page.wait_for_url("**/console/exports")
    page.wait_for_selector(".notice")
    for _ in range(60):
        if page.locator("a[href$='/file']").count():
            break
        page.wait_for_timeout(500)
        page.get_by_role("link", name="حدّث الصفحة").click()
    picture(page, "exports")
    link = page.locator("a[href$='/file']").first
    with page.expect_download() as waiting:
        link.click()
    whole = Path(waiting.value.path()).read_bytes()
    assert whole.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(whole.decode("utf-8-sig"), newline="")))[1:]
    assert len(found) == few
    assert all(int(row[5]) >= 5 and len(row[8]) == 14 and row[8].isdigit() for row in found)
    refused = other.goto(system.edge + str(link.get_attribute("href")))
    assert refused is not None
    assert refused.status == 404
