"""The two statements of a batch reach every row through its key, however full the tables are."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest

from chassis.ids import new_id
from chassis.lane_connection import PLANNER, LaneConnection
from chassis.testing import MakeDatabase
from supply_service import MIGRATIONS
from supply_service.sales import statements
from supply_service.sales.lanes import PREPARED
from supply_service.sales.writes import Writes

from ..support import NOON

PERIOD = date(2026, 11, 1)
NEVER = re.compile(r"Seq Scan|Hash Join|Merge Join|Disabled: true")
STATEMENTS = {
    "read": statements.READ,
    "read more": statements.READ_MORE,
    "plain": statements.WRITE_PLAIN,
    "opening": statements.WRITE_OPENING,
    "all": statements.WRITE_ALL,
    "repeated sales": statements.SALES,
    "repeated reversals": statements.REVERSALS,
}


@pytest.fixture(scope="module")
async def lane(make_database: MakeDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the lanes have it."""
    connection = await asyncpg.connect(await make_database(MIGRATIONS), server_settings=dict(PLANNER))
    yield connection
    await connection.close()


async def fill(lane: asyncpg.Connection, households: int) -> list[UUID]:
    """Households with a card each (of the same id) and pots."""
    ids = [uuid4() for _ in range(households)]
    await lane.copy_records_to_table(
        "household",
        records=[(h, "03", 3, PERIOD, PERIOD) for h in ids],
        columns=["household_id", "governorate", "members", "activated_on", "opened"],
    )
    await lane.copy_records_to_table(
        "card", records=[(h, h, "active") for h in ids], columns=["card_id", "household_id", "state"]
    )
    columns = ["household_id", "period", "programme", "granted", "remaining", "members", "daily"]
    pots = [(h, PERIOD, programme, 450, 450, 3, 15) for h in ids for programme in ("bread", "goods", "bread_points")]
    await lane.copy_records_to_table("pot", records=pots, columns=columns)
    return ids


def read_parameters(cards: list[UUID]) -> list[Any]:
    asked = [(card, str(card), card, None, None) for card in cards]
    return [asked, date(2026, 10, 1), PERIOD]


def write_parameters(cards: list[UUID]) -> list[Any]:
    writes = Writes()
    for number, card in enumerate(cards):
        writes.households.append((card, 1, PERIOD, 0, 0, 0))
        writes.pots.append((card, PERIOD, "bread", 435, 16, None))
        writes.sales.append(
            (card, new_id(), PERIOD, date(2026, 11, 5), card, card, card, "03", NOON, False, None, 15, 0, 300, 15, 0, 0,
             0, "{}", str(card), b"f", None, number)
        )  # fmt: skip
    return writes.parameters()


async def blocks(lane: asyncpg.Connection, statement: str, parameters: list[Any]) -> tuple[int, str]:
    """Pages touched by one execution, and the plan."""
    explain = await lane.prepare(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
    plan = orjson.loads(await explain.fetchval(*parameters))[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], orjson.dumps(plan).decode()


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
async def test_plans_made_while_the_tables_were_empty(lane: asyncpg.Connection, statement: str) -> None:
    """A plan is made once and kept: it must not be one that suits empty tables only."""
    types = ", ".join(str(parameter.name) for parameter in (await lane.prepare(statement)).get_parameters())
    name = f"p{abs(hash(statement))}"
    nulls = ", ".join("NULL" for _ in types.split(", "))
    await lane.execute(f"PREPARE {name} AS {statement}")
    plan = "\n".join(row[0] for row in await lane.fetch(f"EXPLAIN EXECUTE {name}({nulls})"))
    assert [line for line in plan.splitlines() if NEVER.search(line)] == []


async def test_pages_touched_do_not_grow_with_the_tables(lane: asyncpg.Connection) -> None:
    small = await fill(lane, 500)
    read_small, _ = await blocks(lane, statements.READ, read_parameters(small[:64]))
    write_small, _ = await blocks(lane, statements.WRITE_PLAIN, write_parameters(small[:64]))
    large = await fill(lane, 30_000)
    read_large, _ = await blocks(lane, statements.READ, read_parameters(large[:64]))
    write_large, _ = await blocks(lane, statements.WRITE_PLAIN, write_parameters(large[:64]))
    assert read_large < 2.5 * read_small
    assert write_large < 2.5 * write_small


async def test_most_updates_stay_on_their_page(lane: asyncpg.Connection) -> None:
    """No column that changes at each sale is indexed, and the pages leave room: updates are HOT."""
    cards = [row["card_id"] for row in await lane.fetch("SELECT card_id FROM card LIMIT 3000")]
    prepared = await lane.prepare(statements.WRITE_PLAIN)
    for start in range(0, len(cards), 100):
        chosen = cards[start : start + 100]
        versions = {
            row["household_id"]: row["version"]
            for row in await lane.fetch(
                "SELECT household_id, version FROM household WHERE household_id = ANY($1)", chosen
            )
        }
        writes = Writes()
        for card in chosen:
            writes.households.append((card, versions[card], PERIOD, 0, 0, 0))
            writes.pots.append((card, PERIOD, "bread", 435, 16, None))
        assert len(await prepared.fetch(*writes.parameters())) == len(chosen)
    await lane.execute("SELECT pg_stat_force_next_flush()")
    row = await lane.fetchrow(
        "SELECT sum(n_tup_hot_upd) AS hot, sum(n_tup_upd) AS updates FROM pg_stat_user_tables"
        " WHERE relname IN ('household', 'pot')"
    )
    assert row is not None
    assert row["hot"] / row["updates"] > 0.95


async def test_a_lane_that_waits_for_its_first_sale_holds_no_lock(make_database: MakeDatabase) -> None:
    """A transaction left open since the start would keep every event of the service in its outbox."""
    url = await make_database(MIGRATIONS)
    waiting, watcher = LaneConnection(url, "supply-lane-test"), await asyncpg.connect(url)
    try:
        await waiting.prepare(PREPARED)
        found = await watcher.fetchrow(
            "SELECT state, xact_start FROM pg_stat_activity WHERE application_name = $1", "supply-lane-test"
        )
        assert found is not None
        assert (found["state"], found["xact_start"]) == ("idle", None)
    finally:
        await waiting.aclose()
        await watcher.close()
