"""What the tasks of a day take at the console, from its first page: clicks, keys, fields that are typed in.

The figures stand in docs/tasks.md; a task that takes more or less than is written there fails.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from . import chromium
from .conftest import System
from .test_console import Person, open_cards, replaced_at, site_of
from .test_console_in_a_browser import sign_in
from .test_desks import PENSION, citizens
from .test_money import ask
from .test_on_call import set_aside

pytestmark = pytest.mark.slow

WRITTEN = Path(__file__).parents[2] / "docs" / "tasks.md"
_ROW = re.compile(
    r"^\| (?P<task>[^|]+?) \| [^|]+ \| (?P<clicks>\d+) \| (?P<keys>\d+) \| (?P<fields>\d+) \|", re.MULTILINE
)


@dataclass
class Hand:
    """Somebody at a page: what is done is counted."""

    page: Page
    clicks: int = 0
    keys: int = 0
    fields: int = 0

    def click(self, where: str) -> None:
        """Press the first of these."""
        self.page.locator(where).first.click()
        self.clicks += 1

    def press(self, key: str) -> None:
        """Press a key, other than to write."""
        self.page.keyboard.press(key)
        self.keys += 1

    def write(self, field: str, text: str) -> None:
        """Fill in a field; one that has the focus already is not clicked."""
        if self.page.evaluate("document.activeElement.id") != field:
            self.click(f"#{field}")
        self.page.keyboard.insert_text(text)
        self.fields += 1

    def done(self, where: str = ".notice") -> None:
        """Wait for what ends the task."""
        self.page.wait_for_selector(where)


@dataclass
class Town:
    """The system and a browser for each of its people."""

    system: System
    browser: Browser

    def hand(self, name: str) -> Hand:
        """Somebody who has signed in, on the first page."""
        page = self.browser.new_context(locale="ar-EG", viewport={"width": 1366, "height": 900}).new_page()
        sign_in(self.system, page, name, "/console")
        return Hand(page)


@pytest.fixture(scope="module")
def town(system: System, first: dict[str, Any]) -> Iterator[Town]:
    assert first
    with chromium.browser() as browser:
        yield Town(system, browser)


def two_cards_handed_over(town: Town) -> list[Hand]:
    site = site_of(town.system)
    numbers = [replaced_at(town.system, site) for _ in range(2)]
    hand = town.hand("counter.clerk")
    hand.click("a[href='/console/handover']")
    for number in numbers:
        hand.page.wait_for_function("document.activeElement.id === 'sought'")
        hand.page.keyboard.type(number)  # the scanner, and the Enter that it sends
        hand.page.keyboard.press("Enter")
        hand.page.wait_for_url("**/console/handover/*")
        assert hand.page.inner_text(":focus") == "سلّم الكارت"
        hand.press("Enter")
        hand.done()
    return [hand]


def a_person_found_by_a_misspelt_name(town: Town) -> list[Hand]:
    hand = town.hand("registry.clerk")
    number, _ = next(open_cards(town.system))
    asked = ask(town.system, "registry", "POST", "/v1/citizens/search", json={"national_id": number})["items"][0]
    parts = asked["full_name"].split()
    misspelt = " ".join(reversed(parts)).replace("ة", "ه").replace("أ", "ا").replace("ي", "ى")
    hand.write("find", misspelt)
    hand.press("Enter")
    hand.page.wait_for_url(f"**/console/people/{asked['citizen_id']}")
    hand.done(f"h1:has-text('{parts[0]}')")
    return [hand]


def an_appointment_moved(town: Town) -> list[Hand]:
    number = replaced_at(town.system, site_of(town.system))
    hand = town.hand("counter.clerk")
    hand.click("a[href='/console/today']")
    hand.write("sought", number)
    hand.press("Enter")
    hand.click("a[href*='/appointments/']")
    hand.click("label:has(input[name=hour])")
    hand.click("main form[method=post] button")
    hand.done()
    return [hand]


def a_lost_card_blocked(town: Town) -> list[Hand]:
    number = next(number for number, card in open_cards(town.system) if card["state"] == "active")
    hand = town.hand("card.officer")
    hand.write("find", number)
    hand.press("Enter")
    hand.click("a[href$='/block']")
    hand.click("label:has(input[value=lost])")
    hand.click("main form button.danger")
    hand.done()
    return [hand]


def _waiting(system: System) -> str:
    """A batch of one pension that waits for its approval, and whose fund has the money."""
    label = f"task-{int(time.time())}"
    funding = {"amount": PENSION, "reference": f"for-{label}"}
    paid = ask(system, "treasury", "POST", "/v1/payout-funds/pension/fundings", json=funding)["proposal_id"]
    treasury = Person(system, "treasury.approver")
    place = f"/console/proposals/payment/{paid}"
    treasury.sign_in(place)
    treasury.post(place, decision="approve")
    body = {
        "reference": label, "programme": "pension", "declared_count": 1, "declared_total": PENSION, "currency": "EGP",
    }  # fmt: skip
    batch = str(ask(system, "pension-authority", "POST", "/v1/payout-batches", json=body)["batch_id"])
    rows = f"citizen_id,amount,item_reference\n{citizens(system, 1)[0]},{PENSION},1\n".encode()
    place, csv = f"/v1/payout-batches/{batch}", {"Content-Type": "text/csv"}
    ask(system, "pension-authority", "POST", f"{place}/items", content=rows, headers=csv)
    ask(system, "pension-authority", "POST", f"{place}/submission")
    return batch


def a_payout_approved(town: Town) -> list[Hand]:
    batch = _waiting(town.system)
    hand = town.hand("payouts.approver")
    hand.click("a[href='/console/approvals']")
    hand.click(f"a[href='/console/payouts/{batch}']")
    hand.write("total", f"{PENSION / 100:.2f}")
    hand.press("Enter")
    hand.done()
    return [hand]


def a_birth_date_corrected_by_two(town: Town) -> list[Hand]:
    numbers = (number for number, card in open_cards(town.system) if card["state"] == "active")
    number = list(numbers)[-1]
    clerk = town.hand("registry.clerk")
    clerk.write("find", number)
    clerk.press("Enter")
    clerk.click("a[href$='/correction']")
    clerk.click("label:has(input[value=correct_birth])")
    clerk.write("value", "3/2/1970")
    clerk.write("reference", "ARCH-2026-0077")
    clerk.press("Enter")
    clerk.done()
    request = clerk.page.url.rpartition("/")[2]
    approver = town.hand("registry.approver")
    approver.click("a[href='/console/approvals']")
    approver.click(f"a[href='/console/requests/{request}']")
    approver.click("label:has(input[value=approve])")
    approver.click("main form[method=post] button")
    approver.done()
    return [clerk, approver]


def a_complaint_answered(town: Town) -> list[Hand]:
    body = {"citizen_id": citizens(town.system, 1)[0], "category": "card", "text": "الكارت لم يصل", "channel": "desk"}
    made = ask(town.system, "messages", "POST", "/v1/complaints", json=body)["complaint_id"]
    hand = town.hand("complaints.officer")
    hand.click("a[href^='/console/complaints']")
    hand.click(f"a[href='/console/complaints/{made}']")
    hand.click("main form[method=post] button")
    hand.done()
    hand.click("label:has(input[value='answer.card_at_site'])")
    hand.click("main form[method=post] button")
    hand.done()
    return [hand]


def a_dead_letter_replayed(town: Town) -> list[Hand]:
    with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs in this thread
        number = aside.submit(lambda: asyncio.run(set_aside(town.system))).result()
    hand = town.hand("operator")
    hand.click("a[href='/console/on-call']")
    hand.click("a[href='/console/on-call/health']")
    hand.click(f"a[href='/console/on-call/health/{number}']")
    hand.click("label:has(input[value=replay])")
    hand.write("reason", "صار مفهوماً")
    hand.press("Enter")
    hand.done(".notice, [role=alert]")  # nobody can read this one: it is tried again, and refused again
    return [hand]


def the_governors_page_opened_and_printed(town: Town) -> list[Hand]:
    hand = town.hand("governor")
    hand.click("a[href='/console/rollout']")
    hand.click("a[href^='/console/rollout/']")
    hand.click("a[href$='/print']")
    hand.done("h1")
    hand.press("Control+p")
    assert hand.page.pdf()[:5] == b"%PDF-"
    return [hand]


TASKS: dict[str, Callable[[Town], list[Hand]]] = {
    "hand over two cards, after the scans": two_cards_handed_over,
    "find a person by a misspelt name": a_person_found_by_a_misspelt_name,
    "move an appointment": an_appointment_moved,
    "block a lost card": a_lost_card_blocked,
    "approve a payout": a_payout_approved,
    "correct a birth date, two people": a_birth_date_corrected_by_two,
    "answer a complaint": a_complaint_answered,
    "replay a dead letter": a_dead_letter_replayed,
    "open the governor's page and print it": the_governors_page_opened_and_printed,
}


@pytest.mark.parametrize("task", TASKS)
def test_a_task_takes_what_is_written(town: Town, task: str) -> None:
    hands = TASKS[task](town)
    for hand in hands:
        hand.page.context.close()
    found = {"clicks": sum(one.clicks for one in hands), "keys": sum(one.keys for one in hands)}
    found["fields"] = sum(one.fields for one in hands)
    rows = {row["task"]: row.groupdict() for row in _ROW.finditer(WRITTEN.read_text(encoding="utf-8"))}
    assert found == {name: int(rows[task][name]) for name in found}


def test_every_task_that_is_written_is_tried() -> None:
    rows = {row["task"] for row in _ROW.finditer(WRITTEN.read_text(encoding="utf-8"))}
    assert rows == TASKS.keys()
