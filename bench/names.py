"""How soon one citizen among five million is found by name, and how soon a search that is too wide is refused."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from bench.harness.numbers import milliseconds, percentile
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from card_service.name_keys import NameKeys
from card_service.registry.name_tokens import token_rows
from card_service.sealing import NAME, NATIONAL_ID
from chassis.ids import new_id
from chassis.sealing import Keyring, Vault, key_bytes
from devstack.demo import names
from devstack.terminal.wire import NotReached, Wire

FAMILY = 4
BATCH = 5_000  # households of one COPY
CALLERS = 4
AIM_MILLISECONDS = 50.0
# Inhabitants of governorates in hundred thousands, about: a large one has common names by the ten thousand.
_SHARES = {
    "01": 102, "02": 55, "03": 8, "04": 8, "11": 16, "12": 71, "13": 79, "14": 62, "15": 37, "16": 54, "17": 47,
    "18": 69, "19": 14, "21": 95, "22": 36, "23": 41, "24": 63, "25": 50, "26": 57, "27": 36, "28": 16, "29": 13,
    "31": 4, "32": 3, "33": 5, "34": 5, "35": 1,
}  # fmt: skip
_ROLES = ("head", "spouse", "child", "child")
_DAYS = 25_000
_OLDEST = date(1950, 1, 1)
_INDEXES = ("name_token_found", "name_token_citizen")
_HOUSEHOLD = ("household_id", "governorate", "district", "address", "members", "registered_at")
_CITIZEN = (
    "citizen_id", "household_id", "role", "full_name_sealed", "national_id_hash", "national_id_sealed", "birth_date",
    "sex", "registered_at",
)  # fmt: skip


@dataclass(frozen=True)
class Keys:
    """What the register seals and finds by."""

    data: str
    lookup: str

    @property
    def vault(self) -> Vault:
        """Seals."""
        return Vault(Keyring.parse(self.data), key_bytes(self.lookup))

    @property
    def names(self) -> NameKeys:
        """Makes tokens."""
        return NameKeys(key_bytes(self.lookup))


@dataclass
class Found:
    """Milliseconds of searches that found, and of those refused as too wide; how many citizens, filled in seconds.

    `cut_off`: searches whose connection broke, and that were asked again.
    """

    citizens: int = 0
    filled: float = 0.0
    cut_off: int = 0
    found: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)


@dataclass
class Sought:
    """Somebody to be looked for."""

    governorate: str
    full_name: str
    born: date


def _families(count: int, seed: int) -> Iterator[tuple[str, list[tuple[str, date]]]]:
    """Governorate, and name and birth of each member."""
    rng = random.Random(seed)
    where, shares = list(_SHARES), list(_SHARES.values())
    for governorate in rng.choices(where, shares, k=count):
        line = names.lineage(rng)
        yield (
            governorate,
            [
                (names.full(names.given(rng, male=n % 2 == 0), line), _OLDEST + timedelta(days=rng.randrange(_DAYS)))
                for n in range(FAMILY)
            ],
        )


def _fill(url: str, keys: Keys, households: int, seed: int) -> list[Sought]:
    """Write families by COPY; some of their members, to be looked for."""
    return asyncio.run(_write(url, keys, households, seed))


async def _write(url: str, keys: Keys, households: int, seed: int) -> list[Sought]:
    vault, name_keys, now, sought = keys.vault, keys.names, datetime.now(UTC), list[Sought]()
    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    for start in range(0, households, BATCH):
        homes, people, tokens = list[tuple[Any, ...]](), list[tuple[Any, ...]](), list[tuple[int, UUID, int]]()
        for governorate, members in _families(min(BATCH, households - start), seed + start):
            household_id = new_id()
            homes.append((household_id, governorate, "03.02", "", FAMILY, now))
            for role, (full_name, born) in zip(_ROLES, members, strict=True):
                citizen_id = new_id()
                kept = vault.seal(citizen_id, full_name.encode(), NAME)
                number = vault.seal(citizen_id, b"29001010312345", NATIONAL_ID)
                people.append((citizen_id, household_id, role, kept, os.urandom(32), number, born, "male", now))
                tokens += token_rows(name_keys, governorate, citizen_id, full_name, born)
        sought += [Sought(one[0], *one[1][0]) for one in list(_families(BATCH, seed + start))[:20]]
        await connection.copy_records_to_table("household", columns=_HOUSEHOLD, records=homes)
        await connection.copy_records_to_table("citizen", columns=_CITIZEN, records=people)
        await connection.copy_records_to_table("name_token", columns=("token", "citizen_id", "mask"), records=tokens)
    await connection.close()
    return sought


async def run(stack: Stack, options: Options) -> Found:
    """Fill the register, then look for people who are in it, with what somebody at a counter would know."""
    url = stack.server_url.rsplit("/", 1)[0] + "/" + stack.database_url("card").rsplit("/", 1)[1]
    keys = Keys(stack.secrets["UNICARD_CARD_DATA_KEYS"], stack.secrets["UNICARD_CARD_LOOKUP_KEY"])
    found, began = Found(options.named), time.perf_counter()
    sought = await _filled(url, keys, options)
    found.filled = time.perf_counter() - began
    wire = Wire(stack.settings.url("card"), limit=CALLERS)
    edge = stack.wire(limit=1)
    try:
        caller = stack.client(edge, "registry")
        rng = random.Random(options.seed)
        rng.shuffle(sought)
        questions = iter(enumerate(sought[: options.searches]))
        await asyncio.gather(*(_ask(wire, caller, questions, found) for _ in range(CALLERS)))
    finally:
        await wire.aclose()
        await edge.aclose()
    return found


async def _filled(url: str, keys: Keys, options: Options) -> list[Sought]:
    owner = await asyncpg.connect(url)
    made = [await owner.fetchval(f"SELECT pg_get_indexdef('{name}'::regclass)") for name in _INDEXES]
    for name in _INDEXES:
        await owner.execute(f"DROP INDEX {name}")
    loop, halves = asyncio.get_running_loop(), 2
    with ProcessPoolExecutor(halves) as pool:
        share = options.named // FAMILY // halves
        jobs = [loop.run_in_executor(pool, _fill, url, keys, share, 10**9 * n) for n in range(1, halves + 1)]
        sought = [one for half in await asyncio.gather(*jobs) for one in half]
    await owner.execute("SET maintenance_work_mem = '1GB'; SET max_parallel_maintenance_workers = 2")
    for statement in made:
        await owner.execute(statement)
    await owner.execute("VACUUM (ANALYZE) name_token")
    await owner.execute("ANALYZE citizen")
    await owner.execute("ANALYZE household")
    await owner.execute("CHECKPOINT")
    await owner.close()
    return sought


def _question(n: int, one: Sought) -> dict[str, object]:
    """In turn: three words of the name; the whole with the year of birth; the whole with the day."""
    words = one.full_name.split()
    asked: dict[str, object] = {"governorate": one.governorate, "name": one.full_name}
    if n % 3 == 0:
        asked["name"] = " ".join((words[0], words[1], words[-1]))
    elif n % 3 == 1:
        asked["birth_year"] = one.born.year
    else:
        asked["birth_date"] = one.born.isoformat()
    return asked


async def _ask(wire: Wire, caller: Any, questions: Iterator[tuple[int, Sought]], found: Found) -> None:
    for n, one in questions:
        headers = (("authorization", f"Bearer {await caller.token()}"), ("content-type", "application/json"))
        body = orjson.dumps(_question(n, one))
        began = time.perf_counter()
        try:
            answer = await wire.request("POST", "/v1/citizens/search", headers, body, 30)
        except NotReached:  # cut off: asked again, as at a counter, and the whole of it counts
            found.cut_off += 1
            answer = await wire.request("POST", "/v1/citizens/search", headers, body, 30)
        spent = 1000 * (time.perf_counter() - began)
        if answer.status == 200 and answer.json()["items"]:
            found.found.append(spent)
        elif answer.status == 422 and answer.json()["code"] == "search_too_wide":
            found.refused.append(spent)
        else:
            raise RuntimeError(f"search: {answer.status} {answer.body!r}")


def section(found: Found) -> Section:
    """The figures in words and a table."""
    told = Section("A citizen found by name")
    told.say(
        f"{found.citizens:,} citizens over 27 governorates as they are peopled, names as the generated town has them,",
        f"sealed, with tokens as the register makes them (filled in {found.filled:.0f} s). {CALLERS} callers at",
        "`POST /v1/citizens/search` of the service look for people who are there: by three words of the name, by the",
        "whole name and the year or the day of birth. Too wide: 5,000 of the governorate have its rarest word. Beside",
        f"them the service looks for likely duplicates among all. {found.cut_off} were cut off and asked again.",
    )
    rows, told_of = [], (("found", found.found), ("refused as too wide", found.refused))
    for what, spent in told_of:
        ranked = sorted(spent)
        rows.append(
            [what, f"{len(ranked):,}", *(milliseconds(percentile(ranked, share)) for share in (0.5, 0.99, 1.0))]
        )
    told.table(["searches", "number", "p50 ms", "p99 ms", "slowest ms"], rows)
    for what, spent in told_of:
        if not spent:  # a small register refuses nobody: what was not tried is not reached
            continue
        worst = percentile(sorted(spent), 0.99)
        told.aim(f"a search by name among {found.citizens:,} {what} ≤ {AIM_MILLISECONDS:g} ms (p99)",
                 f"{worst:.1f} ms", reached=worst <= AIM_MILLISECONDS)  # fmt: skip
    return told
