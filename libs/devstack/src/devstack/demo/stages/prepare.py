"""The start of a run: is the system there, which run is this, which week is free."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from itertools import count

import orjson
from rich.console import Console

from devstack.demo.calendar import Calendar, first_saturday
from devstack.demo.context import Context, Options
from devstack.demo.history import History, Run
from devstack.demo.office import Office
from devstack.demo.places import PORT_SAID
from devstack.demo.report import Report
from devstack.demo.sink import Sink
from devstack.national_numbers import LOTS
from devstack.people.clients import ClientOffice
from devstack.people.signed import PersonCaller
from devstack.people.store import Store
from devstack.terminal.caller import Caller, ClientSecret
from devstack.terminal.fleet import pages
from devstack.terminal.provision import NoCredentials
from devstack.terminal.wire import Wire

_NAME = re.compile(r"Port Said pilot-(\d{1,6})")
# The clients of the running system in whose names the demo calls.
CLIENTS = (
    "registry", "cards", "outlets", "policies", "messages",
    "operations", "health-authority", "pension-authority", "reconciliation", "treasury",
)  # fmt: skip


async def open_run(options: Options, console: Console, today: date) -> Context:
    """A context for a fresh run: clients of the running stack, people nobody has registered, a free week."""
    wire = Wire(options.gateway_url, limit=options.lanes)
    callers = {name: Caller(wire, _client(options, name)) for name in CLIENTS}
    run, phase_id = await _claim(callers["cards"])
    history = History(options.folder)
    record = Run(
        run=run,
        seed=options.seed,
        lot=(run - 1) % LOTS,
        today=today.isoformat(),
        households=options.households,
        faults_per_kind=options.faults_per_kind,
    )
    people, files = record.files()
    # A run takes a week of its own, so that what an earlier one left behind is not in its way.
    week = first_saturday(today) + timedelta(days=7 * (run - 1))
    context = Context(
        options=options,
        console=console,
        wire=wire,
        sink=Sink(options.sink_url),
        registry=callers["registry"],
        cards=callers["cards"],
        outlets=callers["outlets"],
        policies=callers["policies"],
        messages=callers["messages"],
        operations=callers["operations"],
        health=callers["health-authority"],
        pensions=callers["pension-authority"],
        pensions_making=_person(options, wire, "payouts-maker"),
        pensions_approval=_person(options, wire, "payouts-approver"),
        treasury=callers["treasury"],
        treasury_approval=_person(options, wire, "treasury-approver"),
        clients=ClientOffice(wire, options.gateway_url, Store(options.folder)),
        office=Office(
            _person(options, wire, "registry-clerk"),
            _person(options, wire, "registry-approver"),
            _person(options, wire, "registry-approver", 1),
        ),
        inspector=_person(options, wire, "inspector"),
        disputes_approver=_person(options, wire, "disputes-approver"),
        policies_approver=_person(options, wire, "policy-approver"),
        protection=_person(options, wire, "data-protection-officer"),
        finance=callers["reconciliation"],
        report=Report(console),
        run=run,
        calendar=Calendar.of(week, options.days),
        record=record,
        history=history,
        people=people,
        files=files,
        phase_id=phase_id,
        rng=random.Random(f"{options.seed}/{run}"),
        earlier=[household for _, households in history.before(run) for household in households],
    )
    await context.set_clock(None)
    return context


async def _claim(cards: Caller) -> tuple[int, str]:
    """Open a roll-out phase: its name is what tells this run from all others, whatever becomes of it."""
    phases = [phase async for phase in pages(cards, "/v1/rollout-phases")]
    named = (_NAME.fullmatch(phase["name"]) for phase in phases)
    run = max((int(match[1]) for match in named if match), default=0) + 1
    taken = {phase["sequence"] for phase in phases if phase["governorate"] == PORT_SAID}
    body = {
        "name": f"Port Said pilot-{run}",
        "governorate": PORT_SAID,
        "sequence": next(number for number in count(run) if number not in taken),
        "services": ["supply", "payment"],
    }
    return run, str((await cards.post("/v1/rollout-phases", body))["phase_id"])


def _person(options: Options, wire: Wire, role: str, number: int = 0) -> PersonCaller:
    """One of the demonstration's people who has a role."""
    store = Store(options.folder)
    try:
        known = store.of_role(role, number)
    except KeyError as error:
        raise NoCredentials(f"{store.path} knows nobody who is {role}: unicard people demo") from error
    return PersonCaller(wire, options.gateway_url, store, known)


def _client(options: Options, client_id: str) -> ClientSecret:
    path = options.folder / "clients.json"
    known = orjson.loads(path.read_bytes()) if path.exists() else {}
    if client_id not in known:
        raise NoCredentials(f"{path} holds no client {client_id!r}: start the stack with `unicard up`")
    return ClientSecret(client_id, known[client_id]["client_secret"])
