"""Taking a sale back."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from contracts.supply import BreadPointsCredited

from ..support import NOON, Supply, Till, bread, goods


async def reverse(
    supply: Supply, till: Till, redemption_id: Any, *, reason: str = "wrong_goods", key: str | None = None
) -> httpx.Response:
    path = f"/v1/redemptions/{redemption_id}/reversal"
    return await supply.client.post(path, json={"reason": reason}, headers=till.headers(key))


async def test_everything_returns(supply: Supply) -> None:
    shop, till, holder = await supply.till("grocer"), await supply.till(), await supply.holder(members=2)
    loaves = (await supply.sell(till, holder, bread(20))).json()
    basket = (await supply.sell(shop, holder, goods("oil", 2), goods("sugar", 1))).json()
    assert (await reverse(supply, shop, basket["redemption_id"])).status_code == 201
    reply = await reverse(supply, till, loaves["redemption_id"])
    assert reply.status_code == 201, reply.text
    assert reply.json()["cash_returned"] == 400
    assert "تم إلغاء العملية" in reply.json()["message_ar"]
    assert await supply.left(holder, shop) == {"bread": 300, "goods": 10000, "bread_points": 0}
    assert (await supply.sell(till, holder, bread(20))).status_code == 201
    assert (await supply.sell(shop, holder, goods("oil", 2))).status_code == 201
    record = await supply.client.get(f"/v1/redemptions/{loaves['redemption_id']}", headers=till.headers())
    assert record.json()["reversal"]["reason"] == "wrong_goods"


async def test_once_whoever_asks_and_however_often(supply: Supply) -> None:
    till, holder, key = await supply.till(), await supply.holder(members=2), str(new_id())
    sale = (await supply.sell(till, holder, bread(10))).json()
    copies = await asyncio.gather(*(reverse(supply, till, sale["redemption_id"], key=key) for _ in range(20)))
    assert {(r.status_code, r.content) for r in copies} == {(201, copies[0].content)}
    again = await reverse(supply, till, sale["redemption_id"])
    assert (again.status_code, again.json()["code"]) == (409, "already_reversed")
    other = await reverse(supply, till, sale["redemption_id"], reason="another", key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await supply.left(holder, till))["bread"] == 300


async def test_two_keys_at_once_reverse_once(supply: Supply) -> None:
    till = await supply.till()
    for _ in range(10):
        holder = await supply.holder(members=2)
        sale = (await supply.sell(till, holder, bread(10))).json()
        replies = await asyncio.gather(*(reverse(supply, till, sale["redemption_id"]) for _ in range(4)))
        assert sorted(r.status_code for r in replies) == [201, 409, 409, 409]


async def test_another_outlets_sale_is_not_found(supply: Supply) -> None:
    till, other, holder = await supply.till(), await supply.till(), await supply.holder()
    sale = (await supply.sell(till, holder, bread(15))).json()
    reply = await reverse(supply, other, sale["redemption_id"])
    assert (reply.status_code, reply.json()["code"]) == (404, "redemption_unknown")
    assert (await reverse(supply, till, new_id())).status_code == 404


async def test_not_on_another_day(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder()
    sale = (await supply.sell(till, holder, bread(15))).json()
    supply.at(NOON + timedelta(days=1))
    reply = await reverse(supply, till, sale["redemption_id"])
    assert (reply.status_code, reply.json()["code"]) == (409, "reversal_too_late")


LAST_NIGHT = datetime(2026, 11, 30, 21, 50, tzinfo=UTC)  # 23:50 in Cairo
AFTER_MIDNIGHT = LAST_NIGHT + timedelta(minutes=20)


async def day_of(supply: Supply, till: Till, day: str) -> tuple[int, int, int, int]:
    """Sales and reversals of an outlet's day, its loaves and its piastres of goods."""
    found = (await supply.client.get(f"/v1/outlets/{till.outlet_id}/days/{day}", headers=till.headers())).json()
    return found["redemptions"], found["reversals"], found["loaves"], found["goods_amount"]


