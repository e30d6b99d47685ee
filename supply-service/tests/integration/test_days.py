"""Outlets' business days: closed once, with every sale counted in exactly one of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from ..support import NOON, Supply, Till, bread
from .test_offline import Chain, upload
from .test_reversals import reverse

TODAY, TOMORROW = "2026-11-05", "2026-11-06"


async def close(supply: Supply, till: Till, day: str) -> dict[str, Any]:
    path = f"/v1/outlets/{till.outlet_id}/days/{day}/close"
    reply = await supply.client.post(path, headers=till.headers())
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def figures(answer: dict[str, Any]) -> tuple[int, ...]:
    names = ("redemptions", "reversals", "loaves", "goods_amount", "cash_amount")
    return tuple(answer[name] for name in names)


async def test_a_day_and_what_comes_after_it(supply: Supply) -> None:
    till = await supply.till()
    holders = [await supply.holder(members=1) for _ in range(4)]
    for holder in holders[:3]:
        sale = (await supply.sell(till, holder, bread(10))).json()
    await reverse(supply, till, sale["redemption_id"])
    path = f"/v1/outlets/{till.outlet_id}/days/{TODAY}"
    so_far = (await supply.client.get(path, headers=till.headers())).json()
    assert (so_far["closed"], figures(so_far)) == (False, (3, 1, 20, 0, 400))
    closed = await asyncio.gather(*(close(supply, till, TODAY) for _ in range(4)))
    assert {figures(day) for day in closed} == {(3, 1, 20, 0, 400)}
    late = Chain(till).sell(holders[3], bread(5))
    supply.at(NOON + timedelta(days=1))
    assert (await upload(supply, till, [late]))["accepted"] == 1
    assert (await supply.sell(till, holders[2], bread(5))).status_code == 201
    assert figures(await close(supply, till, TODAY)) == (3, 1, 20, 0, 400)
    following = await close(supply, till, TOMORROW)
    assert figures(following) == (2, 0, 10, 0, 200)
    assert [(part["sold_on"], part["loaves"]) for part in following["late"]] == [(TODAY, 5)]
    events = await supply.fetch(
        "SELECT count(*) AS n FROM outbox WHERE key = $1 AND type LIKE '%OutletDayClosed%'", str(till.outlet_id)
    )
    assert events[0]["n"] == 2


async def test_whose_day_and_which(supply: Supply) -> None:
    till, other = await supply.till(), await supply.till()
    path = f"/v1/outlets/{till.outlet_id}/days"
    foreign = await supply.client.post(f"{path}/{TODAY}/close", headers=other.headers())
    assert (foreign.status_code, foreign.json()["code"]) == (404, "no_such_outlet")
    early = await supply.client.post(f"{path}/{TOMORROW}/close", headers=till.headers())
    assert (early.status_code, early.json()["code"]) == (422, "day_not_begun")
    assert (await supply.client.post(f"{path}/someday/close", headers=till.headers())).status_code == 422
    bound = supply.issuer.headers("office", "days:read", governorate="01")
    assert (await supply.client.get(f"{path}/{TODAY}", headers=bound)).status_code == 404
