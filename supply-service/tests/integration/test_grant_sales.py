"""Grants at the counter: which pot pays, what the outlet is reimbursed, what goes back, what everybody is shown."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import orjson

from chassis.ids import new_id
from contracts.notify import InquiryReceived
from contracts.supply import BalanceStated, OutletDayClosed, PotGranted, SettlementCalculated

from ..support import Holder, Supply, Till, goods
from .test_disputes import approve, find
from .test_offline import Chain, upload
from .test_settlements import settled, totals

GRANT = "grant_ramadan_2026"
MARCH = datetime(2026, 3, 5, 10, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, 8, tzinfo=UTC)


async def entitled(supply: Supply) -> Holder:
    """A household of four on the list of the grant of Ramadan 2026."""
    holder = await supply.holder(4, activated_at=LONG_AGO)
    await supply.runtime.pool.execute(
        "INSERT INTO listed_household VALUES ($1, 'grant', 'ramadan_2026', '2026-02-17', '2026-04-30')",
        holder.household_id,
    )
    return holder


def of_grant(item: str, quantity: int) -> dict[str, Any]:
    return goods(item, quantity, GRANT)


async def granted(supply: Supply, holder: Holder) -> dict[str, Any]:
    seen = await supply.admin("GET", f"/v1/entitlements/{holder.card_id}", "entitlements:read")
    (found,) = seen.json()["grants"]
    return dict(found)


async def proved(supply: Supply) -> None:
    """Every pot of a grant is what its moves make it."""
    wrong = await supply.fetch(
        "SELECT g.* FROM grant_pot g LEFT JOIN grant_move m USING (household_id, programme, period)"
        " GROUP BY g.household_id, g.programme, g.period HAVING g.granted - g.remaining <>"
        " coalesce(sum(CASE m.kind WHEN 'reversal' THEN -m.amount ELSE m.amount END), 0)"
    )
    assert not wrong
    proof = await supply.admin("GET", "/v1/pot-proof?day=2026-02-17", "settlements:read")
    assert proof.json()["sound"], proof.text
    await supply.audit()


async def closed(supply: Supply, shop: Till, day: str) -> dict[str, Any]:
    reply = await supply.client.post(f"/v1/outlets/{shop.outlet_id}/days/{day}/close", headers=shop.headers())
    assert reply.status_code in {200, 201}, reply.text
    return dict(reply.json())


async def test_a_grant_pays_by_its_own_list_and_the_outlet_is_told_apart(supply: Supply) -> None:
    supply.at(MARCH)
    holder, stranger, shop = (
        await entitled(supply),
        await supply.holder(4, activated_at=LONG_AGO),
        await supply.till("grocer"),
    )
    refused = await supply.sell(shop, stranger, of_grant("sugar", 1))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_eligible")
    key = "one sale"
    sold = await supply.sell(shop, holder, goods("sugar", 1), of_grant("sugar", 1), key=key)
    assert sold.status_code == 201, sold.text
    receipt = sold.json()
    assert [(line["programme"], line["amount"]) for line in receipt["lines"]] == [("goods", 1260), (GRANT, 2800)]
    left = {one["programme"]: (one["remaining"], one["period"]) for one in receipt["remaining"]}
    assert (left[GRANT], left["goods"][0]) == ((37200, "2026-02-17"), 20000 - 1260)
    assert "منحة رمضان 2026" in receipt["message_ar"]
    assert any("منحة رمضان 2026" in line for line in receipt["receipt_lines_ar"])
    assert receipt["receipt_lines_en"][:2] == ["Sugar 1 kg × 1 = EGP 12.60", "Sugar 1 kg × 1 = EGP 28.00"]
    assert any(line.endswith(": EGP 28.00") and "2026" in line for line in receipt["receipt_lines_en"])
    again = await supply.sell(shop, holder, goods("sugar", 1), of_grant("sugar", 1), key=key)
    assert again.content == sold.content, "a repeat gets the first answer"
    assert await granted(supply, holder) | {"name_ar": "", "name_en": ""} == {
        "programme": GRANT, "name_ar": "", "name_en": "", "since": "2026-02-17", "until": "2026-03-31",
        "granted": 40000, "remaining": 37200, "instalments_left": 3,
    }  # fmt: skip
    day = await closed(supply, shop, "2026-03-05")
    assert (day["goods_amount"], day["grants_amount"], day["cash_amount"]) == (1260, 2800, 0)
    assert [one["grants_amount"] for one in day["terminals"]] == [2800]
    told = [orjson.loads(payload) for _, payload in await supply.events(OutletDayClosed)]
    assert [one["grants_amount"] for one in told] == [2800]
    (settled,) = [orjson.loads(payload) for _, payload in await supply.events(SettlementCalculated)]
    assert [(one["kind"], one["amount"]) for one in settled["components"]] == [("goods", 1260), ("grant", 2800)]
    assert settled["amount"] == 4060
    opened = [orjson.loads(payload) for _, payload in await supply.events(PotGranted)]
    assert [one["granted"] for one in opened if one["programme"] == GRANT] == [40000]
    summed = await totals(supply, shop, "2026-03-05")
    places = [summed[place] for place in ("sales", "entries", "counted", "settled")]
    assert [(one["goods_amount"], one["grants_amount"]) for one in places] == [(1260, 2800)] * 4
    await proved(supply)


async def test_what_an_inspector_upholds_of_a_grant_is_paid_as_the_grant(supply: Supply) -> None:
    supply.at(MARCH)
    holder, shop = await supply.holder(4, activated_at=LONG_AGO), await supply.till("grocer")
    sale = Chain(shop).sell(holder, of_grant("sugar", 2), at=MARCH)
    (result,) = (await upload(supply, shop, [sale]))["results"]
    assert result["status"] == "disputed", "who is not on the list has none of it without somebody looking"
    proposed = await find(supply, result["dispute_id"], upheld=True)
    await approve(supply, proposed["proposal_id"])
    day = await closed(supply, shop, "2026-03-05")
    assert [(one["goods_amount"], one["grants_amount"]) for one in day["claims"]] == [(0, 5600)]
    parts = (await settled(supply, shop, "2026-03-05"))["components"]
    assert [(one["kind"], one["quantity"], one["claimed"]) for one in parts] == [("grant", 5600, True)]
    await proved(supply)


async def test_a_citizen_who_asks_is_told_of_the_grant(supply: Supply) -> None:
    supply.at(MARCH)
    holder = await entitled(supply)
    await supply.deliver(
        InquiryReceived(
            inquiry_id=new_id(),
            citizen_id=new_id(),
            household_id=holder.household_id,
            topic="balance",
            received_at=MARCH,
        )
    )
    (stated,) = [orjson.loads(payload) for _, payload in await supply.events(BalanceStated)]
    assert {"programme": GRANT, "unit": "piastre", "remaining": 40000, "period": "2026-02-17"} in stated["remaining"]


async def test_what_is_taken_back_goes_back_to_the_grant(supply: Supply) -> None:
    supply.at(MARCH)
    holder, shop = await entitled(supply), await supply.till("grocer")
    sold = (await supply.sell(shop, holder, goods("sugar", 1), of_grant("sugar", 2), of_grant("rice", 1))).json()
    path = f"/v1/redemptions/{sold['redemption_id']}/reversal"
    part = await supply.client.post(path, json={"reason": "broken", "lines": [1]}, headers=shop.headers())
    assert part.status_code == 201, part.text
    left = {one["programme"]: one["remaining"] for one in part.json()["remaining"]}
    assert left[GRANT] == 40000 - 2400
    assert (await granted(supply, holder))["instalments_left"] == 3, "rice is still of it"
    whole = (await supply.sell(shop, holder, of_grant("sugar", 4))).json()
    path = f"/v1/redemptions/{whole['redemption_id']}/reversal"
    back = await supply.client.post(path, json={"reason": "changed mind"}, headers=shop.headers())
    assert back.status_code == 201, back.text
    assert (await granted(supply, holder))["instalments_left"] == 3
    assert (await granted(supply, holder))["remaining"] == 37600
    day = await closed(supply, shop, "2026-03-05")
    assert (day["goods_amount"], day["grants_amount"]) == (1260, 2400)
    summed = await totals(supply, shop, "2026-03-05")
    assert [summed[place]["grants_amount"] for place in ("sales", "entries", "counted")] == [2400] * 3
    await proved(supply)


async def test_five_sales_at_once_are_four_instalments(supply: Supply) -> None:
    """3.10: a fifth instalment in March is refused, however the five come."""
    supply.at(MARCH)
    holder, shops = await entitled(supply), [await supply.till("grocer") for _ in range(5)]
    replies = await asyncio.gather(
        *(supply.sell(shop, holder, of_grant("oil_700ml" if n < 3 else "rice", 1)) for n, shop in enumerate(shops))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 201, 201, 201, 409]
    (refused,) = (reply.json()["code"] for reply in replies if reply.status_code == 409)
    assert refused == "instalments_used"
    supply.at(datetime(2026, 4, 1, 10, tzinfo=UTC))
    assert (await granted(supply, holder))["remaining"] == 40000, "April has a pot of its own"
    assert (await supply.sell(shops[0], holder, of_grant("sugar", 5))).json()["code"] == "item_limit_exceeded"
    assert (await supply.sell(shops[0], holder, of_grant("tuna_140g", 1))).json()["code"] == "item_unknown"
    catalogue = (await supply.client.get("/v1/catalogue", headers=shops[0].headers())).json()
    prices = {item["item"]: item["prices"] for item in catalogue["items"]}
    assert (prices["sugar"]["goods"], prices["sugar"][GRANT]) == (1260, 2800)
    (grant,) = catalogue["grants"]
    assert (grant["programme"], grant["since"], grant["until"]) == (GRANT, "2026-04-01", "2026-04-30")
    assert (grant["limits"], grant["instalments"]) == ({"sugar": 4, "rice": 3, "oil": 3, "pasta": 6}, 4)
    await proved(supply)


async def test_a_grant_needs_the_holder_above_what_goes_without(supply: Supply) -> None:
    """Goods of a grant count as goods do for what goes without the holder's proof."""
    supply.at(MARCH)
    holder, shop = await entitled(supply), await supply.till("grocer")
    free = supply.runtime.state.snapshot.figures.on(MARCH.date()).free.goods_by_card
    reply = await supply.sell(shop, holder, of_grant("oil_700ml", 3), of_grant("sugar", 4), of_grant("rice", 3))
    assert free < 32800
    assert (reply.status_code, reply.json()["code"]) == (409, "holder_proof_required")
    paid = await supply.sell(shop, holder, of_grant("oil_700ml", 3), holder_proof=supply.proof(shop, holder.card_id))
    assert paid.status_code == 201, paid.text
    await proved(supply)
