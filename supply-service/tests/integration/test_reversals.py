"""Taking a sale back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from chassis.ids import new_id

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
