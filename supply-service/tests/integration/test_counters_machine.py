"""Any sequence at a bakery, a depot and a grocer's: bread, flour, goods and a grant, prices that change, cards blocked.

Sales are signed without a network by the price list of the day, by the one before it or by none that was ever in force,
and uploaded in any order by processes that die in between. Once all is uploaded and the days are closed: each sale is
booked, claimed or refused for a card that was blocked at its moment; nothing is owed beyond the floor, and outlets are
paid once, for what is booked alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from chassis.ids import new_id
from contracts.card import CardBlocked, CardUnblocked
from policybook.testing import published, row_for
from supply_service.rules.figures import Figures

from ..support import Holder, Supply, Till, bread, goods
from .test_flour import choose
from .test_offline import Chain, Sale, upload
from .test_offline_machine import DEATHS, die
from .test_offline_reversals import take_back

SHARQIA = "13"
BEFORE = datetime(2026, 2, 20, 10, tzinfo=UTC)
NOON = datetime(2026, 3, 5, 10, tzinfo=UTC)
DAY, LAST_DAY = NOON.date(), date(2026, 3, 4)
GRANT = "grant_ramadan_2026"
NEVER_IN_FORCE = "0" * 64
KINDS = ("bakery", "depot", "grocer", "grocer")
LISTS = ("untold", "untold", "today", "yesterday", "never")
BLOCKED = ("rejected", "card_blocked")


class Step(NamedTuple):
    """What happens next; `which` chooses among counters, households, items or parts of what waits."""

    what: str
    which: int
    quantity: int
    by: str
    death: str


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["sell", "sell", "sell", "sell", "reverse", "upload", "upload", "online", "block", "close"]),
        st.integers(0, 11),
        st.sampled_from([1, 2, 5, 10, 45, 1000]),
        st.sampled_from(LISTS),
        st.sampled_from(DEATHS),
    ),
    min_size=6,
    max_size=30,
)


@pytest.fixture(scope="module", autouse=True)
async def _policies(supply: Supply) -> None:
    """Flour is offered in Sharqia from March on; sugar costs more from the day that the machine lives through."""
    supply.at(BEFORE)
    rows = (
        row_for(date(2026, 3, 1), SHARQIA, key="bread.flour_offered", value=True, on_record=False),
        row_for(DAY, None, key="supply.price", value=1300, on_record=False)
        | {"scope": {"programme": "goods", "item": "sugar"}},
    )
    for row in rows:
        await published(supply.client, supply.issuer, "supply", "/v1/policies", row)
    await supply.catch_up()


@dataclass
class Place:
    """A terminal and what it has signed; `blocked`: the sales whose card was blocked at their moment."""

    till: Till
    chain: Chain
    items: list[Sale] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)


class Town:
    """A bakery, a depot and two grocers', the second of which sells by a grant; one of two households has flour."""

    def __init__(self, supply: Supply, tills: list[Till], holders: list[Holder]) -> None:
        self.supply, self.holders = supply, holders
        self.places = [Place(till, Chain(till)) for till in tills]
        self.minutes = 0
        self.blocked: set[int] = set()

    def line(self, place: int, quantity: int) -> Mapping[str, object]:
        if place == 0:
            return bread(quantity)
        return (goods("ration_flour", quantity, "flour"), goods("sugar", quantity), goods("sugar", quantity, GRANT))[
            place - 1
        ]

    def figures(self, day: date) -> Figures:
        return self.supply.runtime.state.snapshot.figures.on(day)

    async def step(self, step: Step, patch: pytest.MonkeyPatch) -> None:
        self.minutes += 1
        at = NOON - timedelta(hours=2) + timedelta(minutes=self.minutes)
        number = step.which % len(self.places)
        place, other = self.places[number], step.which // len(self.places) % 2
        if step.what == "sell":
            self.sell(place, other, dict(self.line(number, step.quantity)), step.by, at)
        elif step.what == "reverse" and (sales := [item for item in place.items if "card_id" in item]):
            place.items.append(take_back(place.chain, sales[step.quantity % len(sales)], at=at))
        elif step.what == "upload" and place.items:
            await self.upload(place, step, patch)
        elif step.what == "online":
            await self.online(place, self.holders[other], dict(self.line(number, step.quantity)))
        elif step.what == "block":
            await self.block(other, at)
        elif step.what == "close":
            await close(self.supply, place.till, DAY)

    def sell(self, place: Place, other: int, line: dict[str, object], by: str, at: datetime) -> None:
        """Sign a sale, by a price list where its receipt names one."""
        more = {}
        if by != "untold":
            listed = self.figures(LAST_DAY if by == "yesterday" else DAY)
            price = listed.listed[str(line["programme"])][str(line["item"])]
            line["amount"] = price * int(str(line["quantity"]))
            more = {"price_list": NEVER_IN_FORCE if by == "never" else listed.price_list}
        sale = place.chain.sell(self.holders[other], line, at=at, **more)
        place.items.append(sale)
        if other in self.blocked:
            place.blocked.add(sale["sale_id"])

    async def online(self, place: Place, holder: Holder, line: dict[str, object]) -> None:
        proof = self.supply.proof(place.till, holder.card_id)
        reply = await self.supply.sell(place.till, holder, line, holder_proof=proof)
        assert reply.status_code in {201, 409}, reply.text

    async def block(self, other: int, at: datetime) -> None:
        """Block a card from this moment on, or end that."""
        holder = self.holders[other]
        card = {"card_id": holder.card_id, "household_id": holder.household_id, "citizen_id": new_id()}
        if other in self.blocked:
            await self.supply.deliver(CardUnblocked(**card), at=at)
        else:
            await self.supply.deliver(CardBlocked(**card, reason="lost", blocked_at=at), at=at)
        self.blocked ^= {other}

    async def upload(self, place: Place, step: Step, patch: pytest.MonkeyPatch) -> None:
        part = (place.items[step.which :] + place.items[: step.which])[: 1 + step.quantity % 7]
        with patch.context() as dying:
            die(step.death, dying)
            reply = await self.supply.client.post(
                "/v1/offline-batches", json={"sales": part}, headers=place.till.headers()
            )
        assert reply.status_code == 200 or step.death != "none", reply.text


