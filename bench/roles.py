"""What a busy relay and a busy consumer cost the replies of their service, as one process and as two."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import asyncpg
import orjson

from bench.eligibility import CLINICS, PATH, open_clinics, tell_families
from bench.harness import events, load, stack
from bench.harness.load import Plan, Result
from bench.harness.numbers import median, milliseconds
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from chassis.ids import new_id
from contracts.card import HouseholdChanged

RATE = 100.0
WAITING = 60_000  # events in the outbox when a round begins: more than the relay publishes while it lasts
CHANGES = 20_000  # events to react to
WAYS = {1: "one process", 2: "api and work apart"}

# A type nobody reacts to: only the relay is measured.
_WAIT = (
    "INSERT INTO outbox (event_id, type, topic, key, time, payload)"
    " SELECT gen_random_uuid(), 'eg.unicard.health.Measured.v1', 'health.events.v1', n::text, now(), '{}'"
    " FROM generate_series(1, $1) n"
)

Beside = Callable[[Stack], Awaitable[None]]


@dataclass
class Replies:
    """What each round found, by the number of processes and what went on beside it."""

    runs: dict[tuple[int, str], list[Result]] = field(default_factory=dict)


async def _nothing(_: Stack) -> None:
    """The replies alone."""


async def _events_wait(running: Stack) -> None:
    database = await asyncpg.connect(running.database_url("health"))
    try:
        await database.execute(_WAIT, WAITING)
    finally:
        await database.close()


async def _events_come(running: Stack) -> None:
    changes = [
        HouseholdChanged(household_id=new_id(), governorate="03", district="03.02", members=4, revision=1)
        for _ in range(CHANGES)
    ]
    await events.publish(running.kafka, changes)


BESIDE: Mapping[str, Beside] = {"nothing": _nothing, "relay busy": _events_wait, "consumer busy": _events_come}


async def run(options: Options) -> Replies:
    """Rounds of everything, on a system of one process a service and on one of two."""
    found = Replies()
    for processes in WAYS:
        async with stack.running(processes=processes) as running:
            wire = running.wire()
            try:
                clinics = await open_clinics(running, wire)
                cards = await tell_families(running)
                for _ in range(options.rounds):
                    for name, beside in BESIDE.items():
                        tokens = list(await asyncio.gather(*(clinic.token() for clinic in clinics)))
                        result = await _round(running, options, tokens, cards, beside)
                        found.runs.setdefault((processes, name), []).append(result)
            finally:
                await wire.aclose()
    return found


async def _round(running: Stack, options: Options, tokens: list[str], cards: list[str], beside: Beside) -> Result:
    count = int(RATE * options.seconds)
    bodies = [orjson.dumps({"card_id": cards[number % len(cards)]}).decode() for number in range(count)]
    plan = Plan(running.settings.ports["health"], PATH, tokens, bodies, new_id().hex, options.seconds, RATE)
    other = asyncio.ensure_future(beside(running))
    result = await load.send(plan)
    await other
    if set(result.statuses) != {"200"}:
        raise RuntimeError(f"eligibility: {result.statuses} {result.samples}")
    await asyncio.sleep(options.seconds)  # what is left over shall not disturb the next round
    return result


def section(found: Replies, options: Options) -> Section:
    """The figures in words and a table."""
    told = Section("Replies beside background work")
    told.say(
        f"`POST /v1/eligibility` at health-service, {RATE:.0f} a second by {CLINICS} terminals, each sent in its turn",
        f"(a wait counts as latency), while {WAITING:,} events wait in its outbox, or while {CHANGES:,} changes of",
        "households come to be reacted to: as one process (`UNICARD_PROCESSES=1`) and as two.",
        f"{options.rounds} rounds of {options.seconds:g} s, median.",
    )
    rows = []
    for (processes, name), runs in found.runs.items():
        figures = (median([run.p50 for run in runs]), median([run.p99 for run in runs]), max(r.worst for r in runs))
        rows.append([WAYS[processes], name, *map(milliseconds, figures)])
    told.table(["health-service", "beside it", "p50 ms", "p99 ms", "slowest ms"], rows)
    return told
