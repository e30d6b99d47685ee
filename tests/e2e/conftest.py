"""The whole system, started as a newcomer would, on free ports and in a folder of its own."""

from __future__ import annotations

import asyncio
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from api_gateway.route import Route
from chassis.principal import CallerKind
from chassis.testing import PATIENCE
from contracts.clients import ADMINISTERS, GRANTABLE
from contracts.roles import TERMINALS
from devstack.people.clients import ClientOffice
from devstack.people.store import Store
from devstack.settings import on_free_ports
from devstack.stack.bootstrap import Bootstrap
from devstack.terminal.caller import ClientSecret
from devstack.terminal.fleet import commission
from devstack.terminal.provision import provision
from devstack.terminal.wire import Wire

T = TypeVar("T")
FRESH_S = 300  # a token is good for longer
UNICARD = (sys.executable, "-m", "devstack")
TERMINAL_KINDS = ("grocer", "family_unit")  # between them they have every scope that only terminals are given


def can_be_opened(route: Route) -> bool:
    """Whether the system can have a client or a terminal that may call it; the others are for people and citizens."""
    given = [*GRANTABLE.values(), *TERMINALS.values()]
    machine = route.callers & {CallerKind.CLIENT, CallerKind.TERMINAL}
    return bool(machine) and (route.public or any(scopes & set(route.scopes) for scopes in given))


