"""Households of all kinds, and what tests of simulations ask about them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

from chassis.ids import new_id
from chassis.testing import eventually
from contracts.card import CardActivated, ProgrammeService
from contracts.event import Event
from supply_service.months import batch

from .support import Holder, Supply, simulated, told

HOUSEHOLDS = 240
OCTOBER, DECEMBER = date(2026, 10, 1), date(2026, 12, 1)
GOVERNORATES = ("01", "03", "19", "35")
PATH = "/v1/policy-simulations"


async def populated(supply: Supply, rng: random.Random) -> None:
    """Households as the register and their cards leave them."""
    supply.at(datetime(2026, 9, 20, 8, tzinfo=UTC))
    events: list[Event] = []
    for number in range(HOUSEHOLDS):
        holder, where = Holder(new_id(), new_id()), rng.choice(GOVERNORATES)
        size = rng.choice([1, 2, 3, 3, 4, 4, 4, 5, 6, 9])
        sizes: dict[str, int | tuple[int, int]] = {"2020-01": (size, size)}
        if number % 5 == 0:  # some for bread only
            sizes["2026-08"] = (rng.randint(0, size), size)
        if number % 7 == 0:  # decided already for a month to come: a birth, an exclusion
            sizes["2027-01"] = rng.choice([(size + 1, size + 1), (0, size)])
        if number % 11 == 0:  # counted from a month behind the one that is computed
            sizes = {"2027-02": size}
        if number % 13:  # of the others the register has told nothing by month
            events.append(told(holder.household_id, sizes, governorate=where))
        if number % 17 == 0:
            continue  # no card yet
        events.append(
            CardActivated(
                card_id=holder.card_id, citizen_id=new_id(), household_id=holder.household_id, governorate=where,
                district=f"{where}.02", members=size, services=[ProgrammeService.SUPPLY], phase_id=None,
                activated_at=datetime(2026, 9, rng.randint(1, 19), 8, tzinfo=UTC),
            )
        )  # fmt: skip
    await supply.deliver(*events)
    await supply.fetch("UPDATE card SET state = 'closed' WHERE card_id IN (SELECT card_id FROM card LIMIT 5)")
    for category, since, until in (
        ("a", "2026-12-01", None),
        ("b", "2026-01-01", "2026-12-31"),
        ("b", "2027-02-01", None),
    ):
        await supply.fetch(
            "INSERT INTO listed_household (household_id, kind, name, since, until)"
            " SELECT household_id, 'category', $1, $2, $3 FROM household"
            " WHERE hashtext(household_id::text || $1) % 4 = 0",
            category, date.fromisoformat(since), None if until is None else date.fromisoformat(until),
        )  # fmt: skip
    await supply.fetch(
        "INSERT INTO listed_household (household_id, kind, name, since, until)"
        " SELECT household_id, 'grant', name, $1, NULL FROM household, (VALUES ('eid'), ('winter')) AS lists (name)"
        " WHERE hashtext(household_id::text || name) % 3 = 0",
        DECEMBER,
    )
    await supply.fetch(
        """
        INSERT INTO flour_choice (choice_id, household_id, month, reference, chosen_by, chosen_at,
            withdrawn_by, withdrawn_at)
        SELECT gen_random_uuid(), household_id, $1, 'a request', 'office', CAST($2 AS timestamptz), withdrawn_by,
            CASE WHEN withdrawn_by IS NOT NULL THEN CAST($2 AS timestamptz) END
        FROM household, LATERAL (
            SELECT CASE WHEN hashtext(household_id::text) % 7 = 0 THEN 'office' END AS withdrawn_by
        ) AS gone
        WHERE hashtext(household_id::text || 'flour') % 3 = 0
        """,
        date(2027, 1, 1), datetime(2026, 9, 20, 8, tzinfo=UTC),
    )  # fmt: skip
    for month in (10, 11):
        supply.at(datetime(2026, month, 2, 8, tzinfo=UTC))
        await opened_for_all(supply)
    await supply.fetch(
        "UPDATE pot SET remaining = least(granted, (hashtext(household_id::text) & 31) * daily)"
        " WHERE programme = 'bread' AND period = $1",
        OCTOBER,
    )


async def opened_for_all(supply: Supply) -> None:
    """Have the job of the 1st open the present month."""
    await supply.catch_up()
    given, month = supply.runtime.state.settings, supply.runtime.clock.today().replace(day=1)
    given.opening_per_second = 1_000_000
    try:

        async def opened() -> bool:
            await batch.run(supply.runtime)
            found = await supply.fetch("SELECT finished_at FROM month_opening WHERE period = $1", month)
            return bool(found) and found[0]["finished_at"] is not None

        assert await eventually(opened, seconds=60)
    finally:
        given.opening_per_second = 0


async def asked(supply: Supply, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Have it computed and read what came of it."""
    reply = await supply.admin("POST", PATH, "policies:write", json={"policies": list(rows), **more})
    assert reply.status_code == 202, reply.text
    await simulated(supply)
    return await read(supply, reply.json()["simulation_id"])


async def read(supply: Supply, simulation_id: str) -> dict[str, Any]:
    reply = await supply.admin("GET", f"{PATH}/{simulation_id}", "policies:read")
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer
