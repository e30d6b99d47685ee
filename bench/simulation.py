"""How long it takes to compute over all households what a policy would change, and what draws feel of it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
from pydantic import JsonValue

from bench.harness import fleet, load, stack
from bench.harness.cardholder import calendar
from bench.harness.fleet import CALLERS, SIZES, WEIGHTS, Days
from bench.harness.load import Result
from bench.harness.numbers import milliseconds
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from chassis.governorates import GOVERNORATES
from chassis.ids import new_id
from devstack.terminal.caller import Caller
from policybook.kinds import Steps

NATION, MINUTES, SECONDS = 21_000_000, 30, 15.0
CHUNK = 500_000
DRAWS_A_SECOND, DRAWING_CARDS = 200.0, 5_000
POLL_SECONDS, GIVEN_UP_SECONDS = 0.1, 3600.0
PATH = "/v1/policy-simulations"
COLUMNS = {
    "household": ("household_id", "governorate", "district", "members", "activated_on", "opened", "sizes_revision"),
    "household_size": ("household_id", "month", "goods", "bread"),
    "card": ("card_id", "household_id", "state", "supply", "activated_at"),
}
# What a person at the database would ask: households that may draw by governorate and size, in one statement.
_PLAIN = (
    "SELECT h.governorate, h.members, count(*) FROM household h WHERE EXISTS"
    " (SELECT FROM card c WHERE c.household_id = h.household_id AND c.state = 'active' AND c.supply) GROUP BY 1, 2"
)


# A governorate's households one by one: how many count for goods in the month.
_ONE_BY_ONE = (
    "SELECT coalesce((SELECT s.goods FROM household_size s WHERE s.household_id = h.household_id AND s.month <= $2"
    " ORDER BY s.month DESC LIMIT 1), h.members) AS goods FROM household h WHERE h.governorate = $1"
)
BY_HAND = "35"  # the governorate that is computed again, household by household
NOW: JsonValue = {"steps": [[1, 5000], [5, 2500]]}  # six members: 250.00
PROPOSED: JsonValue = {"steps": [[1, 5500], [4, 1000]]}


@dataclass
class Computed:
    """Of how many households, loaded and computed in how many seconds; seconds of the plain statement over the same.

    `by_hand`: the households that were computed again one by one, to the same sums.
    """

    households: int
    loaded: float
    seconds: float
    plain: float
    by_hand: int


@dataclass
class Found:
    """The computations, and draws without and beside one."""

    computed: list[Computed] = field(default_factory=list)
    alone: Result | None = None
    beside: Result | None = None


async def run(options: Options) -> Found:
    """Fill a system of its own to each size in turn; compute a change of the allowance; sell beside the largest."""
    found = Found()
    async with stack.running() as running:
        wire = running.wire()
        owner = await asyncpg.connect(running.server_url.rpartition("/")[0] + "/" + _database(running))
        try:
            month = calendar().month
            cards = fleet.make_cards(DRAWING_CARDS, options.seed)
            await fleet.activate(running, cards)
            terminals = await fleet.open_outlets(running, wire, CALLERS)
            days = Days(running.client(wire, "operations"), cards, month, options.seed)
            await fleet.open_month(running, terminals, days)
            policies, filled = running.client(wire, "policies"), DRAWING_CARDS
            for households in sorted({options.households, options.simulated}):
                loaded = await _fill(owner, households - filled, month, options.seed + households)
                filled = max(filled, households)
                found.computed.append(await _computed(owner, policies, month, loaded))
            seconds = options.seconds * 2
            found.alone = await _draws(running, terminals, days, seconds)
            beside = asyncio.ensure_future(_computed(owner, policies, month))
            found.beside = await _draws(running, terminals, days, seconds)
            await beside
        finally:
            await owner.close()
            await wire.aclose()
    return found


def _database(running: Stack) -> str:
    return running.database_url("supply").rpartition("/")[2]


async def _fill(owner: asyncpg.Connection, households: int, month: date, seed: int) -> float:
    """So many households with a card each and sizes by month, every fifth with one member for bread only, by COPY.

    Seconds it took, statistics included.
    """
    began, rng, codes, since = time.perf_counter(), random.Random(seed), sorted(GOVERNORATES), datetime.now(UTC)
    await owner.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    for start in range(0, households, CHUNK):
        some = min(CHUNK, households - start)
        sizes = rng.choices(SIZES, WEIGHTS, k=some)
        made = [(new_id(), rng.choice(codes), size, n % 5 == 0) for n, size in enumerate(sizes)]
        records: dict[str, Iterable[tuple[object, ...]]] = {
            "household": ((one, code, f"{code}.01", size, month, month, 1) for one, code, size, _ in made),
            "household_size": ((one, month, size - less, size) for one, _, size, less in made),
            "card": ((new_id(), one, "active", True, since) for one, *_ in made),
        }
        for table, columns in COLUMNS.items():
            await owner.copy_records_to_table(table, columns=columns, records=records[table])
    for table in COLUMNS:
        await owner.execute(f"VACUUM (ANALYZE) {table}")
    return time.perf_counter() - began


async def _computed(owner: asyncpg.Connection, policies: Caller, month: date, loaded: float | None = None) -> Computed:
    """Ask for a simulation and look on until it is done; where households were `loaded`, hold it against them."""
    began = time.perf_counter()
    simulation_id = (await policies.post(PATH, {"policies": [_allowance(month)]}))["simulation_id"]
    deadline = began + GIVEN_UP_SECONDS
    while (told := await policies.get(f"{PATH}/{simulation_id}"))["state"] != "done":
        if told["state"] == "failed" or time.perf_counter() > deadline:
            raise RuntimeError(f"simulation: {told}")
        await asyncio.sleep(POLL_SECONDS)
    seconds = time.perf_counter() - began
    total = told["result"]["total"]
    if not total["gaining"] or not total["losing"]:
        raise RuntimeError(f"nobody gains or nobody loses: {total}")
    if loaded is None:
        return Computed(total["households"], 0.0, seconds, 0.0, 0)
    began = time.perf_counter()
    counted = sum(row["count"] for row in await owner.fetch(_PLAIN))
    if counted != total["households"]:
        raise RuntimeError(f"{counted} households, {total['households']} computed")
    plain = time.perf_counter() - began
    return Computed(total["households"], loaded, seconds, plain, await _by_hand(owner, told, month))


async def _by_hand(owner: asyncpg.Connection, told: dict[str, Any], month: date) -> int:
    """A governorate's households one by one: how many. Raises RuntimeError where the sums differ."""
    now, proposed = Steps.of(NOW, "now"), Steps.of(PROPOSED, "proposed")
    gains = [
        proposed.total(row["goods"]) - now.total(row["goods"])
        for row in await owner.fetch(_ONE_BY_ONE, BY_HAND, date.fromisoformat(told["month"]))
    ]
    up, down = [gain for gain in gains if gain > 0], [-gain for gain in gains if gain < 0]
    (part,) = [one for one in told["result"]["by_governorate"] if one["governorate"] == BY_HAND]
    by_hand = (len(gains), len(up), len(down), sum(up), sum(down))
    computed = tuple(part[name] for name in ("households", "gaining", "losing", "gained", "lost"))
    if by_hand != computed:
        raise RuntimeError(f"governorate {BY_HAND}: {computed}, one by one {by_hand}")
    return len(gains)