@dataclass
class System:
    """A running system: its edge, its folder, and tokens for its clients."""

    environment: Mapping[str, str]
    folder: Path
    edge: str
    sink: str
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict)

    def unicard(self, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run the command line against this system."""
        return subprocess.run(
            [*UNICARD, *arguments],
            env=dict(self.environment),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def secrets(self) -> dict[str, str]:
        """The secrets the system made for itself at its first start."""
        lines = (self.folder / "secrets.env").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))

    def fetch_token(self, client_id: str, client_secret: str) -> str:
        """A token by client credentials."""
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        reply = httpx.post(f"{self.edge}/oauth/token", data=form, timeout=10)
        reply.raise_for_status()
        return str(reply.json()["access_token"])

    def secret(self, client_id: str) -> ClientSecret:
        """How one of the clients the system was set up with proves itself."""
        known = json.loads((self.folder / "clients.json").read_text(encoding="utf-8"))
        return ClientSecret(client_id, known[client_id]["client_secret"])

    def token(self, client_id: str) -> str:
        """A token of one of the clients the system was set up with."""
        return self._kept(client_id, lambda: self.fetch_token(client_id, self.secret(client_id).secret))

    def _kept(self, name: str, fetch: Callable[[], str]) -> str:
        """The token of that name, fetched anew well before it expires, however slowly the tests run."""
        fetched_at, token = self._tokens.get(name, (-math.inf, ""))
        if time.monotonic() - fetched_at > FRESH_S:
            token = fetch()
            self._tokens[name] = time.monotonic(), token
        return token

    def headers(self, client_id: str = "cards") -> dict[str, str]:
        """Authorization and a fresh Idempotency-Key."""
        return {"Authorization": f"Bearer {self.token(client_id)}", "Idempotency-Key": str(uuid.uuid4())}

    def new_client(self, scopes: list[str], **bounds: Any) -> str:
        """A token of a new client with the given scopes."""
        client_id = f"test-{uuid.uuid4().hex[:12]}"
        owner = next(owner for owner, given in GRANTABLE.items() if set(scopes) <= given)
        body = {"client_id": client_id, "name": "a client of the tests", "scopes": scopes, "owner": owner}
        body = {**body, "governorate": "*", **bounds}
        with ThreadPoolExecutor(1) as aside:  # tests that run in a loop of their own ask for one, too
            made = aside.submit(lambda: asyncio.run(self._make(body))).result()
        return self.fetch_token(client_id, made["client_secret"])

    async def _make(self, body: Mapping[str, Any]) -> Any:
        """A client, made by the one that sets up or, once that has ended, by the demonstration's people."""
        wire, store = Wire(self.edge, limit=2), Store(self.folder)
        try:
            office = ClientOffice(wire, self.edge, store) if store.all() else Bootstrap(wire, self.secrets())
            return await office.make(body)
        finally:
            await wire.aclose()

    def people(self) -> None:
        """Make the demonstration's people, those who are missing."""
        made = self.unicard("people", "demo")
        assert made.returncode == 0, made.stdout + made.stderr

    def opening(self, scopes: Iterable[str], callers: Collection[CallerKind] = tuple(CallerKind)) -> str:
        """A token of somebody who is given one of these scopes: a client with all its owner's may be given, a terminal.

        Anybody's where there are none: the route is public. `callers`: whom it may be.
        """
        wanted = set(scopes)
        owners = GRANTABLE.items() if CallerKind.CLIENT in callers else ()
        owner = next((owner for owner, given in owners if not wanted or wanted & given), None)
        if owner is not None:
            apart = bool(wanted & ADMINISTERS)  # never together with what shows citizens
            name = f"all of {owner}, administering: {apart}"
            given = ADMINISTERS if apart else GRANTABLE[owner] - ADMINISTERS
            return self._kept(name, lambda: self.new_client(sorted(given)))
        kind = next(one for one in TERMINAL_KINDS if wanted & TERMINALS.get(one, TERMINALS["clinic"]))
        return self._kept(kind, lambda: asyncio.run(self._new_terminal(kind)))

    async def _new_terminal(self, kind: str) -> str:
        wire = Wire(self.edge, limit=2)
        try:
            terminal_id, code = await provision(wire, kind, self.folder / "clients.json")
            _, caller = await commission(wire, terminal_id, code)
            return await caller.token()
        finally:
            await wire.aclose()


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """One system for all end-to-end tests of a run; it ends with the last of them, as all that a folder shares."""
    with tempfile.TemporaryDirectory(prefix="unicard-e2e-") as name:
        ports = on_free_ports()
        environment = {**os.environ, **ports, "UNICARD_HOME": name}
        for variable in ("UNICARD_POSTGRES_URL", "UNICARD_KAFKA_BOOTSTRAP"):
            environment.pop(variable, None)
        running = System(
            environment,
            Path(name),
            f"http://127.0.0.1:{ports['UNICARD_EDGE_PORT']}",
            f"http://127.0.0.1:{ports['UNICARD_SINK_PORT']}",
        )
        started = running.unicard("up", "--detach", "--no-demo", timeout=180)
        try:
            assert started.returncode == 0, started.stdout + started.stderr + _logs(Path(name))
            yield running
        finally:
            running.unicard("down", timeout=60)


def play(system: System, *arguments: str) -> dict[str, Any]:
    """Play the pilot; its report, every line of which has passed."""
    done = system.unicard("demo", *arguments, timeout=600)
    path = system.folder / "demo-report.json"
    assert path.exists(), done.stdout + done.stderr
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    failed = [
        f"{line['what']}: {line['found']}, not {line['expected']}" for line in report["lines"] if not line["passed"]
    ]
    assert not failed, "\n".join(failed)
    assert done.returncode == 0, done.stdout + done.stderr
    return report


@pytest.fixture(scope="session")
def first(system: System) -> dict[str, Any]:
    """The report of the first, small run."""
    return play(system, "--scale", "0.002", "--days", "4")


@pytest.fixture
def twentieth_of_the_month(system: System, first: dict[str, Any]) -> Iterator[str]:
    """A day of the month after the one the demo lived through, with business time moved to its morning."""
    following = date.fromisoformat(first["run"]["month"]) + timedelta(days=31)
    day = following.replace(day=20).isoformat()
    set_clock(system, f"{day}T08:00:00+02:00")
    yield day
    set_clock(system, None)


def pid_of(system: System, name: str) -> int:
    """The process of a service."""
    status = system.unicard("status", timeout=60).stdout
    found = re.search(rf"^\s*{name}\s+(\d+)\s", status, re.MULTILINE)
    assert found is not None, status
    return int(found[1])


def until(ask: Callable[[], T | None], seconds: float = 30) -> T:
    """Ask again until the answer is something true, and return that. AssertionError after `PATIENCE` × `seconds`."""
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s; the last answer: {answer!r}"
        time.sleep(0.1)
    return answer


def set_clock(system: System, now: str | None) -> None:
    """Move business time; None brings back the present."""
    for service in ("card", "supply", "health", "payment", "notify"):
        path = f"{system.edge}/v1/training/clock/{service}"
        httpx.put(path, json={"now": now}, headers=system.headers("operations"), timeout=10).raise_for_status()


def _logs(folder: Path) -> str:
    """The last lines of every process, for the report of a start that failed."""
    parts = []
    for path in sorted((folder / "logs").glob("*.log")):
        tail = path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        parts.append(f"\n--- {path.name}\n" + "\n".join(tail))
    return "".join(parts)
