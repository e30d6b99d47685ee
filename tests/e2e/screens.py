"""Every page of the console and of the citizens' page, found from their tables of routes as people would reach it.

Somebody of each role follows the links of their pages. A page that no link leads to is tried with what the others have
in their addresses, or reached by a search (`SEARCHES`); one that is reached by nobody is a fault that names it.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import httpx
from fastapi.routing import APIRoute

from citizen_page.pages import ROUTERS as CITIZEN_ROUTERS
from contracts.people import PEOPLE
from devstack.people.store import Store
from staff_console.main import ROUTERS as CONSOLE_ROUTERS
from staff_console.pages import Entry, menu

from . import newly_made
from .conftest import System
from .test_citizen_page import Visitor
from .test_console import Person, replaced_at, site_of
from .test_on_call import set_aside

# No pages: files, and what only sends the browser on.
NO_PAGES = frozenset(
    {
        "/console/static/{name}",
        "/console/sign-in",
        "/console/exports/{export_id}/file",
        "/citizen/static/{name}",
        "/console/production/{batch_id}/file",
        "/console/imports/{import_id}/refused-rows",
        "/console/imports/{import_id}/result",
    }
)
# What the demonstration leaves nothing for, and where it is shown instead.
ELSEWHERE = {
    "/console/production/{batch_id}": "console/tests/unit/test_production.py",
    "/console/production/{batch_id}/cards/{card_id}": "console/tests/unit/test_production.py",
    "/console/consignments/{consignment_id}": "console/tests/unit/test_production.py",
}
# A search that leads to a page without a link: who searches, where, and what is typed.
SEARCHES = (("registry.clerk", "/console/people", "محمد"),)
_LINK = re.compile(r'href="(/(?:console|citizen)[^"#]*)"')
_PARAMETER = re.compile(r"\{(\w+)\}")
# By whom it makes, asks, decides and searches.
MAKERS = frozenset(
    {
        "registry.clerk", "registry.approver", "registry.importer", "counter.clerk", "campaigns.officer",
        "campaigns.approver", "policy.enterer", "policy.approver",
    }
)  # fmt: skip
# Somebody of their own session, who has locked the screen.
LOCKED = "admin.two, locked"
_EACH = 3  # addresses of one page that one person looks at
_ENOUGH = 12  # of them that everybody together looks at


@dataclass(frozen=True)
class Screen:
    """A page as somebody reached it. `name` is empty for a browser that nobody has signed in from."""

    name: str
    route: str
    path: str
    size: int
    status: int = 200


@dataclass
class Walk:
    """What the walk has reached of one app, and the values it met in addresses."""

    routes: dict[str, re.Pattern[str]]
    screens: list[Screen] = field(default_factory=list)
    values: dict[str, set[str]] = field(default_factory=dict)
    no_pages: set[str] = field(default_factory=lambda: set(NO_PAGES))

    @classmethod
    def of(cls, routers: Iterable[Any]) -> Walk:
        """Nothing yet of the pages of these routers."""
        paths = {
            route.path.removesuffix("/") if route.path != "/" else route.path: route
            for router in routers
            for route in router.routes
            if isinstance(route, APIRoute) and "GET" in (route.methods or ())
        }
        # What is written out comes before what a parameter would take as well.
        ordered = sorted(paths, key=lambda path: (path.count("{"), path))
        return cls({path: re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", path) + "/?") for path in ordered})

    def route_of(self, path: str) -> str | None:
        """The route that an address belongs to."""
        bare = path.partition("?")[0]
        return next((route for route, form in self.routes.items() if form.fullmatch(bare)), None)

    def missing(self) -> list[str]:
        """The pages that nobody has reached."""
        reached = {screen.route for screen in self.screens} | self.no_pages | ELSEWHERE.keys()
        return [route for route in self.routes if route not in reached]

    def follow(self, name: str, client: httpx.Client, starts: Iterable[str]) -> None:
        """Go from these addresses along all links."""
        ahead, seen, counted = list(starts), set[str](), dict[str, int]()
        while ahead:
            path = ahead.pop(0)
            route = self.route_of(path)
            if path in seen or route is None or route in NO_PAGES or self._seen(route, counted):
                continue
            seen.add(path)
            counted[route] = counted.get(route, 0) + 1
            ahead[:0] = self._look(name, client, path, route)  # to the end of each way before the next

    def _seen(self, route: str, counted: dict[str, int]) -> bool:
        enough = sum(screen.route == route for screen in self.screens) >= _ENOUGH
        return counted.get(route, 0) >= _EACH or (enough and counted.get(route, 0) >= 1)

    def _look(self, name: str, client: httpx.Client, path: str, route: str) -> list[str]:
        answer = client.get(path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            self.no_pages.add(route)
            return []
        if answer.status_code != httpx.codes.OK or answer.url.path != path.partition("?")[0]:
            return []
        found = self.routes[route].fullmatch(path.partition("?")[0])
        for parameter, value in (found.groupdict() if found else {}).items():
            self.values.setdefault(parameter, set()).add(value)
        self.screens.append(Screen(name, route, path, len(answer.content)))
        links = (html.unescape(link) for link in _LINK.findall(answer.text))
        return [link for link in links if "lang=" not in link]

    def guess(self, name: str, client: httpx.Client) -> None:
        """Try what no link has led to with the values of other addresses."""
        for route in self.missing():
            wanted = _PARAMETER.findall(route)
            for values in product(*(sorted(self.values.get(one, ()))[:_EACH] for one in wanted)):
                self.follow(name, client, [_PARAMETER.sub("{}", route).format(*values)])

    def chosen(self) -> list[Screen]:
        """Of each page the emptiest and the fullest that was seen, since they look different."""
        by_route: dict[str, list[Screen]] = {}
        for screen in sorted(self.screens, key=lambda one: one.size):
            by_route.setdefault(screen.route, []).append(screen)
        return [screen for found in by_route.values() for screen in dict.fromkeys((found[0], found[-1]))]


def clerks(system: System) -> Iterator[str]:
    """Of the demonstration's people one for each set of desks, and those by whom the walk makes what it looks for."""
    seen: set[tuple[Entry, ...]] = {()}
    for known in Store(system.folder).all().values():
        desks = menu(frozenset(PEOPLE[known.role].scopes)) if known.role in PEOPLE else ()
        if desks not in seen or known.name in MAKERS:
            seen.add(desks)
            yield known.name


