"""The console of the running system: its people sign in at the edge and work by its forms."""

from __future__ import annotations

import html
import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from devstack.demo.history import History
from devstack.people.pages import STEP_SECONDS, code_of, step_now
from devstack.people.store import Store

from .conftest import System

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
ID = "[0-9a-f-]{36}"


@dataclass
class Person:
    """One of the demonstration's people at a browser without scripts."""

    system: System
    name: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, follow_redirects=True))
    page: httpx.Response = field(default_factory=lambda: httpx.Response(204))

    def get(self, path: str) -> httpx.Response:
        self.page = self.client.get(self.system.edge + path)
        return self.page

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the page, with what it carries hidden."""
        given = {**hidden(self.page.text), **fields}
        self.page = self.client.post(self.system.edge + path, data=given)
        return self.page

    def found(self, pattern: str) -> str:
        """The first place that the page leads to and that fits."""
        match = re.search(f'href="({pattern})"', self.page.text)
        assert match is not None, self.page.text
        return match[1]

    def sign_in(self, to: str = "/console") -> httpx.Response:
        """Sign in by name, password and code, on the way to a page of the console."""
        store = Store(self.system.folder)
        known = store.all()[self.name]
        self.get(to)
        self.post("/sign-in", name=self.name, password=known.password)
        while step_now() <= known.used:  # an app shows each code once
            time.sleep(STEP_SECONDS - time.time() % STEP_SECONDS + 0.1)
        self.post("/sign-in/second-factor", code=code_of(known.seed, store.use(self.name, step_now())))
        if self.page.url.path == "/sign-in/office":
            self.post("/sign-in/office", office=known.office)
        assert self.page.url.path == to.partition("?")[0], self.page.text
        return self.page


SignIn = Callable[..., Person]


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of a page's own form, those of the frame around it where it has none."""
    found: dict[str, str] = {}
    for name, value in (*_HIDDEN.findall(text[text.find("<main") :]), *_HIDDEN.findall(text)):
        found.setdefault(name, html.unescape(value))
    return found


@pytest.fixture(scope="module")
def signed_in(system: System, first: dict[str, Any]) -> Iterator[SignIn]:
    """Whoever is asked for, signed in, after the demonstration."""
    assert first
    people: dict[str, Person] = {}

    def sign_in(name: str, to: str = "/console") -> Person:
        if name not in people:
            people[name] = Person(system, name)
            people[name].sign_in(to)
        people[name].get(to)
        return people[name]

    yield sign_in
    for person in people.values():
        person.client.close()


def open_cards(system: System) -> Iterator[tuple[str, dict[str, Any]]]:
    """Heads' national ids with each open card of theirs, from the demonstration's own register."""
    for run in History(system.folder).runs:
        for file in run.files()[1]:
            for home in file.households:
                body = {"national_id": home.head.national_id}
                found = httpx.post(f"{system.edge}/v1/cards/search", json=body, headers=system.headers(), timeout=10)
                for card in found.json()["items"]:
                    yield home.head.national_id, card


def site_of(system: System) -> str:
    """The first post office of Port Said."""
    sites = httpx.get(f"{system.edge}/v1/pickup-sites?governorate=03&limit=200", headers=system.headers(), timeout=10)
    return next(str(one["site_id"]) for one in sites.json()["items"] if one["name_en"] == "Port Said Main Post Office")


def replaced_at(system: System, site_id: str) -> str:
    """The national id of somebody whose replacement lies at a site, made for the occasion."""
    number, card = next((number, card) for number, card in open_cards(system) if card["state"] == "active")
    path = f"{system.edge}/v1/cards/{card['card_id']}"
    httpx.post(f"{path}/block", json={"reason": "lost"}, headers=system.headers(), timeout=10).raise_for_status()
    body = {"reason": "lost", "site_id": site_id}
    httpx.post(f"{path}/replacement", json=body, headers=system.headers(), timeout=10).raise_for_status()
    return number


def test_a_citizen_is_found_by_parts_of_a_name_and_no_address_names_anybody(signed_in: SignIn) -> None:
    clerk = signed_in("registry.clerk", "/console/people")
    assert '<html lang="ar" dir="rtl">' in clerk.page.text
    page = clerk.post("/console/people", sought="محمد")
    assert re.fullmatch(f"/console/people/(found/)?{ID}", page.url.path)
    page = clerk.get(clerk.found(f"/console/people/{ID}"))
    assert "الأسرة" in page.text
    assert "eyJ" not in page.text
    page = clerk.get("/console/people?lang=en")
    assert '<html lang="en" dir="ltr">' in page.text
    clerk.get("/console/people?lang=ar")


