"""The console of the running system: its people sign in at the edge and work by its forms."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from devstack.people.pages import code_of, step_now
from devstack.people.store import Store

from .conftest import System

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


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

    def sign_in(self, to: str = "/console") -> httpx.Response:
        """Sign in by name, password and code, on the way to a page of the console."""
        store = Store(self.system.folder)
        known = store.all()[self.name]
        self.get(to)
        self.post("/sign-in", name=self.name, password=known.password)
        step = store.use(self.name, step_now())
        self.post("/sign-in/second-factor", code=code_of(known.seed, step))
        if self.page.url.path == "/sign-in/office":
            self.post("/sign-in/office", office=known.office)
        assert self.page.url.path == to.partition("?")[0], self.page.text
        return self.page


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of a page's own form, those of the frame around it where it has none."""
    inner = text[text.find("<main") :]
    found: dict[str, str] = {}
    for name, value in (*_HIDDEN.findall(inner), *_HIDDEN.findall(text)):
        found.setdefault(name, html.unescape(value))
    return found


@pytest.fixture(scope="module")
def clerk(system: System, first: dict[str, Any]) -> Iterator[Person]:
    """Somebody at the register, after the demonstration."""
    system.people()
    person = Person(system, "registry.clerk")
    person.sign_in("/console/people")
    yield person
    person.client.close()


def test_a_citizen_is_found_by_name_and_no_address_names_anybody(clerk: Person) -> None:
    assert '<html lang="ar" dir="rtl">' in clerk.page.text
    page = clerk.post("/console/people", sought="محمد")
    assert page.status_code in {200, 422}
    found = re.findall(r'href="(/console/people/[0-9a-f-]{36})"', page.text)
    assert found, page.text
    assert all(re.fullmatch(r"/console/people(/found)?/[0-9a-f-]{36}", one.url.path) for one in (page,))
    page = clerk.get(found[0])
    assert page.status_code == 200
    assert "الأسرة" in page.text
    card = re.search(r'href="(/console/cards/[0-9a-f-]{36})"', page.text)
    assert card is not None
    page = clerk.get(card[1])
    assert page.status_code == 200
    assert "ما حدث للكارت" in page.text
    assert "أوقف الكارت" not in page.text  # a clerk of the register blocks nothing