def walk_console(system: System, people: dict[str, Person]) -> Walk:
    """All pages of the console. `people`: who has signed in already; those who sign in here are added."""
    walk = Walk.of(CONSOLE_ROUTERS)
    asyncio.run(set_aside(system))
    for name in clerks(system):
        if name not in people:
            people[name] = Person(system, name)
            people[name].sign_in()
        based(system, people[name])
        walk.follow(name, people[name].client, ["/console"])
    site_id, number = _waiting(system)
    counter = (("counter.clerk", place, number) for place in ("/console/handover", f"/console/today/{site_id}"))
    for name, place, typed in (*SEARCHES, *counter):
        people[name].get(place)
        walk.follow(name, people[name].client, [people[name].post(place, sought=typed).url.path])
    of_campaigns = people["campaigns.officer"], people["campaigns.approver"]
    made = (
        ("campaigns.officer", newly_made.campaign(*of_campaigns)),
        ("campaigns.officer", newly_made.notice(*of_campaigns)),
        ("registry.importer", newly_made.judged_file(people["registry.importer"])),
        ("policy.enterer", newly_made.simulation(people["policy.enterer"])),
    )
    for name, place in made:
        walk.follow(name, people[name].client, [place])
    asked = _asked(walk, people["registry.clerk"])
    for name in ("registry.clerk", "registry.approver"):
        walk.follow(name, people[name].client, [asked])
    for name, person in people.items():
        walk.guess(name, person.client)
    people[LOCKED] = _locked(system)
    walk.follow(LOCKED, people[LOCKED].client, ["/console/lock"])
    with httpx.Client(base_url=system.edge) as guest:
        walk.follow("", guest, ["/console/signed-out"])
        failed = guest.get("/console/callback?state=x&code=x")
        walk.screens.append(Screen("", "/console/callback", "/console/callback?state=x&code=x", 0, failed.status_code))
    return walk


def _asked(walk: Walk, clerk: Person) -> str:
    """A request that waits for its decision: the page that shows it."""
    for citizen_id in sorted(walk.values["citizen_id"]):  # of some it cannot be asked
        place = f"/console/people/{citizen_id}/correction"
        clerk.get(place)
        made = clerk.post(place, kind="correct_birth", value="٣/٢/١٩٧٠", reference="ARCH-2026-0001")
        if made.url.path.startswith("/console/requests/"):
            return made.url.path
    raise AssertionError("no correction could be asked for")


def _locked(system: System) -> Person:
    """Somebody who has locked the screen, with a PIN that opens it."""
    person = Person(system, LOCKED.partition(",")[0])
    person.sign_in()
    based(system, person)
    person.post("/console/lock/pin", pin="7294", again="7294")
    person.post("/console/lock")
    return person


def walk_citizen(system: System, visitors: dict[str, Visitor]) -> Walk:
    """All pages for citizens: for those whom nobody knows, and for one whose card waits and one who has it."""
    walk = Walk.of(CITIZEN_ROUTERS)
    with httpx.Client(base_url=system.edge, follow_redirects=True) as guest:
        walk.follow("", guest, ["/citizen/", "/citizen/sign-in"])
        begun = guest.post("/citizen/sign-in", data={"national_id": "29001010301234"})
        walk.follow("", guest, [f"{begun.url.path}?{begun.url.query.decode()}"])
    for state in ("in_stock", "active"):
        visitors[state] = Visitor(system, state)
        visitors[state].sign_in()
        walk.follow(state, visitors[state].client, ["/citizen/", "/citizen/card"])
    return walk


def based(system: System, person: Person) -> None:
    """Let somebody's browser take addresses as pages write them."""
    person.client.base_url = httpx.URL(system.edge)


def _waiting(system: System) -> tuple[str, str]:
    """The first post office, and the national id of somebody whose card lies there."""
    site_id = site_of(system)
    return site_id, replaced_at(system, site_id)
