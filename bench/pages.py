"""Pages of the console a second, by one and by two processes of it: what one page costs, and whom."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Final

import httpx
import psutil

from bench import handovers
from bench.harness import load
from bench.harness.cpu import Meter
from bench.harness.load import Plan, Result
from bench.harness.numbers import median, milliseconds, spread
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from devstack.people.pages import STEP_SECONDS, Browser, code_of, step_now
from devstack.people.store import Store
from devstack.terminal.wire import Wire

PEOPLE: Final = 2_000
CONNECTIONS: Final = 8  # of each person at each process
ENOUGH: Final = 200_000  # pages of a plan, more than a run can show
AIM: Final = 500
WAIT_SECONDS: Final = 60.0
# Whose pages, and which: what a desk looks at all day. `{}` are filled in by `_places`.
PAGES: Final = {
    "registry-clerk": (
        "/console",
        "/console/registry?governorate=03",
        "/console/requests",
        "/console/people/{citizen}",
    ),
    "rollout-planner": ("/console", "/console/rollout", "/console/rollout/{phase}", "/console/today/{site}"),
    "complaints-officer": ("/console", "/console/complaints?state=open", "/console/questions"),
}  # fmt: skip
_WATCHED: Final = ("console", "card", "notify", "gateway", "postgres")


@dataclass
class Shown:
    """The rounds by the number of the console's processes: pages a second, and percent of a core by process."""

    rates: dict[int, list[float]] = field(default_factory=dict)
    p50: dict[int, list[float]] = field(default_factory=dict)
    p99: dict[int, list[float]] = field(default_factory=dict)
    cpu: dict[int, list[dict[str, float]]] = field(default_factory=dict)


async def run(stack: Stack, options: Options) -> Shown:
    """Rounds of both, in turn."""
    wire = stack.wire()
    try:
        places = await _places(stack, wire)
    finally:
        await wire.aclose()
    cookies = {role: await _cookie(stack, role) for role in PAGES}
    shown = Shown()
    async with _second(stack) as other:
        for _ in range(options.rounds):
            for ports in ([stack.settings.ports["console"]], [stack.settings.ports["console"], other.port]):
                await _round(stack, shown, ports, cookies, places, options, other)
    return shown


async def _round(
    stack: Stack, shown: Shown, ports: list[int], cookies: dict[str, str], places: dict[str, str], options: Options,
    other: Second,
) -> None:  # fmt: skip
    chance = random.Random(options.seed)
    plans = []
    for port, (role, forms) in product(ports, PAGES.items()):
        paths = [chance.choice(forms).format(**places) for _ in range(ENOUGH)]
        tokens = [cookies[role]] * CONNECTIONS
        plans.append(Plan(port, "", tokens, [""] * ENOUGH, "", options.seconds, paths=paths, pages=True))
    stack.extra["second console"] = other.pid
    meter = Meter(stack.processes(*_WATCHED, "second console"))
    meter.start()
    results = await asyncio.gather(*(load.send(plan) for plan in plans))
    number = len(ports)
    shown.cpu.setdefault(number, []).append(meter.stop())
    for result in results:
        if set(result.statuses) != {"200"}:
            raise RuntimeError(f"pages: {result.statuses} {result.samples}")
    shown.rates.setdefault(number, []).append(sum(one.per_second for one in results))
    shown.p50.setdefault(number, []).append(median([one.p50 for one in results]))
    shown.p99.setdefault(number, []).append(_worst(results))


def _worst(results: list[Result]) -> float:
    """The 99th percentile of whoever waited longest."""
    return max(one.p99 for one in results)


