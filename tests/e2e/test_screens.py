"""Every screen of both apps in a real browser: both directions, three widths and 400 %, axe, policy, keys, weight."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from . import chromium
from .conftest import System
from .screens import Screen, Walk, walk_citizen, walk_console
from .test_citizen_page import Visitor
from .test_console import Person

pytestmark = [
    pytest.mark.slow,
    pytest.mark.screens,
    pytest.mark.timeout(1100),
]  # some sixty screens, each in two languages

WIDTHS = (1366, 1024, 360, 320)  # the last: 1280 px at a zoom of 400 %
DATA = Path(__file__).parent / "data"
FAULTS = (DATA / "page_faults.js").read_text(encoding="utf-8")
TARGETS = {"console": 24, "citizen": 44}
FIRST_VIEW = {"console": 120 * 1024, "citizen": 14 * 1024}
LATER = {"console": 25 * 1024, "citizen": 8 * 1024}
REQUESTS = {"console": 8, "citizen": 3}
TABS = 60
FRESH_S = 300.0  # of the ten minutes that a citizen stays signed in
# A number of 14 or 16 digits, a telephone, or Arabic letters: what stands in no address.
PERSONAL = re.compile(r"\d{14}|%D[89A]|[\u0600-\u06ff]|\+20\d|%2B20\d", re.IGNORECASE)
_FOCUSED = (DATA / "focused.js").read_text(encoding="utf-8")


@dataclass
class Tried:
    """The pages that were reached, and the browsers of whoever reached them."""

    system: System
    browser: Browser
    console: Walk
    citizen: Walk
    clients: dict[tuple[str, str], httpx.Client]
    visitors: dict[str, Visitor]
    signed_in_at: dict[str, float]

    def context(self, app: str, name: str, **options: Any) -> BrowserContext:
        """A browser in which somebody has signed in; a citizen anew, where the few minutes of a session are over."""
        if app == "citizen" and name and time.monotonic() - self.signed_in_at[name] > FRESH_S:
            self.visitors[name].sign_in()
            self.signed_in_at[name] = time.monotonic()
        made = self.browser.new_context(locale="ar-EG", viewport={"width": 1024, "height": 800}, **options)
        if name:
            jar = self.clients[app, name].cookies.jar
            made.add_cookies([
                {"name": one.name, "value": (one.value or "").strip('"'), "url": self.system.edge} for one in jar
            ])  # fmt: skip
        return made


@pytest.fixture(scope="module")
def tried(system: System, first: dict[str, Any]) -> Iterator[Tried]:
    assert first
    people: dict[str, Person] = {}
    visitors: dict[str, Visitor] = {}
    console, citizen = walk_console(system, people), walk_citizen(system, visitors)
    with chromium.browser() as browser:
        clients = {("console", name): person.client for name, person in people.items()}
        clients |= {("citizen", name): visitor.client for name, visitor in visitors.items()}
        yield Tried(system, browser, console, citizen, clients, visitors, dict.fromkeys(visitors, time.monotonic()))
    for client in clients.values():
        client.close()


@pytest.mark.parametrize("app", ["console", "citizen"])
def test_every_page_of_the_tables_of_routes_is_reached(tried: Tried, app: str) -> None:
    walk: Walk = getattr(tried, app)
    assert walk.missing() == [], "link these pages from another, or add a search to SEARCHES"
    assert [screen.path for screen in walk.screens if PERSONAL.search(screen.path)] == []


@pytest.mark.parametrize("app", ["console", "citizen"])
def test_screens_keep_the_rules_in_both_languages(tried: Tried, app: str) -> None:
    walk: Walk = getattr(tried, app)
    faults: list[str] = []
    by_name: dict[str, list[Screen]] = {}
    for screen in walk.chosen():
        by_name.setdefault(screen.name, []).append(screen)
    for name, screens in by_name.items():
        context = tried.context(app, name)
        said: list[str] = []
        page = chromium.watched(context, said)
        for screen in screens:
            for language in ("en", "ar"):
                found = [*_shown(tried.system, page, app, screen, language), *said]
                said.clear()
                faults += [f"{screen.route} as {name or 'anybody'} in {language}: {fault}" for fault in found]
        context.close()
    assert faults == [], "\n".join(["", *faults])


def _shown(system: System, page: Page, app: str, screen: Screen, language: str) -> list[str]:
    """What one screen has against the rules, in one language."""
    page.set_viewport_size({"width": WIDTHS[1], "height": 800})
    joined = "&" if "?" in screen.path else "?"
    answer = page.goto(f"{system.edge}{screen.path}{joined}lang={language}")
    assert answer is not None
    headers, faults = answer.all_headers(), []
    if answer.status != screen.status:
        return [f"answers {answer.status}"]
    if urlsplit(answer.url).path != urlsplit(screen.path).path:
        return [f"leads to {answer.url}"]
    if "no-store" not in headers["cache-control"] and answer.body() != httpx.get(answer.url).content:
        faults.append("is kept by caches, and is not the same for everybody")
    if re.search("unsafe-(inline|eval)", headers["content-security-policy"]):
        faults.append("the policy has a hole")
    told = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
    if told != [language, "rtl" if language == "ar" else "ltr"]:
        faults.append(f"lang and dir are {told}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            faults.append(f"{over} px too wide at {width}")
        if width in {1366, 360}:
            chromium.picture(page, f"{app}{screen.route.replace('/', '-')}-{screen.name}-{language}-{width}")
    page.set_viewport_size({"width": WIDTHS[1], "height": 800})
    faults += page.evaluate(FAULTS, [TARGETS[app], language])
    faults += _weighed(page, app)
    if language == "ar":
        faults += _by_keys(page)
    return faults + chromium.findings(page)


def _weighed(page: Page, app: str) -> list[str]:
    """What came over the line: this page alone, and with all that a first visit needs."""
    sizes = page.evaluate(
        "['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))"
        ".map((one) => [one.name, one.encodedBodySize])"
    )
    total = sum(size for _, size in sizes)
    faults = [] if sizes[0][1] <= LATER[app] else [f"weighs {sizes[0][1]} bytes"]
    if total > FIRST_VIEW[app]:
        faults.append(f"a first view weighs {total} bytes")
    if len(sizes) > REQUESTS[app]:
        faults.append(f"needs {len(sizes)} requests")
    return faults


def _by_keys(page: Page) -> list[str]:
    """The way of the Tab key: each place is shown, uncovered, and in the order of reading."""
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    page.evaluate("document.body.setAttribute('tabindex', '-1'); document.body.focus()")
    faults, before = [], -1
    for _ in range(TABS):
        page.keyboard.press("Tab")
        at = page.evaluate(_FOCUSED)
        if at is None:
            break
        if not at["shown"]:
            faults.append(f"focus is not seen: {at['html']}")
        if at["covered"]:
            faults.append(f"focus is covered: {at['html']}")
        if at["place"] < before:
            break  # around, at the beginning again
        before = at["place"]
    page.evaluate("document.body.removeAttribute('tabindex')")
    return faults


# Whose fields may all stay empty: something wrong is typed instead.
MAY_BE_EMPTY = {"/console/handover/{lookup_id}": "proxy"}
# One that is filled in; what only asks whether has nothing that typing makes wrong.
_OWN_FORM = """
    () => [...document.querySelectorAll("main form[method=post]")].some((form) =>
        new URL(form.action).pathname === location.pathname && form.querySelector("button")
        && form.querySelector("input:not([type=hidden]), textarea, select"))
