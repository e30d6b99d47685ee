"""How fast a month is opened for all households of a governorate, and what supply-service holds meanwhile."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as clock_time

import asyncpg
import psutil

from bench.harness import stack
from bench.harness.cardholder import calendar
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack

UNPACED = {"UNICARD_OPENING_PER_SECOND": "1000000"}
NATION, HOURS = 23_000_000, 4  # cards of the country, and the night before the 1st
POLL_SECONDS, GIVEN_UP_SECONDS = 0.1, 900.0
# Households whose last month is open, as the register and their draws left them: sizes by month, a third of the bread
# not drawn, a card each.
_HOUSEHOLDS = (
    "INSERT INTO household (household_id, governorate, district, members, activated_on, opened, sizes_revision)"
    " SELECT gen_random_uuid(), '03', 'al-arab', 1 + n % 6, $2::date, $2::date, 1 FROM generate_series(1, $1::int) n"
)
_SIZES = (
    "INSERT INTO household_size (household_id, month, goods, bread)"
    " SELECT household_id, $1::date, members, members FROM household"
)
_POTS = (
    "INSERT INTO pot (household_id, period, programme, granted, remaining, members, daily)"
    " SELECT household_id, $1::date, p.programme, members * p.each, members * p.left_of, members, members * p.daily"
    " FROM household, (VALUES ('goods', 5000, 0, 0), ('bread', 150, 50, 5), ('bread_points', 0, 0, 0))"
    " AS p (programme, each, left_of, daily)"
)
_CARDS = (
    "INSERT INTO card (card_id, household_id, state, supply, activated_at)"
    " SELECT gen_random_uuid(), household_id, 'active', true, now() FROM household"
)
_PROGRESS = "SELECT opened, finished_at IS NOT NULL AS done FROM month_opening WHERE period = $1"
_FOUND = (
    "SELECT (SELECT count(*) FROM pot WHERE period = $1) AS pots,"
    " (SELECT count(*) FROM outbox WHERE type LIKE '%.PotGranted.v1') AS told"
)


@dataclass
class Opened:
    """Households opened, seconds it took, memory of supply-service before and at most, in bytes."""

    households: int = 0
    seconds: float = 0.0
    before: int = 0
    most: int = 0


async def run(options: Options) -> Opened:
    """Fill a system of its own with households, let the 1st come, and look on until all their months are open."""
    async with stack.running(UNPACED) as running:
        wire = running.wire()
        database = await asyncpg.connect(running.database_url("supply"))
        try:
            month = calendar().month
            await _fill(database, options.households, (month.replace(day=1) - date.resolution).replace(day=1))
            operations = running.client(wire, "operations")
            first = datetime.combine(month, clock_time(0, 5), tzinfo=UTC)
            await operations.put("/v1/training/clock/supply", {"now": first.isoformat()})
            return await _watched(running, database, options.households, month)
        finally:
            await database.close()
            await wire.aclose()


async def _fill(database: asyncpg.Connection, households: int, last: date) -> None:
    await database.execute(_HOUSEHOLDS, households, last)
    for statement in (_SIZES, _POTS):
        await database.execute(statement, last)
    await database.execute(_CARDS)
    for table in ("household", "household_size", "pot", "card"):
        await database.execute(f"ANALYZE {table}")


async def _watched(running: Stack, database: asyncpg.Connection, households: int, month: date) -> Opened:
    process = psutil.Process(running.processes("supply")["supply"])
    opened = Opened(households, before=process.memory_info().rss)
    began: float | None = None
    deadline = time.monotonic() + GIVEN_UP_SECONDS
    while time.monotonic() < deadline:
        row = await database.fetchrow(_PROGRESS, month)
        opened.most = max(opened.most, process.memory_info().rss)
        if row is not None and began is None:
            began = time.perf_counter()
        if row is not None and began is not None and row["done"]:
            opened.seconds = time.perf_counter() - began
            break
        await asyncio.sleep(POLL_SECONDS)
    found = await database.fetchrow(_FOUND, month)
    if row is None or found is None or (row["opened"], found["pots"]) != (households, 3 * households):
        raise RuntimeError(f"opening {month}: {row} {found}")
    return opened


def section(opened: Opened, paced: int) -> Section:
    """The figures in words and a table. `paced`: households a second where nobody says otherwise."""
    told = Section("A month opened for all households")
    rate = opened.households / opened.seconds
    told.say(
        f"{opened.households:,} households, as many as Port Said has; their last month is open, a third of its bread",
        "not drawn. From the job's first step to the last household: pots of bread, goods and points, and an event of",
        f"each, published meanwhile. Unpaced; by itself the job keeps to {paced:,} households a second,",
        "so that sales have the machine.",
    )
    wanted = NATION / (HOURS * 3600)
    told.table(
        ["households", "seconds", "households a second", "supply MB before", "supply MB at most"],
        [
            [
                f"{opened.households:,}", f"{opened.seconds:.1f}", f"{rate:,.0f}", f"{opened.before / 1e6:,.0f}",
                f"{opened.most / 1e6:,.0f}",
            ]
        ],
    )  # fmt: skip
    told.aim(
        f"a month opened for {NATION:,} households in {HOURS} hours ({wanted:,.0f} a second)",
        f"{rate:,.0f} a second",
        reached=rate >= wanted,
    )
    return told
