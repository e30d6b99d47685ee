"""The demonstration's people: made as real ones are, and signed in through the pages."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pytest

from api_gateway.people import host
from api_gateway.people.host import AdministratorIn
from contracts.people import OBJECTS, PEOPLE
from devstack.engines import free_ports
from devstack.people import loopback
from devstack.people.cast import ensure_people
from devstack.people.pages import Browser, code_of, step_now
from devstack.people.signed import PersonCaller
from devstack.people.store import Store
from devstack.terminal.caller import Refused
from devstack.terminal.wire import Wire

if TYPE_CHECKING:
    from ..conftest import StartGateway


async def test_there_is_somebody_for_every_role(start_gateway: StartGateway, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    gateway = await start_gateway(serve_at=port, issuer=f"{url},unicard", gateway_public_url=url)

    async def invite(given: list[dict[str, str]]) -> list[dict[str, Any]]:
        first = [AdministratorIn(**one) for one in given]
        return await host.run("invite", first, gateway.settings, gateway.settings.database_url)

    people = await ensure_people(tmp_path, url, invite)
    assert {one.role for one in people} == {name for name, role in PEOPLE.items() if not role.areas & OBJECTS}
    assert await ensure_people(tmp_path, url, invite) == people
    store = Store(tmp_path)
    assert store.path.stat().st_mode & 0o077 == 0
    wire = Wire(url, limit=2)
    auditor = PersonCaller(wire, url, store, store.of_role("auditor"))
    assert (await auditor.get("/v1/people", limit=1))["items"]
    with pytest.raises(Refused, match="insufficient_scope"):
        await auditor.post("/v1/role-grants", {})
    await wire.aclose()
    await signs_in_at_the_command_line(url, store)


async def signs_in_at_the_command_line(url: str, store: Store) -> None:
    """As `unicard people sign-in`: a browser fills the pages in, and is led back to a port of this machine."""
    known = store.of_role("inspector")
    browsing: list[asyncio.Task[httpx.Response]] = []

    async def browse(asked: str) -> httpx.Response:
        redirect = parse_qs(urlsplit(asked).query)["redirect_uri"][0]
        code = code_of(known.seed, store.use(known.name, step_now()))
        browser = Browser(url)
        place = await browser.follow(asked, known.name, known.password, code, known.office, redirect)
        await browser.aclose()
        async with httpx.AsyncClient() as client:
            forged = await client.get(place.replace("state=", "state=x"))
            assert forged.status_code == 404
            return await client.get(place)

    tokens = await loopback.sign_in(url, lambda asked: browsing.append(asyncio.create_task(browse(asked))))
    assert (await browsing[0]).status_code == 200
    claims = orjson.loads(base64.urlsafe_b64decode(tokens.access_token.split(".")[1] + "=="))
    assert claims["sub"] == f"person:{known.person_id}"
