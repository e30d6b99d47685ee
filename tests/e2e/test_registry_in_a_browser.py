"""The register's list in a real browser: filters, order and pages stand in the address, and a file is what is shown."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from . import chromium
from .conftest import System
from .test_console_in_a_browser import page, sign_in

__all__ = ["page"]
pytestmark = pytest.mark.slow

LIST = "/console/registry"


def settled(page: Page) -> None:
    """Wait until the list that was asked for has taken the other's place."""
    page.wait_for_selector("#content:not([aria-busy])")
    page.wait_for_load_state()


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
    settled(page)


def test_back_a_link_and_a_filter_show_what_they_must(system: System, first: dict[str, Any], page: Page) -> None:
    assert first
    sign_in(system, page, "registry.clerk", LIST)
    every = counted(page)
    assert every > 100, "the demonstration's town fills three pages"
    chromium.picture(page, "register")
    narrowed(page, registered_from="١/١/٢٠٢٠")
    assert "registered_from=2020-01-01" in page.url
    assert counted(page) == every
    page.get_by_role("link", name="الأفراد").click()
    page.wait_for_url("**sort=members**")
    for _ in range(2):
        page.locator("a[rel=next]").click()
        settled(page)
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
    _chosen(page, few)
    _exported(system, page, other, few)


def _chosen(page: Page, few: int) -> None:
    """Two rows of a page, or all of the list: the page that asks says which, and how many."""
    address = page.url
    for number in (0, 2):
        page.locator("input.pick").nth(number).check()
    page.get_by_role("button", name="صدّر المختار من هذه الصفحة").click()
    assert "أسرتان" in page.inner_text("main")
    page.locator("a", has_text="أو كل ما في القائمة").click()
    assert str(few) in page.inner_text("main p strong")
    page.goto(address)
    page.get_by_role("button", name="صدّر المختار من هذه الصفحة").click()
    assert "لم تختر" in page.inner_text(".errors")
    page.goto(address)


def _exported(system: System, page: Page, other: Page, few: int) -> None:
    """A file of the list: ordered with a purpose, followed, fetched by its owner and nobody else."""
    page.get_by_role("link", name="تصدير القائمة").click()
    page.get_by_role("button", name="اطلب الملف").click()
    assert page.title().startswith("خطأ")
    chromium.picture(page, "register-export")
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
    chromium.picture(page, "exports")
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
