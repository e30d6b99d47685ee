"""The demonstration's people: two administrators and one person for every other role, made as real ones are."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from contracts.people import OBJECTS, PEOPLE, AreaKind
from devstack.engines.process import EngineError
from devstack.national_numbers import compose
from devstack.people.pages import Browser, step_now
from devstack.people.signed import PersonCaller
from devstack.people.store import Known, Store
from devstack.terminal.wire import Wire

ADMINISTRATORS = ("admin.one", "admin.two")
_PORT_SAID = "03"
_DAYS = 180
_SERIAL = 9999
_AT_ONCE = 4
_TWICE = ("key-custodian", "data-protection-officer", "registry-approver", "complaints-officer")
# For whom a role is asked that nobody has decided on: there is something to do.
_BESIDE = ("card.officer", "complaints-clerk")
# Whose people hold these roles; all others are the central authority's.
_OF = {
    "pension-authority": {"payouts-maker", "payouts-approver"},
    "finance-ministry": {"treasury-officer", "treasury-approver", "accountant"},
    "health-authority": {"contributions-clerk", "coverage-officer", "providers-officer"},
}


@dataclass(frozen=True)
class Part:
    """Somebody to be played: their sign-in name, role, authority and area, and the site of a counter's clerk."""

    name: str
    role: str
    authority: str
    area: str
    site_id: str = ""

    @property
    def office(self) -> str:
        """The office they choose at sign-in."""
        return f"{self.authority}/{self.area}"


def parts() -> list[Part]:
    """One person for every role that is not held at a single place, two where only another of the role decides."""
    roles = [role for role in PEOPLE if role != "administrator" and not PEOPLE[role].areas & OBJECTS]
    return [*map(_part, roles), *(replace(_part(role), name=f"{_part(role).name}.two") for role in _TWICE)]


def _part(role: str) -> Part:
    authority = next((authority for authority, roles in _OF.items() if role in roles), "ministry")
    return Part(role.replace("-", "."), role, authority, _area(role, authority))


def _area(role: str, authority: str) -> str:
    """The nation for what is central, another authority's, or held for nothing smaller; else one governorate."""
    areas = PEOPLE[role].areas
    smaller = AreaKind.GOVERNORATE in areas
    wide = AreaKind.NATION in areas and (PEOPLE[role].central or authority != "ministry")
    return "*" if wide or not smaller else _PORT_SAID


Invite = Callable[[list[dict[str, str]]], Awaitable[list[dict[str, Any]]]]


async def ensure_people(folder: Path, edge_url: str, invite: Invite) -> list[Known]:
    """Everybody of the demonstration, those who are missing invited, given their roles by two others, and set up.

    `invite`: what invites the first two on the host; it refuses where people of another kind administer the system.
    Raises EngineError for an edge that speaks TLS: what others reach is no demonstration.
    """
    if edge_url.startswith("https:"):
        raise EngineError(f"{edge_url} is no demonstration: its people are invited by its administrators")
    store = Store(folder)
    if not all(name in store.all() for name in ADMINISTRATORS):
        given = [_newcomer(name, number) for number, name in enumerate(ADMINISTRATORS)]
        for invited in await invite(given):
            await _accept(edge_url, store, invited, "administrator", "ministry/*")
    await cast(store, edge_url, parts())
    return list(store.all().values())


async def cast(store: Store, edge_url: str, wanted: Iterable[Part]) -> None:
    """Have the two administrators invite those of these who are missing, give them their roles, and set them up."""
    missing = [part for part in wanted if part.name not in store.all()]
    if not missing:
        return
    wire = Wire(edge_url, limit=4)
    try:
        one, two = (PersonCaller(wire, edge_url, store, store.all()[name]) for name in ADMINISTRATORS)
        turns, known = asyncio.Semaphore(_AT_ONCE), len(store.all())

        async def in_turn(part: Part, number: int) -> None:
            async with turns:
                await _cast(edge_url, store, part, number, one, two)

        await asyncio.gather(*(in_turn(part, known + place) for place, part in enumerate(missing)))
        if _BESIDE[0] in {part.name for part in missing}:
            await _ask_beside(store, one)
    finally:
        await wire.aclose()


async def _cast(edge_url: str, store: Store, part: Part, number: int, one: PersonCaller, two: PersonCaller) -> None:
    """Invite somebody, let one administrator ask for the role and the other decide, and set the factors up."""
    newcomer = _newcomer(part.name, number)
    made = await one.post("/v1/people", {**newcomer, "authority_id": part.authority, "area": part.area})
    until = datetime.now(UTC) + timedelta(days=_DAYS)
    wanted = {
        "person_id": made["person"]["person_id"], "role": part.role, "authority_id": part.authority,
        "area": part.area, "valid_to": until.isoformat(), "reason": "plays this role in the demonstration",
    }  # fmt: skip
    if part.site_id:
        wanted |= {"object_kind": "site", "object_id": part.site_id}
    asked = await one.post("/v1/role-grants", wanted)
    await two.post(f"/v1/role-grants/{asked['grant_id']}/decision", {"approve": True})
    link = f"{made['accept_at']}?token={made['invitation_token']}"
    person = {"sign_in_name": part.name, "person_id": made["person"]["person_id"], "accept_at": link}
    await _accept(edge_url, store, person, part.role, part.office)


async def _ask_beside(store: Store, one: PersonCaller) -> None:
    """Ask for one role more, which the other administrator has still to decide at the console."""
    name, role = _BESIDE
    until = datetime.now(UTC) + timedelta(days=_DAYS)
    wanted = {
        "person_id": store.all()[name].person_id, "role": role, "authority_id": "ministry", "area": _PORT_SAID,
        "valid_to": until.isoformat(), "reason": "answers the telephone as well",
    }  # fmt: skip
    await one.post("/v1/role-grants", wanted)


async def _accept(edge_url: str, store: Store, invited: Mapping[str, Any], role: str, office: str) -> None:
    password, step = _password(), step_now()
    browser = Browser(edge_url)
    try:
        seed = await browser.accept(str(invited["accept_at"]), password, step)
    finally:
        await browser.aclose()
    name, person_id = str(invited["sign_in_name"]), str(invited["person_id"])
    store.keep(Known(name, person_id, password, seed, role, office, used=step))


def _password() -> str:
    return secrets.token_urlsafe(18)


def _newcomer(name: str, number: int) -> dict[str, str]:
    """A name and a well-formed national id that nobody has, of a lot of its own."""
    born = date(1985, 1, 1) + timedelta(days=number)
    return {"sign_in_name": name, "national_id": compose(born, "88", _SERIAL), "full_name": f"Demo {name}"}
