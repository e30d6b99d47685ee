"""At the end: the ledger and the pots prove themselves, the dead were left in peace, and a copy of all that is held."""

from __future__ import annotations

from datetime import date
from typing import Any

from devstack.demo.context import Context
from devstack.demo.families import Event
from devstack.demo.homes import Homes
from devstack.demo.pots import Key, Pot
from devstack.demo.sink import e164
from devstack.demo.stages import deaths
from devstack.demo.stages.life import Life
from devstack.demo.stages.proof import Proof

PURPOSE = "a copy asked for at the desk"
SERVICES = "card, health, notify, payment, supply"


async def play(context: Context, life: Life, proof: Proof) -> None:
    """Check what must hold whatever has happened."""
    homes, check = life.homes, life.check
    known = await context.finance.get("/v1/ledger-proof")
    check(
        "sum of all the ledger's balances, after all that happened", 0, known["sum_of_balances"], "GET /v1/ledger-proof"
    )
    check("the ledger proved by its entries", "yes", "yes" if known["sound"] else "no", "GET /v1/ledger-proof")
    for month in context.calendar.months:
        pots = await context.finance.get("/v1/pot-proof", day=month.isoformat())
        check(f"pots of {month:%Y-%m} that their entries do not prove", 0, pots["unproved"], "GET /v1/pot-proof")
    alone = homes.of(Event.DIES_ALONE)
    check("wallets of the dead without heirs, still as they were", len(alone), await deaths.still(context, homes),
          "GET /v1/wallets/{card}")  # fmt: skip
    told = await _to_the_dead(context, homes)
    check("messages to the dead", 0, told, "GET {sink}/messages")
    await _copy(context, life, proof)


async def _to_the_dead(context: Context, homes: Homes) -> int:
    """Messages to somebody after the death was decided."""
    since = {e164(person.mobile): mark for home in homes.all for person, mark in home.dead if person.mobile}
    newer = context.sink.messages(min(since.values(), default=0))
    return len([message async for message in newer if message["id"] > since.get(message["to"], message["id"])])


async def _copy(context: Context, life: Life, proof: Proof) -> None:
    """The data-protection officer has a copy of all that is held on an heir: every service, the pots among it."""
    home = life.homes.of(Event.HEAD_DIES)[0]
    path = f"/v1/citizens/{home.citizen(1)}/data-export"
    answer = await context.protection.call("GET", path, purpose=PURPOSE, timeout_s=60)
    held: dict[str, dict[str, list[dict[str, Any]]]] = answer.json()["services"]
    where = "GET /v1/citizens/{id}/data-export"
    life.check("services in a copy of what is held on a citizen", SERVICES,
               ", ".join(sorted(name for name, tables in held.items() if any(tables.values()))), where,
               by=lambda least, found: set(least.split(", ")) <= set(found.split(", ")))  # fmt: skip
    pots = {
        Key(date.fromisoformat(row["period"][:10]), str(row["programme"])): Pot(
            int(row["granted"]), int(row["remaining"])
        )
        for row in held["supply"].get("pot", [])
    }
    read = proof.found[home.household_id]
    same = sum(1 for key, pot in pots.items() if read.get(key) == pot)
    life.check("pots in the copy that are those of the proof", len(pots), same, where)
