"""What the console prints, as Chromium puts it on paper: Arabic in its order, the head on each page, no menu."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, Route

from staff_console.pages import assets, render
from staff_console.rollout import charts
from staff_console.rollout.board import COLUMNS, FUNNEL, parts_of, steps_of

from . import chromium, paper

ROWS = 200
SITE, HOLDER = "مكتب بريد بورسعيد الرئيسي", "هبة م*** ع***"
_FRAME = {"here": "/console", "other": "lang=en", "training": False, "back": "/console"}


def printed(browser: Browser, template: str, **facts: Any) -> list[str]:
    """The pages of a template on A4, each with its Arabic text."""
    html = render(template, "ar", **_FRAME, **facts)
    page = browser.new_page()

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2].partition("?")[0]
        if name in assets():
            route.fulfill(body=assets()[name][0], content_type=assets()[name][1])
        else:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.route("http://console.test/**", answer)
    page.goto("http://console.test/")
    found = paper.pages(page.pdf(format="A4", prefer_css_page_size=True))
    page.close()
    return found


def test_a_day_of_two_hundred_goes_on_paper_with_its_head_on_each_page() -> None:
    items = [
        {"starts_at": f"2026-12-20T{6 + row // 30:02}:00:00Z", "holder_name_masked": HOLDER, "state": "scheduled"}
        for row in range(ROWS)
    ]
    told = {"day": "2026-12-20", "name_ar": SITE, "name_en": "Port Said Main Post Office"}
    with chromium.browser() as browser:
        pages = printed(browser, "site_paper", told=told, items=items, whole=ROWS, printed=None)
    assert len(pages) > 1
    assert all(SITE in page for page in pages)
    assert all("صاحب الكارت" in page for page in pages)
    assert sum(page.count(HOLDER) for page in pages) == ROWS
    assert "قائمة مواعيد اليوم" in pages[0]
    assert not any("اطبع هذه الصفحة" in page or "القائمة" in page for page in pages)


def test_the_governors_page_is_one_page() -> None:
    phase_id = uuid4()
    funnel = dict.fromkeys((*FUNNEL, "due"), 40_000)
    part = {"dimension": "district", "ar": "حي الشرق", "en": "Sharq", "funnel": funnel}
    parts = [{**part, "key": f"03.{number:02}"} for number in range(1, 9)]
    steps = steps_of(phase_id, funnel)
    review = {"at": "2026-12-20T08:00:00Z", "weaknesses": []}
    facts = {
        "phase": {"name": "المرحلة", "governorate": "03", "state": "active", "stage": "live", "opened_by": None},
        "parts": {"review": {"state": "there"}},
        "review": review,
        "steps": steps,
        "columns": COLUMNS,
        "districts": parts_of(phase_id, parts, "district"),
        "funnel_chart": charts.funnel([(step, steps[step].number) for step in FUNNEL], rtl=True),
    }
    with chromium.browser() as browser:
        (page,) = printed(browser, "phase_paper", **facts)
    assert "موقف تطبيق الكارت الموحد – بورسعيد" in page
    assert page.count("حي الشرق") == len(parts)
    assert "لا شيء بارز" in page
