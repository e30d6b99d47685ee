"""Who may do what: the tables of scopes, and the running edge, held against a list that is kept by hand."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from api_gateway.route import Route
from api_gateway.routes import ROUTES
from chassis.ids import new_id
from chassis.principal import AAL1, AAL2, CallerKind
from chassis.testing import TestIssuer
from contracts.clients import BOOTSTRAP, DECIDING, ROLES
from contracts.people import OF_CITIZENS, OF_PEOPLE, OF_THE_GATEWAY, PEOPLE
from contracts.roles import TERMINALS
from contracts.scopes import Scope

LIST = Path(__file__).parents[1] / "rights.txt"
ANYONE = "anyone"
AT_ONCE = 8


@dataclass(frozen=True)
class Right:
    """A line of the list."""

    step_up: bool
    callers: frozenset[str]


def read() -> dict[str, Right]:
    found: dict[str, Right] = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            method, path, step_up, *callers = line.split()
            assert f"{method} {path}" not in found, line
            found[f"{method} {path}"] = Right(step_up == "!", frozenset(callers) - {"nobody"})
    return found


EXPECTED = read()
CLIENTS: Mapping[str, frozenset[str]] = {
    **{role: frozenset(client.scopes) - DECIDING for role, client in ROLES.items()},
    "bootstrap": frozenset(BOOTSTRAP),
}
KINDS = {kind: frozenset(scopes) for kind, scopes in TERMINALS.items() if kind not in {"depot", "gameaty", "complex"}}
CALLERS: Mapping[str, tuple[CallerKind, frozenset[str]]] = {
    **{role: (CallerKind.CLIENT, scopes) for role, scopes in CLIENTS.items()},
    **{f"@{kind}": (CallerKind.TERMINAL, scopes) for kind, scopes in KINDS.items()},
    **{f"+{role}": (CallerKind.PERSON, what.scopes | OF_PEOPLE) for role, what in PEOPLE.items()},
    "%citizen": (CallerKind.CITIZEN, frozenset(OF_CITIZENS)),
    "%gateway": (CallerKind.CLIENT, OF_THE_GATEWAY | {Scope.RECORDS_COLLECT}),
}


def derived(route: Route) -> Right:
    if route.public:
        return Right(False, frozenset({ANYONE}))
    may = {
        name
        for name, (kind, scopes) in CALLERS.items()
        if kind in route.callers and not scopes.isdisjoint(route.scopes)
    }
    return Right(route.step_up, frozenset(may))


@pytest.mark.registers
def test_terminals_of_shops_are_alike() -> None:
    assert TERMINALS["grocer"] == TERMINALS["gameaty"] == TERMINALS["complex"]
    assert TERMINALS["bakery"] == TERMINALS["depot"]


@pytest.mark.registers
def test_every_operation_is_in_the_list() -> None:
    names = {route.name for route in ROUTES}
    assert (sorted(names - EXPECTED.keys()), sorted(EXPECTED.keys() - names)) == ([], [])


@pytest.mark.registers
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_the_tables_give_what_the_list_says(route: Route) -> None:
    found, wanted = derived(route), EXPECTED[route.name]
    assert (sorted(found.callers - wanted.callers), sorted(wanted.callers - found.callers)) == ([], [])
    assert found.step_up == wanted.step_up


@pytest.mark.registers
def test_every_operation_has_its_caller() -> None:
    """What nobody is given by default is named here, with who may be given it."""
    nobody = {name for name, right in EXPECTED.items() if not right.callers}
    assert nobody == {"POST /v1/accounts", "POST /v1/transfers"}  # ledger:write, a client of the finance ministry's


@pytest.mark.registers
def test_what_is_the_gateways_is_nobody_elses() -> None:
    alone = {name for name, right in EXPECTED.items() if "%gateway" in right.callers}
    assert [name for name in alone if EXPECTED[name].callers != {"%gateway"}] == []


@pytest.mark.registers
def test_citizens_reach_what_is_their_own_and_nothing_else() -> None:
    reached = {name for name, right in EXPECTED.items() if "%citizen" in right.callers}
    own = ("/v1/self/", "/v1/citizens/{citizen_id}/")
    assert [name for name in reached if not name.partition(" ")[2].startswith(own)] == []


@pytest.mark.registers
def test_machines_decide_nothing() -> None:
    for name, right in EXPECTED.items():
        if name.endswith("/decision"):
            assert right.step_up, name
            assert all(caller.startswith("+") for caller in right.callers), name


class TestAtTheEdge:
    """Every caller at every operation: forwarded or refused as the list says."""

    @pytest.fixture(scope="class")
    async def open_edge(self, start_edge: Any) -> Any:
        most = 100_000
        return await start_edge(
            sale_per_second=most, standard_per_second=most, bulk_per_second=most, token_per_second=most,
            public_per_second=most,
        )  # fmt: skip

    async def test_the_matrix(self, open_edge: Any, issuer: TestIssuer) -> None:
        tokens = {name: token_of(issuer, name, *who) for name, who in CALLERS.items()}
        every = " ".join(Scope)
        strangers = {
            None: None,
            "citizen with every scope": issuer.token(f"citizen:{new_id()}", every, kind="citizen", acr=AAL1),
            "of no kind": issuer.token("x", every, kind="robot"),
            "of no scope": issuer.token("y", ""),
            "signed in long ago": issuer.token(f"person:{new_id()}", every, kind="person", acr=AAL1),
        }
        wrong: list[str] = []

        async def ask(route: Route, name: str | None, token: str | None, expected: int) -> None:
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            path = re.sub(r"\{[a-z_]+\}", "1", route.path)
            async with caller.request(
                route.method, f"http://127.0.0.1:{open_edge.port}{path}", headers=headers
            ) as reply:
                await reply.read()
            if reply.status != expected:
                wrong.append(f"{route.name} as {name}: {reply.status}, not {expected}")

        asked = []
        for route in ROUTES:
            may = EXPECTED[route.name]
            if route.path == "/.well-known/jwks.json":
                continue  # the edge fetches it itself
            public = ANYONE in may.callers
            for name, token in tokens.items():
                asked.append(ask(route, name, token, 200 if public or name in may.callers else 403))
            for stranger, forged in strangers.items():
                person = stranger == "signed in long ago" and CallerKind.PERSON in route.callers and not may.step_up
                expected = 200 if public or person else 401 if stranger is None else 403
                if stranger == "citizen with every scope" and CallerKind.CITIZEN in route.callers:
                    expected = 200
                asked.append(ask(route, stranger, forged, expected))
        started = time.monotonic()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as caller:
            await asyncio.gather(*asked)
        print(f"{len(asked)} calls in {time.monotonic() - started:.0f} s")  # noqa: T201 - the figure is of interest
        assert not wrong, "\n".join(wrong[:50])


def token_of(issuer: TestIssuer, name: str, kind: CallerKind, scopes: frozenset[str]) -> str:
    """A token as this caller would have it; a person's as of somebody who has just shown two factors."""
    said = " ".join(sorted(scopes))
    if kind is CallerKind.PERSON:
        signed_in: dict[str, Any] = {
            "acr": AAL2,
            "auth_time": int(time.time()),
            "sid": str(new_id()),
            "client_id": "console",
        }
        return issuer.token(f"person:{new_id()}", said, kind="person", **signed_in)
    if kind is CallerKind.CITIZEN:
        return issuer.token(f"citizen:{new_id()}", said, kind="citizen", acr=AAL1, sid=str(new_id()), client_id="app")
    if kind is CallerKind.TERMINAL:
        return issuer.token(str(new_id()), said, kind="terminal", outlet_id=new_id(), governorate="03")
    return issuer.token(name, said)