"""
_EMPTIED = (DATA / "emptied_form.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("app", ["console", "citizen"])
def test_a_wrong_form_says_so_above_and_at_each_field(tried: Tried, app: str, scripts: bool) -> None:
    walk: Walk = getattr(tried, app)
    faults: list[str] = []
    tested: set[str] = set()
    for screen in walk.chosen():
        if screen.route in tested:
            continue
        context = tried.context(app, screen.name, java_script_enabled=scripts)
        page = context.new_page()
        page.goto(f"{tried.system.edge}{screen.path}")
        if page.evaluate(_OWN_FORM):
            tested.add(screen.route)
            page.evaluate(_EMPTIED, [MAY_BE_EMPTY.get(screen.route, "")])
            with page.expect_navigation() as sent:
                page.click("[data-sends]")
            faults += [f"{screen.route}: {fault}" for fault in _refused(page, sent.value.status, app, scripts)]
        context.close()
    assert tested, "no page has a form"
    assert faults == [], "\n".join(["", *faults])


def _refused(page: Page, status: int, app: str, scripts: bool) -> list[str]:
    """What a page that refuses a form lacks."""
    if status != httpx.codes.UNPROCESSABLE_ENTITY:
        return [f"an empty form is answered by {status}: name it in MAY_BE_EMPTY where that is right"]
    faults = [] if page.title().startswith("خطأ: ") else [f"the title is {page.title()!r}"]
    summary = page.evaluate("[document.activeElement.id, document.activeElement.getAttribute('role')]")
    if summary[1] != "alert":
        faults.append(f"focus is on {summary[0]!r}, not on the summary")
    for target in page.eval_on_selector_all("[role=alert] a", "links => links.map((one) => one.hash)"):
        page.click(f'[role=alert] a[href="{target}"]')
        at = page.evaluate(
            "[document.activeElement.id, document.activeElement.getAttribute('aria-invalid'), "
            "document.activeElement.matches('[aria-describedby], fieldset[aria-describedby] *')]"
        )
        if f"#{at[0]}" != target or not at[2]:
            faults.append(f"the link to {target} leads to {at}")
    faults += page.evaluate(FAULTS, [TARGETS[app], "ar"])
    if scripts:
        page.evaluate("window.violations = []")
        faults += chromium.findings(page)
    return faults