def test_a_card_is_blocked_once_however_often_the_form_is_sent(signed_in: SignIn, system: System) -> None:
    officer = signed_in("card.officer", "/console/people")
    number, card = next((number, card) for number, card in open_cards(system) if card["state"] == "active")
    page = officer.post("/console/people", sought=number.translate(_ARABIC))
    if "/found/" in page.url.path:
        page = officer.get(f"/console/cards/{card['card_id']}")
    assert page.url.path == f"/console/cards/{card['card_id']}"
    assert "ما حدث للكارت" in page.text
    block = officer.found(f"/console/cards/{ID}/block")
    officer.get(block)
    refused = officer.post(block)
    assert refused.status_code == 422
    assert "<title>خطأ: " in refused.text
    form = hidden(officer.page.text)
    page = officer.post(block, reason="stolen")
    assert "أُوقف الكارت." in page.text
    assert "موقوف" in page.text
    again = officer.client.post(system.edge + block, data={**form, "reason": "stolen"})
    assert again.status_code == 200
    history = httpx.get(
        f"{system.edge}/v1/cards/{card['card_id']}/history", headers=system.headers(), timeout=10
    ).json()["items"]
    assert [step["action"] for step in history].count("block") == 1
    officer.get(f"/console/cards/{card['card_id']}/unblock")
    page = officer.post(f"/console/cards/{card['card_id']}/unblock")
    assert "عاد الكارت إلى العمل." in page.text


def test_a_card_is_handed_over_at_its_counter_by_two_forms(signed_in: SignIn, system: System) -> None:
    clerk = signed_in("counter.clerk", "/console/handover")
    site_id = site_of(system)
    number = replaced_at(system, site_id)
    page = clerk.post("/console/handover", sought=number.translate(_ARABIC))
    check = page.url.path
    assert re.fullmatch(f"/console/handover/{ID}", check)
    form = hidden(page.text)
    page = clerk.post(check)
    assert page.url.path == "/console/handover"
    assert "سُلّم الكارت إلى" in page.text
    assert "سُلّم الكارت إلى" not in clerk.get("/console/handover").text  # told once
    again = clerk.client.post(system.edge + check, data=form)
    assert again.url.path == "/console/handover"  # the same key: it happened once
    page = clerk.post("/console/handover", sought=number)
    assert "تم تسليم الكارت من قبل" in page.text


def test_a_birth_date_is_corrected_by_two_persons(signed_in: SignIn, system: System) -> None:
    clerk = signed_in("registry.clerk", "/console/people")
    number, _ = next(open_cards(system))
    person = clerk.post("/console/people", sought=number).url.path
    clerk.get(f"{person}/correction")
    wrong = clerk.post(f"{person}/correction", kind="correct_birth", value="31/2/1970", reference="ARCH-2026-0001")
    assert wrong.status_code == 422
    page = clerk.post(f"{person}/correction", kind="correct_birth", value="٣/٢/١٩٧٠", reference="ARCH-2026-0001")
    request = page.url.path
    assert re.fullmatch(f"/console/requests/{ID}", request), page.text
    assert "3 فبراير 1970" in page.text
    assert "سجّل القرار" not in page.text  # who asks does not decide
    approver = signed_in("registry.approver", "/console/approvals")
    assert request in approver.page.text
    approver.get(request)
    page = approver.post(request, decision="approve")
    assert "اعتُمد الطلب." in page.text
    assert "3 فبراير 1970" in clerk.get(person).text


def test_a_service_that_refuses_is_quoted_with_the_number_of_the_request(signed_in: SignIn) -> None:
    clerk = signed_in("registry.clerk")
    page = clerk.get(f"/console/cards/{uuid.uuid4()}")
    assert page.status_code == 404
    assert "ماذا تفعل الآن؟" in page.text
    assert "رقم الطلب" in page.text
    assert page.headers["cache-control"] == "no-store"


def test_nobody_sees_what_is_not_theirs(signed_in: SignIn) -> None:
    officer = signed_in("card.officer")
    assert "/console/payouts" not in officer.page.text
    assert officer.get("/console/payouts").status_code == 403
    assert officer.get("/console/requests").status_code == 403