async def close(supply: Supply, till: Till, day: date) -> None:
    path = f"/v1/outlets/{till.outlet_id}/days/{day}/close"
    await supply.client.post(path, headers=till.headers(str(new_id())))


async def hold(town: Town) -> None:
    """What must hold once everything that was signed has been acknowledged."""
    for place in town.places:
        if place.items:
            await upload(town.supply, place.till, place.items)
            again = (await upload(town.supply, place.till, place.items))["results"]
            assert {result["status"] for result in again} == {"duplicate"}
            await hold_sales(town.supply, place)
    await town.supply.audit()
    await hold_grants(town.supply)
    await hold_debts(town)
    for later in (0, 1):
        town.supply.at(NOON + timedelta(days=later))
        for place in town.places:
            await close(town.supply, place.till, DAY + timedelta(days=later))
    for place in town.places:
        await hold_pay(town.supply, place.till)


async def hold_sales(supply: Supply, place: Place) -> None:
    """Of each sale so much is booked and so much claimed as was handed over, and never twice."""
    rows = await supply.fetch(
        "SELECT s.sale_id, s.status, s.code, s.redemption_id, r.document, r.lines, d.lines AS claimed"
        " FROM offline_sale s LEFT JOIN redemption r ON r.redemption_id = s.redemption_id"
        " LEFT JOIN dispute d ON d.terminal_id = s.terminal_id AND d.sequence = s.sequence WHERE s.terminal_id = $1",
        place.till.terminal_id,
    )
    assert len(rows) == len(place.items)
    chain = {str(row["sale_id"]): row for row in rows}
    for sale in [item for item in place.items if "card_id" in item]:
        row, [line] = chain[sale["sale_id"]], sale["lines"]
        refused = (row["status"], row["code"]) == BLOCKED
        assert refused == (sale["sale_id"] in place.blocked), "a card is judged by its state at the sale's moment"
        had = quantities(row["document"], "lines") + quantities(row["claimed"])
        assert had == (0 if refused else line["quantity"]), "what was handed over is booked or claimed"
    booked = [row["redemption_id"] for row in rows if row["redemption_id"] and row["status"] != "reversed"]
    assert len(booked) == len(set(booked))


