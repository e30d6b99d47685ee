"""A governorate to bring cards to: families filled in by COPY, sites of every kind, plans, and what must never be.

As the client's campaign: 25 post offices, 5 supply centres, the health insurance and the governorate, 50,000 a week.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import asyncpg
import psutil

from bench.harness.stack import Stack
from card_service.sealing import NAME, NATIONAL_ID
from chassis.ids import new_id
from chassis.sealing import Keyring, Vault, key_bytes
from devstack.national_numbers import compose
from devstack.terminal.caller import Caller

GOVERNORATE: Final = "03"
DISTRICTS: Final = tuple(f"{GOVERNORATE}.0{n}" for n in range(1, 8))
SITES: Final = (("post_office", 25), ("supply_centre", 5), ("health_office", 2), ("governorate_office", 1))
SITES_IN_ALL: Final = sum(count for _, count in SITES)
ADULTS: Final = 2  # of a family of four
A_WEEK: Final = 50_000  # policy pickup.invited_a_week
_BORN = (date(1950, 1, 1), date(1985, 5, 5), date(2015, 1, 1), date(2018, 1, 1))
_ROLES = ("head", "spouse", "child", "child")
_FAMILY = len(_ROLES)
_BATCH = 5_000  # households of one COPY
_POLL_SECONDS = 0.1
_FIRST_DAY, _DAYS = date(1950, 1, 1), 20_000  # of birth, in national numbers
_HOUSEHOLD = ("household_id", "governorate", "district", "address", "members", "registered_at")
_CITIZEN = (
    "citizen_id", "household_id", "role", "full_name_sealed", "national_id_hash", "national_id_sealed", "birth_date",
    "sex", "registered_at",
)  # fmt: skip
# As the trigger that COPY goes around does it.
_MEMBERSHIPS = (
    "INSERT INTO membership (membership_id, citizen_id, household_id, role, since, first_month, granted, join_reason)"
    " SELECT uuidv7(), citizen_id, household_id, role, registered_at::date, date_trunc('month', registered_at)::date,"
    " ARRAY['goods', 'bread', 'health'], 'registered' FROM citizen"
)
# Each counts what must not be.
FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "slots over their capacity": "SELECT count(*) FROM pickup_slot WHERE taken > offered OR taken > capacity",
        "citizens with two cards": "SELECT count(*) FROM (SELECT FROM card GROUP BY citizen_id HAVING count(*) > 1) t",
        "cards invited twice by a plan": (
            "SELECT count(*) FROM (SELECT FROM appointment WHERE number = 1 GROUP BY card_id HAVING count(*) > 1) t"
        ),
        "weeks beyond the row": (
            "SELECT count(*) FROM (SELECT FROM appointment WHERE number = 1 GROUP BY"
            " date_bin('7 days', starts_at AT TIME ZONE 'Africa/Cairo', timestamp '2024-01-06')"
            f" HAVING count(*) > {A_WEEK}) t"
        ),
    }
)


@dataclass
class Memory:
    """What a process holds, in bytes: before and at most."""

    process: psutil.Process
    before: int = 0
    most: int = 0

    @classmethod
    def of(cls, running: Stack, service: str) -> Memory:
        """That of a service from now on."""
        process = psutil.Process(running.processes(service)[service])
        return cls(process, process.memory_info().rss)

    def look(self) -> None:
        """Note what it holds now."""
        self.most = max(self.most, self.process.memory_info().rss)


def saturday() -> date:
    """A Saturday none of whose hours has begun."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=(6 - today.isoweekday()) % 7 + 7)


