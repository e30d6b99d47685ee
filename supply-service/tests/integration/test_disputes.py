"""What becomes of what is in dispute: found by one, decided by another, owed and paid once or never."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from approvals.testing import decide
from chassis.ids import new_id
from contracts.supply import DisputeDecided

from ..support import NOON, Holder, Supply, Till, bread, goods
from .test_offline import Chain, canonical, statuses, upload

DAY = NOON.date().isoformat()


async def contested(supply: Supply, till: Till, holder: Holder, *lines: dict[str, Any]) -> dict[str, Any]:
    """The result of a sale that is partly in dispute."""
    result: dict[str, Any] = (await upload(supply, till, [Chain(till).sell(holder, *lines)]))["results"][0]
    assert result["status"] == "disputed"
    return result


async def find(supply: Supply, dispute_id: str, *, upheld: bool, expect: int = 202, **claims: Any) -> dict[str, Any]:
    """An inspector's finding."""
    reply = await supply.client.post(
        f"/v1/disputes/{dispute_id}/finding",
        json={"upheld": upheld, "reason": "the network was away, the queue was seen"},
        headers=supply.issuer.person("disputes:write", **claims) | {"Idempotency-Key": str(new_id())},
    )
    assert reply.status_code == expect, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def approve(supply: Supply, proposal_id: str, expect: int = 200, **more: Any) -> dict[str, Any]:
    return await decide(supply.client, supply.issuer, "supply", proposal_id, "disputes:approve", expect=expect, **more)


async def debts(supply: Supply, holder: Holder) -> tuple[int, int]:
    [row] = await supply.fetch(
        "SELECT debt_bread, debt_goods FROM household WHERE household_id = $1", holder.household_id
    )
    return row["debt_bread"], row["debt_goods"]


async def paid(supply: Supply, till: Till) -> list[tuple[int, int]]:
    rows = await supply.fetch("SELECT loaves, goods_amount FROM outlet_claim WHERE outlet_id = $1", till.outlet_id)
    return [(row["loaves"], row["goods_amount"]) for row in rows]


async def test_what_is_upheld_is_owed_and_paid_once(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=1)
    result = await contested(supply, till, holder, bread(40))
    inspector = new_id()
    proposed = await find(supply, result["dispute_id"], upheld=True, person_id=inspector)
    assert (await debts(supply, holder), await paid(supply, till)) == ((0, 0), [])
    again = await find(supply, result["dispute_id"], upheld=True, expect=409)
    assert again["code"] == "proposal_open"
    own = await approve(supply, proposed["proposal_id"], expect=403, person_id=inspector)
    assert own["code"] == "own_proposal"
    assert (await approve(supply, proposed["proposal_id"]))["state"] == "approved"
    assert (await debts(supply, holder), await paid(supply, till)) == ((25, 0), [(25, 0)])
    assert (await approve(supply, proposed["proposal_id"], expect=409))["code"] == "proposal_state"
    decided = await find(supply, result["dispute_id"], upheld=True, expect=409)
    assert decided["code"] == "dispute_decided"
    assert (await debts(supply, holder), await paid(supply, till)) == ((25, 0), [(25, 0)])
    [(_, payload)] = await supply.events(DisputeDecided)
    assert json.loads(payload)["upheld"] is True
    await supply.audit()


async def test_what_is_refused_is_neither_owed_nor_paid(supply: Supply) -> None:
    shop, holder = await supply.till("grocer"), await supply.holder(members=1)
    result = await contested(supply, shop, holder, goods("oil", 10))
    proposed = await find(supply, result["dispute_id"], upheld=False)
    await approve(supply, proposed["proposal_id"])
    assert (await debts(supply, holder), await paid(supply, shop)) == ((0, 0), [])
    listed = await supply.client.get("/v1/disputes?state=refused", headers=shop.headers())
    assert [one["dispute_id"] for one in listed.json()["items"]] == [result["dispute_id"]]
    assert listed.json()["items"][0]["decision_reason"] == "the network was away, the queue was seen"


async def test_what_is_in_dispute_is_in_no_closed_day(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=1)
    result = await contested(supply, till, holder, bread(1000))
    path = f"/v1/outlets/{till.outlet_id}/days/{DAY}/close"
    closed = (await supply.client.post(path, headers=till.headers())).json()
    assert (closed["loaves"], closed["cash_amount"]) == (15, 300)
    proposed = await find(supply, result["dispute_id"], upheld=True)
    await approve(supply, proposed["proposal_id"])
    assert await paid(supply, till) == [(985, 0)]


async def test_nothing_is_paid_of_a_sale_that_was_taken_back(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=1)
    result = await contested(supply, till, holder, bread(40))
    proposed = await find(supply, result["dispute_id"], upheld=True)
    undone = await supply.client.post(
        f"/v1/redemptions/{result['redemption_id']}/reversal", json={"reason": "a mistake"}, headers=till.headers()
    )
    assert undone.status_code == 201
    refused = await approve(supply, proposed["proposal_id"], expect=409)
    assert refused["code"] == "disputed_sale_reversed"
    assert (await debts(supply, holder), await paid(supply, till)) == ((0, 0), [])
    await supply.audit()


async def test_the_evidence_is_the_sale_as_it_was_signed(supply: Supply) -> None:
    till, other, holder = await supply.till(), await supply.till(), await supply.holder(members=1)
    assert (await supply.sell(other, holder, bread(5))).status_code == 201
    sale = Chain(till).sell(holder, bread(100))
    [result] = (await upload(supply, till, [sale]))["results"]
    path = f"/v1/disputes/{result['dispute_id']}"
    seen = (await supply.client.get(path, headers=supply.issuer.person("disputes:write"))).json()
    assert json.loads(seen["document"]) == sale
    assert (seen["public_key"], seen["state"], seen["loaves"]) == (till.public_key, "open", 85)
    assert seen["signature_holds"] is True
    assert [one["outlet_id"] for one in seen["sales"]] == [str(other.outlet_id)]
    assert (await supply.client.get("/v1/disputes", headers=other.headers())).json()["items"] == []
    assert (await supply.client.get(path, headers=till.headers())).status_code == 403


async def test_a_signature_that_its_terminal_spoilt_is_said_to_be(supply: Supply) -> None:
    """The sale behind it vouches for it, and alone it is nobody's."""
    till, holders = await supply.till(), [await supply.holder(members=1) for _ in range(2)]
    chain = Chain(till)
    spoilt = chain.sell(holders[0], bread(100))
    spoilt["signature"] = "A" * 86
    assert statuses(await upload(supply, till, [spoilt])) == [("rejected", "signature_invalid")]
    chain.head = hashlib.sha256(canonical(spoilt)).hexdigest()
    genuine = chain.sell(holders[1], bread(5))
    answer = await upload(supply, till, [spoilt, genuine])
    assert statuses(answer) == [("disputed", "household_floor"), ("applied", None)]
    path = f"/v1/disputes/{answer['results'][0]['dispute_id']}"
    seen = (await supply.client.get(path, headers=supply.issuer.person("disputes:write"))).json()
    assert (json.loads(seen["document"]), seen["signature_holds"]) == (spoilt, False)
