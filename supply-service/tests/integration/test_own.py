"""What a citizen's own household has left."""

from __future__ import annotations

from chassis.ids import new_id
from chassis.testing import check_pages

from ..support import Supply, bread, goods

OWN = "self:balances"


def headers(supply: Supply, citizen_id: object) -> dict[str, str]:
    return supply.issuer.headers(f"citizen:{citizen_id}", OWN, kind="citizen", governorate=None, sid="1")


async def test_a_citizen_sees_what_the_own_household_has_left(supply: Supply) -> None:
    holder = await supply.holder(members=3)
    ((citizen_id,),) = await supply.fetch("SELECT citizen_id FROM card WHERE card_id = $1", holder.card_id)
    seen = await supply.client.get("/v1/self/entitlements", headers=headers(supply, citizen_id))
    assert seen.status_code == 200, seen.text
    told = seen.json()
    assert told["card_id"] == str(holder.card_id)
    assert {pot["programme"]: pot["remaining"] for pot in told["pots"]}["bread"] > 0
    assert (await supply.client.get("/v1/self/entitlements", headers=headers(supply, new_id()))).status_code == 404
    other = supply.issuer.headers("ministry", OWN)
    assert (await supply.client.get("/v1/self/entitlements", headers=other)).status_code == 403


async def citizen_of(supply: Supply, card_id: object) -> object:
    ((citizen_id,),) = await supply.fetch("SELECT citizen_id FROM card WHERE card_id = $1", card_id)
    return citizen_id


async def test_a_citizen_sees_the_own_sales_newest_first_and_nobody_elses(supply: Supply) -> None:
    holder, other, till = await supply.holder(members=3), await supply.holder(), await supply.till("bakery")
    first = (await supply.sell(till, holder, bread(1))).json()["redemption_id"]
    assert (await supply.sell(till, other, bread(1))).status_code == 201
    mine = headers(supply, await citizen_of(supply, holder.card_id))
    grocer = await supply.till("grocer")
    second = (await supply.sell(grocer, holder, goods("sugar", 1))).json()["redemption_id"]
    later, sale = await check_pages(supply.client, mine, "/v1/self/sales", 2)
    assert (sale["redemption_id"], later["redemption_id"]) == (first, second)
    assert later["lines"][0]["name_ar"]
    ((name,),) = await supply.fetch("SELECT name_ar FROM outlet WHERE outlet_id = $1", till.outlet_id)
    assert (sale["outlet_name_ar"], sale["reversed_at"], sale["wallet"]) == (name, None, 0)
    assert [(line["programme"], line["quantity"]) for line in sale["lines"]] == [("bread", 1)]
    assert sale["cash_due"] == sale["lines"][0]["amount"]
    assert (await supply.client.get("/v1/self/sales", headers=headers(supply, new_id()))).json()["items"] == []
    assert (
        await supply.client.get("/v1/self/sales", headers=supply.issuer.headers("ministry", OWN))
    ).status_code == 403


async def test_a_citizen_sees_the_outlets_of_the_own_district(supply: Supply) -> None:
    holder, near = await supply.holder(), await supply.till("bakery")
    mine = headers(supply, await citizen_of(supply, holder.card_id))
    found = await check_pages(supply.client, mine, "/v1/self/outlets")
    ((district,),) = await supply.fetch(
        "SELECT h.district FROM card c JOIN household h USING (household_id) WHERE c.card_id = $1", holder.card_id
    )
    assert {one["district"] for one in found} == {district}
    assert {one["outlet_id"]: one["open"] for one in found}[str(near.outlet_id)]
    assert (await supply.client.get("/v1/self/outlets", headers=headers(supply, new_id()))).status_code == 404