async def _places(stack: Stack, wire: Wire) -> dict[str, str]:
    """A citizen, a site and a phase, in a register of two thousand households with their cards and a plan."""
    await handovers.prepare(stack, wire, PEOPLE)
    cards = stack.client(wire, "cards")
    site = (await cards.get("/v1/pickup-sites?governorate=03&limit=1"))["items"][0]["site_id"]
    phase = (await cards.get("/v1/rollout-phases?limit=1"))["items"][0]["phase_id"]
    told = await stack.client(wire, "registry").get("/v1/citizens?governorate=03&limit=1")
    return {"site": site, "phase": phase, "citizen": told["items"][0]["citizen_id"]}


async def _cookie(stack: Stack, role: str) -> str:
    """The cookies of a browser in which somebody of this role has signed in."""
    store = Store(stack.settings.folder)
    known = store.of_role(role)
    step = store.use(known.name, step_now())
    await asyncio.sleep(max(0.0, (step - 1) * STEP_SECONDS - time.time()))  # an app shows each code once
    edge = stack.settings.url("edge")
    browser = Browser(edge)
    try:
        code = code_of(known.seed, step)
        return await browser.enter(f"{edge}/console", known.name, known.password, code, known.office)
    finally:
        await browser.aclose()


@dataclass(frozen=True)
class Second:
    """Another process of the console."""

    pid: int
    port: int


@asynccontextmanager
async def _second(stack: Stack) -> AsyncIterator[Second]:
    """The console once more, told what the first was told, on a port of its own."""
    first = psutil.Process(stack.processes("console")["console"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = str(stack.settings.ports["console"])
    command = [str(port) if part == own else part for part in first.cmdline()]
    environment = {**first.environ(), "UNICARD_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=first.cwd(), stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await _ready(port)
        yield Second(process.pid, port)
    finally:
        process.terminate()
        await process.wait()


async def _ready(port: int) -> None:
    ends = time.monotonic() + WAIT_SECONDS
    async with httpx.AsyncClient() as client:
        while time.monotonic() < ends:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                    return
            except httpx.TransportError:  # why: it is only starting, and asked again
                pass
            await asyncio.sleep(0.2)
    raise RuntimeError("the second console is not ready")


def section(found: Shown, options: Options) -> Section:
    """The figures in words and a table."""
    told = Section("Pages of the console")
    cores = os.cpu_count() or 1
    told.say(
        f"Mixed pages of {len(PAGES)} desks ({', '.join(PAGES)}) in a register of {PEOPLE:,} households, asked for at",
        f"the console by {CONNECTIONS * len(PAGES)} connections a process, each page whole and compressed, by people",
        f"who have signed in. {options.rounds} rounds of {options.seconds:g} s, median (least–most); CPU in percent of",
        f"one core. The load, the services and PostgreSQL share these {cores} cores with the console.",
    )
    rows = []
    for number, rates in found.rates.items():
        cpu = found.cpu[number]
        own = median([one["console"] + (one["second console"] if number > 1 else 0.0) for one in cpu])
        rows.append(
            [
                f"{number} of the console's processes", spread(rates),
                f"{milliseconds(median(found.p50[number]))} / {milliseconds(median(found.p99[number]))}",
                f"{own:.0f}", *(f"{median([one[name] for one in cpu]):.0f}" for name in _WATCHED[1:]),
            ]
        )  # fmt: skip
    told.table(["", "pages a second", "p50 / p99 ms", "console", *_WATCHED[1:]], rows)
    alone = median([one["console"] for one in found.cpu[1]]) / median(found.rates[1]) * 10
    whole = median([sum(one[name] for name in _WATCHED) for one in found.cpu[1]]) / median(found.rates[1]) * 10
    told.say(
        f"A page costs the console {alone:.1f} ms of a core and all processes together {whole:.1f} ms: {AIM} pages a",
        f"second are estimated at {AIM * alone / 1000:.0f} cores of consoles and {AIM * whole / 1000:.0f} in all.",
    )
    reached = max(median(rates) for rates in found.rates.values())
    told.aim(
        f"{AIM} pages of the console a second", f"{reached:.0f}, on {cores} cores with all else", reached=reached >= AIM
    )
    return told
