"""Closed days are settled with their close, and every place where a day is kept agrees with the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from chassis.ids import new_id
from supply_service.settlements.worker import settle_all

from ..support import NOON, Supply, Till, bread
from .test_days import TODAY, TOMORROW, close
from .test_offline import Chain, upload
from .test_reversals import reverse
from .test_tenders import ALLOWANCE, BASKET, BEYOND, hold, tender


async def bakery(supply: Supply, fuel: str = "diesel") -> Till:
    """A bakery whose rate is known."""
    till = await supply.till()
    await supply.runtime.pool.execute(
        "UPDATE outlet SET fuel = $2, loaf_type = 'soft' WHERE outlet_id = $1", till.outlet_id, fuel
    )
    return till


async def settled(supply: Supply, till: Till, day: str) -> dict[str, Any]:
    reply = await supply.client.get(f"/v1/settlements?day={day}", headers=till.headers())
    assert reply.status_code == 200, reply.text
    (found,) = reply.json()["items"]
    answer: dict[str, Any] = found
    return answer


async def totals(supply: Supply, till: Till, day: str) -> dict[str, Any]:
    before = UUID(int=till.outlet_id.int - 1)
    reply = await supply.admin("GET", f"/v1/outlet-totals?day={day}&after={before}&limit=1", "settlements:read")
    assert reply.status_code == 200, reply.text
    (found,) = reply.json()["items"]
    answer: dict[str, Any] = found
    return answer


async def told(supply: Supply, till: Till) -> list[dict[str, Any]]:
    rows = await supply.fetch(
        "SELECT payload FROM outbox WHERE key = $1 AND type LIKE '%SettlementCalculated%' ORDER BY id",
        str(till.outlet_id),
    )
    return [orjson.loads(row["payload"]) for row in rows]


async def test_a_bakery_by_fuel_and_loaf_type(supply: Supply) -> None:
    till = await bakery(supply)
    holders = [await supply.holder(members=1) for _ in range(3)]
    for holder in holders[:2]:
        sale = (await supply.sell(till, holder, bread(10))).json()
    await reverse(supply, till, sale["redemption_id"])
    await close(supply, till, TODAY)
    await close(supply, till, TODAY)
    found = await settled(supply, till, TODAY)
    assert (found["state"], found["amount"]) == ("calculated", 116)  # 10 loaves at 11.59, rounded once
    assert [(part["rate"], part["legal_reference"]) for part in found["components"]] == [("11.59", "Directive 21/2025")]
    (event,) = await told(supply, till)
    assert (event["settlement_id"], event["amount"]) == (found["settlement_id"], 116)
    late = Chain(till).sell(holders[2], bread(5))
    supply.at(NOON + timedelta(days=1))
    await upload(supply, till, [late])
    waiting = await totals(supply, till, TODAY)
    assert (waiting["sales"]["loaves"], waiting["entries"]["loaves"], waiting["counted"]["loaves"]) == (15, 15, 10)
    await close(supply, till, TOMORROW)
    following = await settled(supply, till, TOMORROW)
    assert [(part["sold_on"], part["quantity"]) for part in following["components"]] == [(TODAY, 5)]
    agreed = await totals(supply, till, TODAY)
    assert {agreed[name]["loaves"] for name in ("sales", "entries", "counted", "settled")} == {15}
    assert agreed["components_amount"] == agreed["settlement_amount"] == 116


async def test_a_gas_bakery_owes(supply: Supply) -> None:
    """In March 2025, while the rate of gas was known: 40 loaves at 2.65."""
    day = datetime(2025, 3, 10, 10, tzinfo=UTC)
    supply.at(day)
    till = await bakery(supply, "gas")
    holder = await supply.holder(members=4, activated_at=datetime(2025, 3, 1, 8, tzinfo=UTC))
    assert (await supply.sell(till, holder, bread(40))).status_code == 201
    await close(supply, till, day.date().isoformat())
    assert (await settled(supply, till, day.date().isoformat()))["amount"] == -106
    path = f"/v1/settlement-totals?day={day.date()}"
    reply = (await supply.admin("GET", path, "settlements:read")).json()
    assert reply["owed"] >= 106
    own = (await supply.admin("GET", f"{path}&outlet_id={till.outlet_id}", "settlements:read")).json()
    assert (own["calculated"], own["waiting"], own["owed"], own["due"]) == (1, 0, 106, 0)
    assert reply["amount"] == reply["due"] - reply["owed"] == sum(rate["amount"] for rate in reply["rates"])


async def test_a_grocer_for_the_allowance_and_not_for_the_wallets_part(supply: Supply) -> None:
    till, holder, other = await supply.till("grocer"), await supply.holder(members=1), await supply.holder(members=1)
    for who in (holder, other):
        tenders = [tender(await hold(supply, till, who, BEYOND), BEYOND)]
        sale = (await supply.sell(till, who, *BASKET, tenders=tenders)).json()
    await reverse(supply, till, sale["redemption_id"])
    closed = await close(supply, till, TODAY)
    assert (closed["goods_amount"], closed["wallet_amount"]) == (ALLOWANCE, BEYOND)
    assert (await settled(supply, till, TODAY))["amount"] == ALLOWANCE
    found = await totals(supply, till, TODAY)
    assert found["sales"]["wallet_amount"] == BEYOND
    assert {found[name]["goods_amount"] for name in ("sales", "entries", "counted", "settled")} == {ALLOWANCE}
    proof = (await supply.admin("GET", f"/v1/pot-proof?day={TODAY}", "settlements:read")).json()
    assert proof["sound"]


async def test_a_day_without_a_rate_waits_and_is_settled_when_there_is_one(supply: Supply) -> None:
    till = await supply.till()  # nobody has said what it bakes with
    await supply.sell(till, await supply.holder(members=1), bread(10))
    assert (await close(supply, till, TODAY))["closed"]
    waiting = await settled(supply, till, TODAY)
    assert (waiting["state"], waiting["amount"]) == ("waiting", None)
    assert "bakery.settlement" in waiting["reason"]
    await settle_all(supply.runtime)
    assert await told(supply, till) == []
    await supply.runtime.pool.execute(
        "UPDATE outlet SET fuel = 'diesel', loaf_type = 'hard' WHERE outlet_id = $1", till.outlet_id
    )
    await settle_all(supply.runtime)
    await settle_all(supply.runtime)
    assert (await settled(supply, till, TODAY))["amount"] == 105  # 10 at 10.53
    assert [event["amount"] for event in await told(supply, till)] == [105]


async def test_who_may_look(supply: Supply) -> None:
    till = await supply.till("grocer")
    await close(supply, till, TODAY)
    other = await supply.till("grocer")
    path = f"/v1/settlements?day={TODAY}&outlet_id={till.outlet_id}"
    assert (await supply.client.get(path, headers=other.headers())).json()["items"] == []
    (found,) = (await supply.admin("GET", path, "settlements:read")).json()["items"]
    there, elsewhere = found["governorate"], "01" if found["governorate"] != "01" else "02"
    for governorate, number in ((there, 1), (elsewhere, 0)):
        of = f"{path}&governorate={governorate}"
        assert len((await supply.admin("GET", of, "settlements:read")).json()["items"]) == number
        summed = of.replace("settlements?", "settlement-totals?")
        assert (await supply.admin("GET", summed, "settlements:read")).json()["calculated"] == number
    bound = supply.issuer.headers("office", "settlements:read", governorate="01")
    assert (await supply.client.get(path, headers=bound)).json()["items"] == []
    foreign = f"/v1/outlet-totals?day={TODAY}&after={new_id()}"
    assert (await supply.client.get(foreign, headers=till.headers())).status_code == 403