async def _draws(running: Stack, terminals: list[fleet.Terminal], days: Days, seconds: float) -> Result:
    """Bread at a fixed rate, at the service."""
    sales = await days.sales(int(DRAWS_A_SECOND * seconds) + 1)
    port, tokens = running.settings.ports["supply"], await fleet.tokens(terminals)
    result = await load.send(fleet.plan(port, tokens, sales, seconds, rate=DRAWS_A_SECOND))
    fleet.all_accepted("draws", result)
    return result


def _allowance(month: date) -> dict[str, object]:
    """More for small households, less for large ones, two months on."""
    later = date(month.year + (month.month + 1) // 12, (month.month + 1) % 12 + 1, 1)
    return {
        "key": "supply.allowance", "value": PROPOSED, "effective_from": later.isoformat(),
        "legal_reference": "none, a measurement", "source": "none", "confidence": "chosen",
    }  # fmt: skip


def section(found: Found) -> Section:
    """The figures in words and tables."""
    told = Section("What a policy would change, over all households")
    told.say(
        "Households of one to eight over 27 governorates, every fifth with a member for bread only, a card each. A",
        "change of the allowance is asked for at the edge; from the request to the answer that it is done, the job",
        "working half of the time as it does by itself. Beside it the plain statement that counts the same households",
        "by governorate and size, the seconds in which they were loaded by COPY, and how many (of one governorate)",
        "were computed again one by one, to the same sums.",
    )
    told.table(
        ["households", "loaded in s", "seconds", "households a second", "÷ the plain count's time", "one by one"],
        [
            [
                f"{one.households:,}", f"{one.loaded:.0f}", f"{one.seconds:.1f}",
                f"{one.households / one.seconds:,.0f}", f"{one.seconds / one.plain:.1f}", f"{one.by_hand:,}",
            ]
            for one in found.computed
        ],
    )  # fmt: skip
    if found.alone is not None and found.beside is not None:
        told.say(f"Draws of bread at the service, {DRAWS_A_SECOND:.0f} a second, without it and while it works:")
        told.table(
            ["draws", "p50 ms", "p99 ms"],
            [
                [name, milliseconds(one.p50), milliseconds(one.p99)]
                for name, one in (("alone", found.alone), ("beside a simulation", found.beside))
            ],
        )
    first, last = found.computed[0], found.computed[-1]
    told.aim(
        f"{first.households:,} households within {SECONDS:.0f} s", f"{first.seconds:.1f} s",
        reached=first.seconds <= SECONDS,
    )  # fmt: skip
    rate = last.households / last.seconds
    told.aim(
        f"{NATION:,} households within {MINUTES} minutes ({NATION / (60 * MINUTES):,.0f} a second)",
        f"{rate:,.0f} a second over {last.households:,}", reached=rate >= NATION / (60 * MINUTES),
    )  # fmt: skip
    return told
