"""How long a plan for half a million people takes, looked at and then started, and what card-service holds."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bench.harness import distribution, stack
from bench.harness.distribution import A_WEEK, ADULTS, GOVERNORATE, SITES_IN_ALL, Memory, ended
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from devstack.terminal.caller import Caller

AIM_SECONDS = 120.0
COUNTERS, MINUTES = 6, 8  # 45 an hour: the sites give more than 50,000 a week, so that the row bounds the weeks
GIVEN_UP_SECONDS = 1800.0


@dataclass
class Planned:
    """Seconds of the draft and of the plan, what they came to, days from the first to the last appointment."""

    citizens: int = 0
    drafted: float = 0.0
    planned: float = 0.0
    before: int = 0
    most: int = 0
    days: int = 0
    plan: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)


async def run(options: Options) -> Planned:
    """Fill a register, enter the sites, look at a plan of all adults, start it, and check what it did."""
    async with stack.running() as running:
        await distribution.fill(running, options.planned // ADULTS)
        async with asyncio.timeout(GIVEN_UP_SECONDS):
            wire = running.wire()
            database = await asyncpg.connect(distribution.owners_url(running, "card"))
            try:
                return await _measured(running, running.client(wire, "cards"), database, options)
            finally:
                await database.close()
                await wire.aclose()


async def _measured(running: Stack, cards: Caller, database: asyncpg.Connection, options: Options) -> Planned:
    memory = Memory.of(running, "card")
    await distribution.enter_sites(cards, COUNTERS, MINUTES)
    phase = {"name": "Bench", "governorate": GOVERNORATE, "sequence": 1, "services": ["supply"]}
    made = await cards.post("/v1/rollout-phases", phase)
    first = distribution.saturday()
    asked = {"week_start": f"{first}", "weeks": 12, "limit": 1_000_000, "holders": "adults", "draft": True}
    told = Planned(options.planned)
    began = time.perf_counter()
    plan = await cards.post(f"/v1/rollout-phases/{made['phase_id']}/pickup-plans", asked)
    await ended(cards, plan["id"], memory)
    told.drafted = time.perf_counter() - began
    began = time.perf_counter()
    await cards.post(f"/v1/pickup-plans/{plan['id']}/start")
    told.plan = await ended(cards, plan["id"], memory)
    told.planned = time.perf_counter() - began
    told.before, told.most = memory.before, memory.most
    told.faults = await distribution.faults(database)
    told.days = await distribution.span_days(database)
    if told.plan["scheduled"] != told.plan["drafted"] or any(told.faults.values()):
        raise RuntimeError(f"plan: {told.plan} {told.faults}")
    return told


def section(told: Planned) -> Section:
    """The figures in words and a table."""
    text = Section("A plan of who collects the card where and when")
    figures = told.plan["figures"]
    text.say(
        f"{told.citizens:,} adults in households of two, over {SITES_IN_ALL} sites of 45 an hour, at most {A_WEEK:,} a",
        "week. First the draft, which writes no appointment; then the plan: a card, an appointment and an event for",
        f"each, published meanwhile. {told.plan['scheduled']:,} invited over {told.days} days;",
        f"{figures['together']:,} of {figures['households']:,} households in one hour;",
        f"{figures['elderly_at_quiet_hours']:,} of {figures['elderly']:,} elderly at quiet hours;",
        f"{figures['other_district']:,} in another district.",
        "No slot over its capacity, nobody invited twice, no week beyond its row.",
    )
    text.table(
        ["citizens", "draft s", "plan s", "invited a second", "card MB before", "card MB at most"],
        [
            [
                f"{told.citizens:,}", f"{told.drafted:.1f}", f"{told.planned:.1f}",
                f"{told.plan['scheduled'] / told.planned:,.0f}", f"{told.before / 1e6:,.0f}", f"{told.most / 1e6:,.0f}",
            ]
        ],
    )  # fmt: skip
    text.aim(
        f"a plan of {told.citizens:,} people ≤ {AIM_SECONDS:g} s",
        f"{told.planned:.1f} s",
        reached=told.planned <= AIM_SECONDS,
    )
    return text
