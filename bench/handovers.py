"""Cards given to their holders a second, at the service and through the gateway."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from bench.harness import load
from bench.harness.cpu import Meter
from bench.harness.fleet import CALLERS
from bench.harness.load import Plan, Result
from bench.harness.numbers import median, milliseconds, spread
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from chassis.ids import new_id
from contracts.clients import Owner
from devstack.demo.places import PORT_SAID, pickup_sites
from devstack.national_numbers import compose
from devstack.terminal.caller import Caller, ClientSecret
from devstack.terminal.provision import identifier
from devstack.terminal.wire import Wire

COUNTERS = 16
HEADER = "household_ref,role,national_id,full_name,mobile,governorate,district,address\r\n"
_MOST_AT_ONCE = 1_000  # national ids of one lookup
_SERIALS = 7_000
_FIRST, _DAYS = date(1950, 1, 1), 20_000
_POLL_SECONDS = 0.2


@dataclass
class Waiting:
    """Cards that lie at one site with their holders' national ids, and the counters of that site."""

    cards: list[tuple[str, str]]
    counters: list[Caller]


@dataclass
class HandOvers:
    """What each round found, by where cards were given."""

    given: int = 0
    runs: dict[str, list[Result]] = field(default_factory=dict)
    cpu: dict[str, list[dict[str, float]]] = field(default_factory=dict)


async def run(stack: Stack, options: Options, wire: Wire) -> HandOvers:
    """Rounds at the service and through the gateway, each card once."""
    waiting = await prepare(stack, wire, options.handovers)
    share = len(waiting.cards) // (2 * options.rounds)
    found, left = HandOvers(), iter(waiting.cards)
    for _ in range(options.rounds):
        for name, port in (("service", "card"), ("gateway", "edge")):
            tokens = list(await asyncio.gather(*(counter.token() for counter in waiting.counters)))
            cards = list(itertools.islice(left, share))
            plan = Plan(
                port=stack.settings.ports[port],
                path="",
                tokens=[tokens[number % len(tokens)] for number in range(CALLERS)],
                requests=[orjson.dumps({"national_id": number}).decode() for _, number in cards],
                keys=new_id().hex,
                seconds=options.seconds,
                paths=[f"/v1/cards/{card_id}/handover" for card_id, _ in cards],
            )
            meter = Meter(stack.processes("edge", "card", "postgres"))
            meter.start()
            result = await load.send(plan)
            found.cpu.setdefault(name, []).append(meter.stop())
            if set(result.statuses) != {"200"}:
                raise RuntimeError(f"hand-overs: {result.statuses} {result.samples}")
            found.runs.setdefault(name, []).append(result)
            found.given += result.answered
    return found


async def prepare(stack: Stack, wire: Wire, count: int) -> Waiting:
    """So many heads of household whose cards a plan has brought to one site."""
    registry, cards = stack.client(wire, "registry"), stack.client(wire, "cards")
    numbers = [compose(_FIRST + timedelta(days=n % _DAYS), PORT_SAID, _SERIALS + n // _DAYS) for n in range(count)]
    rows = (f"H{n},head,{number},منى علي حسن,,{PORT_SAID},03.02,شارع {n % 900}\r\n" for n, number in enumerate(numbers))
    answer = await registry.call("POST", "/v1/imports", (HEADER + "".join(rows)).encode(), content_type="text/csv")
    await _finished(registry, f"/v1/imports/{identifier(answer.json(), 'import_id')}")
    site = pickup_sites()[0].request() | {"hourly_capacity": 10_000}
    site_id = str(identifier(await cards.post("/v1/pickup-sites", site), "site_id"))
    phase = {"name": "Hand-overs", "governorate": PORT_SAID, "sequence": 2, "services": ["supply"]}
    phases = f"/v1/rollout-phases/{identifier(await cards.post('/v1/rollout-phases', phase), 'phase_id')}"
    week = (datetime.now(UTC).date() + timedelta(days=7)).isoformat()
    planned = await cards.post(f"{phases}/pickup-plans", {"week_start": week, "limit": count, "holders": "heads"})
    done = await _finished(cards, f"/v1/pickup-plans/{identifier(planned, 'plan_id')}")
    if done["scheduled"] != count:
        raise RuntimeError(f"plan: {done}")
    return Waiting(await _cards_of(stack, registry, numbers), await _counters(stack, wire, site_id))


async def _cards_of(stack: Stack, registry: Caller, numbers: list[str]) -> list[tuple[str, str]]:
    """Card and national id of each holder."""
    holders: dict[UUID, str] = {}
    for start in range(0, len(numbers), _MOST_AT_ONCE):
        asked = numbers[start : start + _MOST_AT_ONCE]
        told = await registry.post("/v1/citizens/lookup", {"national_ids": asked})
        holders |= {UUID(one["citizen_id"]): asked[one["position"]] for one in told["items"]}
    database = await asyncpg.connect(stack.database_url("card"))
    try:
        rows = await database.fetch("SELECT card_id, citizen_id FROM card WHERE citizen_id = ANY($1)", list(holders))
    finally:
        await database.close()
    return [(str(row["card_id"]), holders[row["citizen_id"]]) for row in rows]


async def _counters(stack: Stack, wire: Wire, site_id: str) -> list[Caller]:
    clients, made = stack.clients(wire), []
    for number in range(COUNTERS):
        name = f"bench-counter-{number}"
        body = {
            "client_id": name, "name": f"Counter {number}", "scopes": ["cards:handover"], "governorate": PORT_SAID,
            "site_id": site_id, "owner": Owner.MINISTRY,
        }  # fmt: skip
        made.append(Caller(wire, ClientSecret(name, (await clients.make(body))["client_secret"])))
    return made


async def _finished(caller: Caller, path: str) -> dict[str, Any]:
    while True:
        state: dict[str, Any] = await caller.get(path)
        if state["status"] in {"done", "failed"}:
            if state["status"] == "failed":
                raise RuntimeError(f"{path}: {state}")
            return state
        await asyncio.sleep(_POLL_SECONDS)


def section(found: HandOvers, options: Options) -> Section:
    """The figures in words and a table."""
    told = Section("Cards handed over")
    told.say(
        f"`POST /v1/cards/{{id}}/handover` by {COUNTERS} counters of one site over {CALLERS} connections: the holder's",
        "number, the card's state and site, the appointment kept, who did it recorded, `CardIssued` told, each card",
        f"once; what comes together shares a commit. {options.rounds} rounds of at most {options.seconds:g} s,",
        "median (least–most); CPU in percent of one core.",
    )
    rows = []
    for name, runs in found.runs.items():
        cpu = found.cpu[name]
        rows.append(
            [
                "at the service" if name == "service" else "through the gateway",
                spread([run.per_second for run in runs]),
                f"{milliseconds(median([r.p50 for r in runs]))} / {milliseconds(median([r.p99 for r in runs]))}",
                *(f"{median([reading[process] for reading in cpu]):.0f}" for process in ("edge", "card", "postgres")),
            ]
        )
    told.table(["", "hand-overs a second", "p50 / p99 ms", "edge", "card", "postgres"], rows)
    return told
