"""How long a plan for half a million people takes, looked at and then started, and what card-service holds meanwhile.

As the client's campaign: 50,000 a week over 25 post offices, 5 supply centres, health insurance and the governorate.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import psutil

from bench.harness import stack
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from card_service.sealing import NAME, NATIONAL_ID
from chassis.ids import new_id
from chassis.sealing import Keyring, Vault, key_bytes
from devstack.terminal.caller import Caller

AIM_SECONDS = 120.0
SITES = (("post_office", 25), ("supply_centre", 5), ("health_office", 1), ("governorate_office", 1))
DISTRICTS = ("03.01", "03.02", "03.03", "03.04", "03.05", "03.06", "03.07")
COUNTERS, MINUTES = 6, 8  # 45 an hour: 32 sites give more than 50,000 a week, so that the row bounds the weeks
FAMILY, ADULTS = 4, 2
BATCH = 5_000  # households of one COPY
POLL_SECONDS, GIVEN_UP_SECONDS = 0.1, 1800.0
_BORN = (date(1950, 1, 1), date(1985, 5, 5), date(2015, 1, 1), date(2018, 1, 1))
_ROLES = ("head", "spouse", "child", "child")
_HOUSEHOLD = ("household_id", "governorate", "district", "address", "members", "registered_at")
_CITIZEN = (
    "citizen_id", "household_id", "role", "full_name_sealed", "national_id_hash", "national_id_sealed", "birth_date",
    "sex", "registered_at",
)  # fmt: skip
_FAULTS = {
    "slots over their capacity": "SELECT count(*) FROM pickup_slot WHERE taken > offered OR taken > capacity",
    "citizens with two cards": "SELECT count(*) FROM (SELECT FROM card GROUP BY citizen_id HAVING count(*) > 1) t",
    "cards invited twice": "SELECT count(*) FROM (SELECT FROM appointment GROUP BY card_id HAVING count(*) > 1) t",
    "weeks beyond the row": (
        "SELECT count(*) FROM (SELECT FROM appointment GROUP BY"
        " date_bin('7 days', starts_at AT TIME ZONE 'Africa/Cairo', timestamp '2024-01-06')"
        " HAVING count(*) > 50000) t"
    ),
}


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
        url = running.server_url.rsplit("/", 1)[0] + "/" + running.database_url("card").rsplit("/", 1)[1]
        await _fill(url, running, options.planned // ADULTS)
        async with asyncio.timeout(GIVEN_UP_SECONDS):
            wire = running.wire()
            database = await asyncpg.connect(url)
            try:
                return await _measured(running, running.client(wire, "cards"), database, options)
            finally:
                await database.close()
                await wire.aclose()


def _families(vault: Vault, households: int) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
    now = datetime.now(UTC)
    for n in range(households):
        household_id = new_id()
        people = []
        for role, born in zip(_ROLES, _BORN, strict=True):
            citizen_id = new_id()
            name = vault.seal(citizen_id, "منى أحمد علي".encode(), NAME)
            number = vault.seal(citizen_id, b"29001010312345", NATIONAL_ID)
            # every tenth head is of an age for quiet hours
            day = born if role != "head" or n % 10 == 0 else date(1980, 1, 1)
            mark = hashlib.sha256(citizen_id.bytes + os.urandom(8)).digest()
            people.append((citizen_id, household_id, role, name, mark, number, day, "male", now))
        yield (household_id, "03", DISTRICTS[n % len(DISTRICTS)], "", FAMILY, now), people


async def _fill(url: str, running: Stack, households: int) -> None:
    """Write families by COPY, two adults and two children each."""
    secrets = running.secrets
    keys = Keyring.parse(secrets["UNICARD_CARD_DATA_KEYS"])
    vault = Vault(keys, key_bytes(secrets["UNICARD_CARD_LOOKUP_KEY"]))
    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    for start in range(0, households, BATCH):
        made = list(_families(vault, min(BATCH, households - start)))
        await connection.copy_records_to_table("household", columns=_HOUSEHOLD, records=[home for home, _ in made])
        people = [person for _, members in made for person in members]
        await connection.copy_records_to_table("citizen", columns=_CITIZEN, records=people)
    for statement in ("VACUUM (ANALYZE) citizen", "VACUUM (ANALYZE) household", "CHECKPOINT"):
        await connection.execute(statement)
    await connection.close()


async def _sites(cards: Caller) -> None:
    days = [{"weekday": day, "opens": "08:00", "closes": "15:00"} for day in (6, 7, 1, 2, 3, 4)]
    number = 0
    for kind, count in SITES:
        for _ in range(count):
            site = {
                "name_ar": f"مكان {number}",
                "name_en": f"Place {number}",
                "kind": kind,
                "governorate": "03",
                "district": DISTRICTS[number % len(DISTRICTS)],
                "address_ar": "بورسعيد",
                "hours": days,
                "counters": COUNTERS,
                "minutes_per_visitor": MINUTES,
                "latitude": 31.25 + number / 1000,
                "longitude": 32.30,
            }
            await cards.post("/v1/pickup-sites", site)
            number += 1


async def _measured(running: Stack, cards: Caller, database: asyncpg.Connection, options: Options) -> Planned:
    process = psutil.Process(running.processes("card")["card"])
    await _sites(cards)
    phase = {"name": "Bench", "governorate": "03", "sequence": 1, "services": ["supply"]}
    made = await cards.post("/v1/rollout-phases", phase)
    first = _saturday()
    asked = {"week_start": f"{first}", "weeks": 12, "limit": 1_000_000, "holders": "adults", "draft": True}
    told = Planned(options.planned, before=process.memory_info().rss)
    began = time.perf_counter()
    plan = await cards.post(f"/v1/rollout-phases/{made['phase_id']}/pickup-plans", asked)
    await _ended(cards, plan["id"], told, process)
    told.drafted = time.perf_counter() - began
    began = time.perf_counter()
    await cards.post(f"/v1/pickup-plans/{plan['id']}/start")
    told.plan = await _ended(cards, plan["id"], told, process)
    told.planned = time.perf_counter() - began
    told.faults = {name: await database.fetchval(statement) for name, statement in _FAULTS.items()}
    ends = await database.fetchrow("SELECT min(starts_at) AS first, max(starts_at) AS last FROM appointment")
    told.days = (ends["last"] - ends["first"]).days + 1 if ends is not None and ends["last"] else 0
    if told.plan["scheduled"] != told.plan["drafted"] or any(told.faults.values()):
        raise RuntimeError(f"plan: {told.plan} {told.faults}")
    return told


def _saturday() -> date:
    """A Saturday none of whose hours has begun."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=(6 - today.isoweekday()) % 7 + 7)


async def _ended(cards: Caller, plan_id: str, told: Planned, process: psutil.Process) -> dict[str, Any]:
    while True:
        plan: dict[str, Any] = await cards.get(f"/v1/pickup-plans/{plan_id}")
        told.most = max(told.most, process.memory_info().rss)
        if plan["status"] == "failed":
            raise RuntimeError(f"plan: {plan}")
        if plan["status"] in {"draft", "done"}:
            return plan
        await asyncio.sleep(POLL_SECONDS)


def section(told: Planned) -> Section:
    """The figures in words and a table."""
    text = Section("A plan of who collects the card where and when")
    figures = told.plan["figures"]
    text.say(
        f"{told.citizens:,} adults in households of two, over 32 sites of 45 an hour, at most 50,000 a week. First the",
        "draft, which writes no appointment; then the plan: a card, an appointment and an event for each, published",
        f"meanwhile. {told.plan['scheduled']:,} invited over {told.days} days; {figures['together']:,} of",
        f"{figures['households']:,} households in one hour; {figures['elderly_at_quiet_hours']:,} of",
        f"{figures['elderly']:,} elderly at quiet hours; {figures['other_district']:,} in another district.",
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
