"""Answers a second to a clinic's question whether a card is covered."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg
import orjson

from bench.harness import events, load
from bench.harness.cpu import Meter
from bench.harness.fleet import CALLERS
from bench.harness.load import Plan, Result
from bench.harness.numbers import median, milliseconds, spread
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from chassis.ids import new_id
from contracts.card import CardActivated, CitizenRegistered, HouseholdChanged, ProgrammeService
from contracts.event import Event
from devstack.terminal.caller import Caller
from devstack.terminal.fleet import commission, in_parallel
from devstack.terminal.provision import register_clinic_terminal
from devstack.terminal.wire import Wire

CLINICS = 16
FAMILIES = 2_000
PATH = "/v1/eligibility"
_MOST_A_SECOND = 4_000
_GIVE_UP_SECONDS = 120.0


@dataclass
class Answers:
    """What each round found, by where it was asked."""

    runs: dict[str, list[Result]] = field(default_factory=dict)
    cpu: dict[str, list[dict[str, float]]] = field(default_factory=dict)


async def run(stack: Stack, options: Options, wire: Wire) -> Answers:
    """Rounds at the service and through the gateway."""
    clinics = await open_clinics(stack, wire)
    cards = await tell_families(stack)
    rng, found = random.Random(options.seed), Answers()
    for _ in range(options.rounds):
        for name, port in (("service", "health"), ("gateway", "edge")):
            tokens = list(await asyncio.gather(*(clinic.token() for clinic in clinics)))
            count = int(_MOST_A_SECOND * options.seconds)
            bodies = [orjson.dumps({"card_id": rng.choice(cards)}).decode() for _ in range(count)]
            callers = [tokens[number % len(tokens)] for number in range(CALLERS)]
            plan = Plan(stack.settings.ports[port], PATH, callers, bodies, new_id().hex, options.seconds)
            meter = Meter(stack.processes("edge", "health", "postgres"))
            meter.start()
            result = await load.send(plan)
            found.cpu.setdefault(name, []).append(meter.stop())
            if set(result.statuses) != {"200"}:
                raise RuntimeError(f"eligibility: {result.statuses} {result.samples}")
            found.runs.setdefault(name, []).append(result)
    return found


async def open_clinics(stack: Stack, wire: Wire) -> list[Caller]:
    """Clinics, each with an enrolled terminal."""
    admin = stack.client(wire, "health-authority")
    clinics: list[Caller] = []

    async def open_one(number: int) -> None:
        body = {
            "kind": "family_unit", "name_ar": f"وحدة القياس {number}", "name_en": f"Measured unit {number}",
            "governorate": "03", "district": "03.02",
        }  # fmt: skip
        provider = await admin.post("/v1/providers", body)
        terminal_id, code = await register_clinic_terminal(admin, str(provider["provider_id"]), f"bench-{number}")
        clinics.append((await commission(wire, terminal_id, code))[1])

    await in_parallel(range(CLINICS), open_one, lanes=4)
    return clinics


async def tell_families(stack: Stack) -> list[str]:
    """Families of three whose head has a card with health enabled, told by events as card-service does."""
    told: list[Event] = []
    cards = []
    for _ in range(FAMILIES):
        household_id, card_id, people = new_id(), new_id(), [new_id() for _ in range(3)]
        cards.append(str(card_id))
        told.append(
            HouseholdChanged(
                household_id=household_id, governorate="03", district="03.02", members=len(people), revision=1
            )
        )
        told += [
            CitizenRegistered(
                citizen_id=one, household_id=household_id, governorate="03", is_head=one is people[0], birth_year=1980
            )
            for one in people
        ]
        told.append(
            CardActivated(
                card_id=card_id, household_id=household_id, citizen_id=people[0], phase_id=new_id(), governorate="03",
                district="03.02", members=len(people), services=[ProgrammeService.HEALTH],
                activated_at=datetime.now(UTC),
            )
        )  # fmt: skip
    await events.publish(stack.kafka, told)
    database = await asyncpg.connect(stack.database_url("health"))
    try:
        async with asyncio.timeout(_GIVE_UP_SECONDS):
            while await database.fetchval("SELECT count(*) FROM card") < FAMILIES:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.1)
    finally:
        await database.close()
    return cards


def section(found: Answers, options: Options) -> Section:
    """The figures in words and a table."""
    told = Section("Eligibility answers")
    told.say(
        f"`POST /v1/eligibility` by {CLINICS} clinics' terminals over {CALLERS} connections, {FAMILIES:,} families of",
        "three: token, card, family's standing on the day, co-payment and what the caps still allow of every service.",
        f"{options.rounds} rounds of {options.seconds:g} s, median (least–most); CPU in percent of one core.",
    )
    rows = []
    for name, runs in found.runs.items():
        cpu = found.cpu[name]
        rows.append(
            [
                "at the service" if name == "service" else "through the gateway",
                spread([run.per_second for run in runs]),
                f"{milliseconds(median([r.p50 for r in runs]))} / {milliseconds(median([r.p99 for r in runs]))}",
                *(f"{median([reading[process] for reading in cpu]):.0f}" for process in ("edge", "health", "postgres")),
            ]
        )
    told.table(["", "answers a second", "p50 / p99 ms", "edge", "health", "postgres"], rows)
    return told
