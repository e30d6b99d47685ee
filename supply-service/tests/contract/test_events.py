"""What stands in the outbox is what the contracts promise."""

from __future__ import annotations

from contracts import supply as contract
from contracts.event import registry

from ..support import Supply, bread, goods


async def test_every_event_is_one_of_the_contracts(supply: Supply) -> None:
    till, shop, holder = await supply.till(), await supply.till("grocer"), await supply.holder(members=2)
    sale = (await supply.sell(till, holder, bread(10))).json()
    basket = (await supply.sell(shop, holder, goods("oil", 1), goods("sugar", 2))).json()
    path = f"/v1/redemptions/{basket['redemption_id']}/reversal"
    assert (await supply.client.post(path, json={"reason": "x"}, headers=shop.headers())).status_code == 201
    path = f"/v1/outlets/{till.outlet_id}/days/2026-11-05/close"
    assert (await supply.client.post(path, headers=till.headers())).status_code == 200
    rows = await supply.events()
    for row, payload in rows:
        event = registry()[row["type"]].model_validate_json(payload)
        assert event.model_dump_json(exclude_unset=True).encode() == payload, "what has a default may be left out"
        assert (row["topic"], row["key"]) == (event.TOPIC, event.partition_key())
    told = [registry()[row["type"]].model_validate_json(payload) for row, payload in rows]
    opened = [event for event in told if isinstance(event, contract.PotGranted)]
    assert {event.programme: event.granted for event in opened} == {"bread": 300, "goods": 10000, "bread_points": 0}
    redeemed = [event for event in told if isinstance(event, contract.Redeemed)]
    assert [str(event.redemption_id) for event in redeemed] == [sale["redemption_id"], basket["redemption_id"]]
    assert [pot.remaining for pot in redeemed[1].remaining] == [290, 10000 - 3000 - 2520, 0]
    assert all(row["traceparent"] for row, _ in rows if row["type"].endswith("Redeemed.v1"))