@pytest.mark.parametrize("opened", [True, False], ids=["december_is_open", "december_is_not"])
async def test_a_sale_of_the_months_last_night_goes_back_to_its_month(supply: Supply, opened: bool) -> None:
    """2.19 across a month's end: the loaves are points as if never sold, the goods of a month that is over are gone."""
    till, shop = await supply.till(), await supply.till("grocer")
    holder, other = await supply.holder(members=2), await supply.holder(members=2)
    supply.at(LAST_NIGHT)
    loaves = (await supply.sell(till, holder, bread(10))).json()
    basket = (await supply.sell(shop, holder, goods("sugar", 1))).json()
    supply.at(AFTER_MIDNIGHT)
    if opened:
        assert (await supply.sell(till, holder, bread(10))).status_code == 201
        assert (await supply.left(holder, shop))["bread_points"] == 290 * 10
    done = await reverse(supply, till, loaves["redemption_id"])
    assert done.status_code == 201, done.text
    assert (done.json()["business_day"], done.json()["cash_returned"]) == ("2026-11-30", 200)
    assert done.json()["lapsed"] == [{"programme": "bread", "unit": "loaf", "amount": 10}]
    assert done.json()["message_en"] == "The draw was reversed. Its month is over: 10 loaves become points"
    assert "تتحول إلى نقاط 10 أرغفة" in done.json()["message_ar"]
    done = await reverse(supply, shop, basket["redemption_id"])
    assert done.json()["lapsed"] == [{"programme": "goods", "unit": "piastre", "amount": 1260}]
    assert "goods allowance EGP 12.60 can no longer be drawn" in done.json()["message_en"]
    assert "لا يصرف بعد نهاية الشهر" in done.json()["message_ar"]
    untouched = await supply.left(other, shop)
    left = await supply.left(holder, shop)
    assert left == untouched | ({"bread": untouched["bread"] - 10} if opened else {})
    assert left["bread_points"] == 300 * 10
    assert await day_of(supply, till, "2026-11-30") == (1, 1, 0, 0)
    assert await day_of(supply, shop, "2026-11-30") == (1, 1, 0, 0)
    assert await day_of(supply, till, "2026-12-01") == ((1, 0, 10, 0) if opened else (0, 0, 0, 0))
    told = [json.loads(payload) for _, payload in await supply.events(BreadPointsCredited)]
    credited = [one["loaves"] for one in told if one["household_id"] == str(holder.household_id)]
    assert credited == ([290, 10] if opened else [])
    await supply.audit()


async def test_a_day_that_was_closed_by_hand_takes_its_reversal_into_the_next_close(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=2)
    supply.at(LAST_NIGHT)
    sale = (await supply.sell(till, holder, bread(10))).json()
    supply.at(AFTER_MIDNIGHT)
    closing = f"/v1/outlets/{till.outlet_id}/days"
    closed = await supply.client.post(f"{closing}/2026-11-30/close", headers=till.headers())
    assert (closed.status_code, closed.json()["loaves"]) == (200, 10)
    assert (await reverse(supply, till, sale["redemption_id"])).status_code == 201
    supply.at(AFTER_MIDNIGHT + timedelta(hours=12))
    assert (await supply.sell(till, holder, bread(10))).status_code == 201
    closed = await supply.client.post(f"{closing}/2026-12-01/close", headers=till.headers())
    assert closed.json()["loaves"] == 0, "ten of the day, less the ten of the day before that came back"
    await supply.audit()


async def test_too_late_after_the_months_end(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=2)
    supply.at(LAST_NIGHT)
    sale = (await supply.sell(till, holder, bread(10))).json()
    supply.at(LAST_NIGHT + timedelta(hours=3, minutes=1))
    reply = await reverse(supply, till, sale["redemption_id"])
    assert (reply.status_code, reply.json()["code"]) == (409, "reversal_too_late")


async def test_bread_of_a_day_that_is_over_is_not_promised_again(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=2)
    supply.at(datetime(2026, 11, 5, 21, 50, tzinfo=UTC))
    sale = (await supply.sell(till, holder, bread(20))).json()
    supply.at(datetime(2026, 11, 5, 22, 10, tzinfo=UTC))
    done = (await reverse(supply, till, sale["redemption_id"])).json()
    assert done["lapsed"] == [{"programme": "bread", "unit": "loaf", "amount": 10}], "one of its two days is over"
    assert done["message_en"].endswith("Remaining: bread 250 loaves, 50 loaves become points")