def national_number(n: int) -> str:
    """The national number of a family's member, counted over all families."""
    return compose(_FIRST_DAY + timedelta(days=n % _DAYS), GOVERNORATE, n // _DAYS)


def owners_url(running: Stack, service: str) -> str:
    """A service's database with all rights."""
    return f"{running.server_url.rsplit('/', 1)[0]}/{running.database_url(service).rsplit('/', 1)[1]}"


def _families(
    vault: Vault, first: int, households: int
) -> Iterator[tuple[tuple[object, ...], list[tuple[object, ...]]]]:
    now = datetime.now(UTC)
    for n in range(first, first + households):
        household_id = new_id()
        people: list[tuple[object, ...]] = []
        for place, (role, born) in enumerate(zip(_ROLES, _BORN, strict=True)):
            citizen_id, number = new_id(), national_number(n * _FAMILY + place)
            name = vault.seal(citizen_id, "منى أحمد علي".encode(), NAME)
            sealed = vault.seal(citizen_id, number.encode(), NATIONAL_ID)
            # every tenth head is of an age for quiet hours
            day = born if role != "head" or n % 10 == 0 else date(1980, 1, 1)
            mark = vault.fingerprint(number, NATIONAL_ID)
            people.append((citizen_id, household_id, role, name, mark, sealed, day, "male", now))
        yield (household_id, GOVERNORATE, DISTRICTS[n % len(DISTRICTS)], "", _FAMILY, now), people


async def fill(running: Stack, households: int, *, memberships: bool = False) -> dict[UUID, int]:
    """Write families by COPY, two adults and two children each: the adults with the numbers of `national_number`.

    `memberships`: with what says for which programmes they count, which a review asks.
    """
    vault = Vault(
        Keyring.parse(running.secrets["UNICARD_CARD_DATA_KEYS"]), key_bytes(running.secrets["UNICARD_CARD_LOOKUP_KEY"])
    )
    connection = await asyncpg.connect(owners_url(running, "card"))
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    adults: dict[UUID, int] = {}
    for start in range(0, households, _BATCH):
        made = list(_families(vault, start, min(_BATCH, households - start)))
        await connection.copy_records_to_table("household", columns=_HOUSEHOLD, records=[home for home, _ in made])
        people = [person for _, members in made for person in members]
        await connection.copy_records_to_table("citizen", columns=_CITIZEN, records=people)
        for n, (_, members) in enumerate(made, start):
            adults |= {UUID(str(one[0])): n * _FAMILY + place for place, one in enumerate(members[:ADULTS])}
    if memberships:
        await connection.execute(_MEMBERSHIPS)
    for table in ("citizen", "household", "membership"):
        await connection.execute(f"VACUUM (ANALYZE) {table}")
    await connection.execute("CHECKPOINT")
    await connection.close()
    return adults


async def enter_sites(cards: Caller, counters: int, minutes: int) -> list[UUID]:
    """Enter the sites, open from Saturday to Thursday, with so many counters and minutes a visitor."""
    days = [{"weekday": day, "opens": "08:00", "closes": "15:00"} for day in (6, 7, 1, 2, 3, 4)]
    kinds = [kind for kind, count in SITES for _ in range(count)]
    made = []
    for number, kind in enumerate(kinds):
        site = {
            "name_ar": f"مكان {number}",
            "name_en": f"Place {number}",
            "kind": kind,
            "governorate": GOVERNORATE,
            "district": DISTRICTS[number % len(DISTRICTS)],
            "address_ar": "بورسعيد",
            "hours": days,
            "counters": counters,
            "minutes_per_visitor": minutes,
            "latitude": 31.25 + number / 1000,
            "longitude": 32.30,
        }
        made.append(UUID(str((await cards.post("/v1/pickup-sites", site))["site_id"])))
    return made


async def ended(cards: Caller, plan_id: str, memory: Memory) -> dict[str, Any]:
    """A plan once it is drafted or done. Raises RuntimeError where it has failed."""
    while True:
        plan: dict[str, Any] = await cards.get(f"/v1/pickup-plans/{plan_id}")
        memory.look()
        if plan["status"] == "failed":
            raise RuntimeError(f"plan: {plan}")
        if plan["status"] in {"draft", "done"}:
            return plan
        await asyncio.sleep(_POLL_SECONDS)


async def faults(database: asyncpg.Connection, asked: Mapping[str, str] = FAULTS) -> dict[str, int]:
    """How often there is what must not be."""
    return {name: await database.fetchval(statement) for name, statement in asked.items()}


async def span_days(database: asyncpg.Connection) -> int:
    """Days from the first to the last appointment, both included."""
    ends = await database.fetchrow("SELECT min(starts_at) AS first, max(starts_at) AS last FROM appointment")
    return (ends["last"] - ends["first"]).days + 1 if ends is not None and ends["last"] else 0
