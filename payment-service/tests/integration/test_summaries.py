"""Who paid by card is told once for each day: the household and the day, and nothing of the payment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from payment_service.summaries import telling

from ..support import House
from .test_trials import hold, outlet, tester


async def pay(house: House, outlet_id: UUID, card: UUID) -> str:
    """Pay 3 pounds; where it is captured."""
    held = await hold(house, outlet_id, card, 300)
    assert held.status_code == 201, held.text
    path = f"/v1/payments/{held.json()['payment_id']}"
    captured = await house.client.post(f"{path}/capture", headers=house.terminal(), json={})
    assert captured.status_code == 200, captured.text
    return path


async def told(house: House) -> list[dict[str, Any]]:
    rows = await house.runtime.pool.fetch("SELECT payload FROM outbox WHERE type LIKE '%.HouseholdsPaid.%' ORDER BY id")
    return [orjson.loads(row["payload"]) for row in rows]


async def test_who_paid_on_a_day_is_told_once_and_not_before_it_is_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "HOUSEHOLDS", 1)
    shop, trial = await outlet(house, trial=False), await outlet(house, trial=True)
    (first, _, household), (second, _, other), (repaid, _, whole) = [await house.citizen(1_000) for _ in range(3)]
    (held, _, only_held), test = await house.citizen(1_000), await tester(house)
    for card in (first, first, second):
        await pay(house, shop, card)
    await pay(house, trial, test[0])
    refund = {"amount": 300, "reason": "spoiled"}
    back = await house.client.post(
        f"{await pay(house, shop, repaid)}/refunds", headers=house.terminal(shop), json=refund
    )
    assert back.status_code == 201, back.text
    assert (await hold(house, shop, held, 300)).status_code == 201

    clock = house.runtime.clock
    now, today, mine = clock.now(), clock.today(), {household, other, whole, only_held, test[2]}

    async def of_mine() -> list[tuple[str, str]]:
        found = [(day["business_day"], one) for day in await told(house) for one in day["household_ids"]]
        return sorted((day, one) for day, one in found if UUID(one) in mine)

    async def run() -> None:
        while await telling.SUMMARIES.run(house.runtime):
            continue

    await run()
    assert await of_mine() == [], "the day is not over"
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=1))
    await run()
    await run()
    assert await of_mine() == sorted((today.isoformat(), str(one)) for one in (household, other))
