"""Any sequence of sales, reversals, suspensions, closes, paper sheets and uploads, with processes that die in between.

Whatever happens, once everything has been uploaded and acknowledged: nothing is lost, nothing is booked, paid or
claimed twice, no household owes beyond its floor, and what is in dispute is paid to nobody.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from chassis.ids import new_id
from supply_service.offline import repository, reversals
from supply_service.offline.bounds import Bounds
from supply_service.sheets import repository as sheets

from ..support import NOON, Holder, Supply, Till, bread
from .test_offline import Chain, Sale, upload
from .test_offline_reversals import take_back
from .test_sheets import approve, enter, read, row

DAY = NOON.date()
# Where a process dies: before anything, with what has been booked in the lanes but before the upload's own commit,
# after the first reversal, or with the reply on its way.
DEATHS = ("none", "before", "uncommitted", "reversing", "reply_lost")


class Step(NamedTuple):
    """What happens next; `which` chooses among households, items or parts of what waits."""

    what: str
    which: int
    loaves: int
    death: str


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(
            ["sell", "sell", "sell", "reverse", "reverse", "upload", "upload", "online", "suspend", "close", "paper"]
        ),
        st.integers(0, 7),
        st.sampled_from([1, 5, 10, 15, 30, 1000]),
        st.sampled_from(DEATHS),
    ),
    min_size=4,
    max_size=24,
)


class Town:
    """One bakery with its chain, two households, and what the bakery has signed."""

    def __init__(self, supply: Supply, till: Till, holders: list[Holder]) -> None:
        self.supply, self.till, self.holders = supply, till, holders
        self.chain = Chain(till)
        self.items: list[Sale] = []
        self.sent = 0
        self.minutes = 0
        self.suspended = False
        self.sheets: list[tuple[dict[str, Any], int]] = []  # each with the loaves on it

    async def step(self, step: Step, patch: pytest.MonkeyPatch) -> None:
        self.minutes += 1
        at = NOON - timedelta(hours=2) + timedelta(minutes=self.minutes)
        holder = self.holders[step.which % 2]
        sales = [item for item in self.items if "card_id" in item]
        if step.what == "sell":
            self.items.append(self.chain.sell(holder, bread(step.loaves), at=at))
        elif step.what == "reverse" and sales:
            self.items.append(take_back(self.chain, sales[step.which % len(sales)], at=at))
        elif step.what == "upload" and self.items:
            await self.upload(step, patch)
        elif step.what == "online":
            await self.supply.sell(self.till, holder, bread(step.loaves))
        elif step.what == "suspend":
            await self.suspend(at)
        elif step.what == "paper":
            await self.paper(step, at, patch)
        elif step.what == "close":
            path = f"/v1/outlets/{self.till.outlet_id}/days/{DAY}/close"
            await self.supply.client.post(path, headers=self.till.headers(str(new_id())))

    async def suspend(self, at: object) -> None:
        """As if it had been suspended at the moment of the step, or accepted again."""
        statement = (
            "UPDATE suspension SET ended_at = $2 WHERE subject_id = $1 AND ended_at IS NULL"
            if self.suspended
            else "INSERT INTO suspension (subject_id, began_at) VALUES ($1, $2)"
        )
        await self.supply.runtime.pool.execute(statement, self.till.outlet_id, at)
        self.suspended = not self.suspended

    async def paper(self, step: Step, at: datetime, patch: pytest.MonkeyPatch) -> None:
        """Sales to both households are written on paper, entered and approved, where the process may die as well.

        Some of them write down again what was sold by the terminal.
        """
        sold = [item["lines"][0]["quantity"] for item in self.items if "card_id" in item]
        loaves = sold[step.which % len(sold)] if sold and step.which % 2 else step.loaves
        marked = bool(step.which % 4)
        rows = [row(holder, bread(loaves), at=at, marked=marked) for holder in self.holders]
        sheet = await enter(self.supply, self.till, *rows)
        self.sheets.append((sheet, loaves * len(rows)))
        with patch.context() as dying:
            die(step.death, dying)
            with contextlib.nullcontext() if step.death == "none" else contextlib.suppress(AssertionError):
                await approve(self.supply, sheet)  # hold() approves what has died once more

    async def upload(self, step: Step, patch: pytest.MonkeyPatch) -> None:
        """Some of what was signed, in any order, and with a process that may die."""
        part = self.items[step.which :] + self.items[: step.which]
        with patch.context() as dying:
            die(step.death, dying)
            reply = await self.supply.client.post(
                "/v1/offline-batches", json={"sales": part[: 1 + step.loaves % 7]}, headers=self.till.headers()
            )
        assert reply.status_code == 200 or step.death != "none", reply.text


def die(how: str, patch: pytest.MonkeyPatch) -> None:
    async def gone(*_: object, **__: object) -> None:
        raise ConnectionResetError

    if how == "before":
        patch.setattr(Bounds, "read", gone)
    elif how == "uncommitted":
        patch.setattr(repository, "gaps", gone)
        patch.setattr(sheets, "end", gone)
    elif how == "reversing":
        patch.setattr(reversals, "_withdraw", gone)


async def hold(town: Town) -> None:
    """What must hold once everything that was signed has been acknowledged."""
    supply, till = town.supply, town.till
    await hold_sheets(town)
    first, again = [(await upload(supply, till, town.items))["results"] if town.items else [] for _ in range(2)]
    results = {result["sequence"]: result for result in first}
    assert all(result["status"] == "duplicate" for result in again)
    assert all(result["first_status"] != "waiting" for result in again)
    await supply.audit()
    booked = await loaves(
        supply,
        "SELECT redemption_id AS id, loaves FROM redemption WHERE offline AND outlet_id = $1 AND terminal_id <> $1",
        till,
    )
    claimed = await loaves(
        supply, "SELECT sale_id AS id, loaves FROM dispute WHERE outlet_id = $1 AND terminal_id <> $1", till
    )
    chain = await supply.fetch(
        "SELECT sale_id, status, redemption_id FROM offline_sale WHERE terminal_id = $1", till.terminal_id
    )
    signed = {item["sale_id"]: item["lines"][0]["quantity"] for item in town.items if "card_id" in item}
    assert len(chain) == len(town.items) == len(results)
    of_sales = {str(row["sale_id"]): row for row in chain if str(row["sale_id"]) in signed}
    paid_for = [row["redemption_id"] for row in of_sales.values() if row["redemption_id"]]
    assert len(paid_for) == len(set(paid_for)) == len(booked), "a sale is booked once, and nothing else is"
    for sale_id, quantity in signed.items():
        row = of_sales[sale_id]
        part = booked.get(str(row["redemption_id"]), 0) + claimed.get(sale_id, 0)
        assert part == quantity, "what was handed over is booked or claimed"
    await hold_debts_and_pay(town)


async def hold_sheets(town: Town) -> None:
    """What stands on paper is booked or claimed, once each, and an approval that was cut off is given again."""
    supply = town.supply
    for sheet, loaves_of_it in town.sheets:
        if (await read(supply, sheet))["state"] == "submitted":
            await approve(supply, sheet)
        items = (await read(supply, sheet))["items"]
        assert {item["status"] for item in items} <= {"applied", "overdrawn", "disputed"}
        booked = await supply.fetch(
            "SELECT coalesce(sum(loaves), 0) AS loaves, count(*) AS n FROM redemption WHERE redemption_id = ANY($1)",
            [UUID(item["redemption_id"]) for item in items if item["redemption_id"]],
        )
        claimed = await supply.fetch(
            "SELECT coalesce(sum(loaves), 0) AS loaves FROM dispute WHERE sale_id = ANY($1)",
            [UUID(item["sale_id"]) for item in items],
        )
        assert booked[0]["loaves"] + claimed[0]["loaves"] == loaves_of_it, "what was written is booked or claimed"
    [paper] = await supply.fetch(
        "SELECT count(*) AS n, count(DISTINCT redemption_id) AS sales,"
        " (SELECT count(*) FROM redemption WHERE terminal_id = $1) AS booked"
        " FROM offline_sale WHERE terminal_id = $1 AND redemption_id IS NOT NULL",
        town.till.outlet_id,
    )
    assert paper["n"] == paper["sales"] == paper["booked"], "a row is booked once, and nothing else is"


async def hold_debts_and_pay(town: Town) -> None:
    supply, till = town.supply, town.till
    owing = await supply.fetch(
        "SELECT h.debt_bread, p.daily FROM household h JOIN pot p ON p.household_id = h.household_id"
        " AND p.programme = 'bread' WHERE h.household_id = ANY($1)",
        [holder.household_id for holder in town.holders],
    )
    assert all(row["debt_bread"] <= 3 * row["daily"] for row in owing)
    [net] = await supply.fetch(
        "SELECT (SELECT coalesce(sum(loaves), 0) FROM redemption WHERE outlet_id = $1)"
        " - (SELECT coalesce(sum(loaves), 0) FROM reversal WHERE outlet_id = $1) AS loaves",
        till.outlet_id,
    )
    for later in (0, 1):
        day = DAY + timedelta(days=later)
        supply.at(NOON + timedelta(days=later))
        await supply.client.post(f"/v1/outlets/{till.outlet_id}/days/{day}/close", headers=till.headers())
    [paid] = await supply.fetch(
        "SELECT coalesce(sum(loaves), 0) AS loaves FROM outlet_day_part WHERE outlet_id = $1", till.outlet_id
    )
    assert paid["loaves"] == net["loaves"], "each sale is in one close, and nothing that is in dispute"
    claims = await supply.fetch("SELECT count(*) AS n FROM outlet_claim WHERE outlet_id = $1", till.outlet_id)
    assert claims[0]["n"] == 0


async def loaves(supply: Supply, statement: str, till: Till) -> Mapping[str, int]:
    return {str(row["id"]): row["loaves"] for row in await supply.fetch(statement, till.outlet_id)}


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[
        Phase.generate
    ],  # a failing sequence is short enough, and minutes of shrinking would end as a test that hangs
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_whoever_dies_nothing_is_lost_and_nothing_counts_twice(
    supply: Supply, monkeypatch: pytest.MonkeyPatch, steps: list[Step]
) -> None:
    supply.at(NOON)
    town = Town(supply, await supply.till(), [await supply.holder(members=n) for n in (1, 2)])
    for step in steps:
        await town.step(step, monkeypatch)
    if town.items or town.sheets:
        await hold(town)
