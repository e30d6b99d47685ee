"""How fast the cards of a governorate are activated, and what card-service holds meanwhile."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import psutil

from bench.harness import stack
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from devstack.terminal.caller import Caller

POLL_SECONDS, GIVEN_UP_SECONDS = 0.1, 1200.0
# A household a card, its head's, handed over and not active: what an activation finds.
_HOUSEHOLDS = (
    "INSERT INTO household (household_id, governorate, district, address, members, registered_at)"
    " SELECT gen_random_uuid(), '03', '03.02', '', 1 + n % 6, now() FROM generate_series(1, $1::int) n"
)
_CITIZENS = (
    "INSERT INTO citizen (citizen_id, household_id, role, national_id_hash, national_id_sealed, full_name_sealed,"
    " birth_date, sex, registered_at) SELECT h.id, household_id, 'head', sha256(h.id::text::bytea), ''::bytea,"
    " ''::bytea, '1990-01-01', 'female', now() FROM (SELECT household_id, gen_random_uuid() AS id FROM household) h"
)
_CARDS = (
    "INSERT INTO card (card_id, citizen_id, household_id, governorate, number_hash, number_sealed, state, phase_id,"
    " created_at, issued_at) SELECT gen_random_uuid(), citizen_id, household_id, '03',"
    " sha256(citizen_id::text::bytea), ''::bytea, 'issued', $1, now(), now() FROM citizen"
)
_LAG = (
    "SELECT (SELECT count(*) FROM outbox WHERE type LIKE '%.CardActivated.v1') AS told,"
    " (SELECT count(*) FROM card WHERE state = 'active') AS active"
)
_HEARD = "SELECT count(*) FROM card WHERE state = 'active' AND supply"


@dataclass
class Activated:
    """Cards activated, seconds it took, memory of card-service before and at most in bytes, seconds until heard."""

    cards: int = 0
    seconds: float = 0.0
    before: int = 0
    most: int = 0
    heard_after: float = 0.0


async def run(options: Options) -> Activated:
    """Fill a system of its own with cards that were handed over, activate them, and wait until supply has heard."""
    async with stack.running({}) as running:
        wire = running.wire()
        card = await asyncpg.connect(running.database_url("card"))
        supply = await asyncpg.connect(running.database_url("supply"))
        try:
            caller = running.client(wire, "cards")
            phase = await _filled(card, caller, options.activated)
            return await _activated(running, card, supply, caller, phase, options.activated)
        finally:
            await card.close()
            await supply.close()
            await wire.aclose()


async def _filled(database: asyncpg.Connection, caller: Caller, cards: int) -> UUID:
    body = {"name": f"Bench {uuid4()}", "governorate": "03", "sequence": 1, "services": ["supply"]}
    phase = UUID(str((await caller.post("/v1/rollout-phases", body))["phase_id"]))
    await database.execute(_HOUSEHOLDS, cards)
    await database.execute(_CITIZENS)
    await database.execute(_CARDS, phase)
    await database.execute("UPDATE rollout_phase SET state = 'distributing' WHERE phase_id = $1", phase)
    for table in ("household", "citizen", "card", "membership"):
        await database.execute(f"ANALYZE {table}")
    return phase


async def _activated(
    running: Stack,
    database: asyncpg.Connection,
    supply: asyncpg.Connection,
    caller: Caller,
    phase: UUID,
    cards: int,
) -> Activated:
    process = psutil.Process(running.processes("card")["card"])
    found = Activated(cards, before=process.memory_info().rss)
    order = {"holders": "heads", "services": ["supply"]}
    made = await caller.post(f"/v1/rollout-phases/{phase}/activations", order)
    began = time.perf_counter()
    deadline = time.monotonic() + GIVEN_UP_SECONDS
    while time.monotonic() < deadline:
        state = await caller.get(f"/v1/activations/{made['id']}")
        found.most = max(found.most, process.memory_info().rss)
        if state["status"] in {"done", "failed"}:
            break
        await asyncio.sleep(POLL_SECONDS)
    found.seconds = time.perf_counter() - began
    told = await database.fetchrow(_LAG)
    if told is None or (state["activated"], told["active"]) != (cards, cards):
        raise RuntimeError(f"activating {cards}: {state} {told}")
    ended = time.perf_counter()
    while await supply.fetchval(_HEARD) < cards:
        if time.monotonic() > deadline:
            raise RuntimeError("supply-service has not heard of all")
        await asyncio.sleep(POLL_SECONDS)
    found.heard_after = time.perf_counter() - ended
    return found


def section(activated: Activated) -> Section:
    """The figures in words and a table."""
    told = Section("Activation of a governorate's cards")
    told.say(
        f"{activated.cards:,} cards that were handed over, one a household, for supply: from the order to the last",
        "card, each card and its event in the transaction of its chunk; then until supply-service, which hears the",
        "events meanwhile, sells to the last one.",
    )
    told.table(
        ["cards", "seconds", "cards a second", "card MB before", "card MB at most", "heard by supply, s later"],
        [
            [
                f"{activated.cards:,}",
                f"{activated.seconds:.1f}",
                f"{activated.cards / activated.seconds:,.0f}",
                f"{activated.before / 1e6:.0f}",
                f"{activated.most / 1e6:.0f}",
                f"{activated.heard_after:.1f}",
            ]
        ],
    )
    return told