def quantities(stored: str | None, member: str = "") -> int:
    """How many pieces the lines of a document come to."""
    if stored is None:
        return 0
    document = orjson.loads(stored)
    return sum(line["quantity"] for line in (document[member] if member else document))


async def hold_grants(supply: Supply) -> None:
    wrong = await supply.fetch(
        "SELECT g.household_id FROM grant_pot g LEFT JOIN grant_move m USING (household_id, programme, period)"
        " GROUP BY g.household_id, g.programme, g.period, g.granted, g.remaining HAVING g.granted - g.remaining <>"
        " coalesce(sum(CASE m.kind WHEN 'reversal' THEN -m.amount ELSE m.amount END), 0)"
    )
    assert not wrong


async def hold_debts(town: Town) -> None:
    """Of bread the floor may be owed; goods, flour and grants are booked as far as there are any."""
    owing = await town.supply.fetch(
        "SELECT h.debt_bread, h.debt_goods, h.debt_points, coalesce(max(p.daily), 0) AS daily FROM household h"
        " LEFT JOIN pot p ON p.household_id = h.household_id AND p.programme = 'bread'"
        " WHERE h.household_id = ANY($1) GROUP BY h.household_id, h.debt_bread, h.debt_goods, h.debt_points",
        [holder.household_id for holder in town.holders],
    )
    assert all(row["debt_bread"] <= 3 * row["daily"] for row in owing)
    assert {(row["debt_goods"], row["debt_points"]) for row in owing} == {(0, 0)}


async def hold_pay(supply: Supply, till: Till) -> None:
    """Days that are closed count each sale once, and nothing that is in dispute."""
    names = ("loaves", "flour", "cash")
    [net] = await supply.fetch(
        "SELECT " + ", ".join(
            f"(SELECT coalesce(sum({name}), 0) FROM redemption WHERE outlet_id = $1)"
            f" - (SELECT coalesce(sum({name}), 0) FROM reversal WHERE outlet_id = $1) AS {name}"
            for name in names
        ),
        till.outlet_id,
    )  # fmt: skip
    moved = await supply.fetch(
        "SELECT coalesce(sum(CASE kind WHEN 'reversal' THEN -amount ELSE amount END), 0) AS amount FROM grant_move"
        " WHERE outlet_id = $1 AND kind <> 'carried'",
        till.outlet_id,
    )
    [paid] = await supply.fetch(
        "SELECT coalesce(sum(loaves), 0) AS loaves, coalesce(sum(flour), 0) AS flour,"
        " coalesce(sum(cash_amount), 0) AS cash, coalesce(sum(grants_amount), 0) AS grants"
        " FROM outlet_day_part WHERE outlet_id = $1",
        till.outlet_id,
    )
    assert {name: paid[name] for name in names} == {name: net[name] for name in names}
    assert paid["grants"] == moved[0]["amount"]
    claims = await supply.fetch("SELECT count(*) AS n FROM outlet_claim WHERE outlet_id = $1", till.outlet_id)
    assert claims[0]["n"] == 0


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # as in `test_offline_machine`
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_flour_grants_prices_and_blocks_lose_nothing_and_pay_nothing_twice(
    supply: Supply, monkeypatch: pytest.MonkeyPatch, steps: list[Step]
) -> None:
    supply.at(BEFORE)
    holders = [await supply.holder(n, activated_at=BEFORE - timedelta(days=1), governorate=SHARQIA) for n in (1, 3)]
    assert (await choose(supply, holders[1], "2026-03")).status_code == 201
    for holder in holders:
        await supply.runtime.pool.execute(
            "INSERT INTO listed_household VALUES ($1, 'grant', 'ramadan_2026', '2026-02-17', '2026-04-30')",
            holder.household_id,
        )
    supply.at(NOON)
    town = Town(supply, [await supply.till(kind, SHARQIA) for kind in KINDS], holders)
    for step in steps:
        await town.step(step, monkeypatch)
    await hold(town)
