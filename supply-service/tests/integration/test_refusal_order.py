"""Of several faults of a sale the first is told, in the order that the API's document names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chassis.ids import new_id
from contracts.card import CardBlocked, CardServiceDisabled, CardServiceEnabled, CardUnblocked, ProgrammeService

from ..support import NOON, Supply, bread, goods
from .test_tenders import ALLOWANCE, BASKET, BEYOND, hold, tender

_SALES = "/v1/redemptions"


async def test_faults_are_told_one_after_the_other(supply: Supply) -> None:
    till, holder = await supply.till("grocer"), await supply.holder(members=1)
    key, told = str(new_id()), []

    async def ask(body: dict[str, Any], headers: dict[str, str] | None = None) -> int:
        reply = await supply.client.post(_SALES, json=body, headers=headers or till.headers())
        told.append(reply.json().get("code", "done"))
        return reply.status_code

    assert (await supply.sell(till, await supply.holder(members=1), goods("oil", 1), key=key)).status_code == 201
    early = (NOON - timedelta(hours=2)).isoformat()
    body: dict[str, Any] = {"card_id": str(new_id()), "lines": [bread(5), goods("nothing", 1)], "occurred_at": early}
    keyless = {"Authorization": f"Bearer {till.token}"}
    await ask(body, {"Authorization": supply.issuer.headers("ministry", "redemptions:create")["Authorization"]})
    await ask(body, keyless)
    await ask(body, {**keyless, "Idempotency-Key": key})
    await ask(body)
    del body["occurred_at"]
    await ask(body)
    body["card_id"] = str(holder.card_id)
    who: dict[str, Any] = {"card_id": holder.card_id, "household_id": holder.household_id}
    citizen, service = {**who, "citizen_id": new_id()}, {**who, "service": ProgrammeService.SUPPLY}
    await supply.deliver(
        CardBlocked(**citizen, reason="lost", blocked_at=NOON), CardServiceDisabled(**service, reason="order")
    )
    await ask(body)
    await supply.deliver(CardUnblocked(**citizen))
    await ask(body)
    await supply.deliver(CardServiceEnabled(**service))
    await ask(body)
    body["lines"] = [goods("nothing", 1)]
    await ask(body)
    body["lines"] = [goods("oil", 99)]
    await ask(body)
    wrong = BEYOND + 1
    body |= {"lines": list(BASKET), "expected_amount": 1}
    await ask(body)
    body |= {"tenders": [tender(new_id(), wrong)], "cash": 0}
    await ask(body)
    body["expected_amount"] = ALLOWANCE + BEYOND
    await ask(body)
    body |= {"tenders": [], "cash": wrong}
    await ask(body)
    body |= {"tenders": [tender(new_id(), BEYOND)], "cash": 0}
    await ask(body)
    body["holder_proof"] = supply.proof(till, holder.card_id)
    await ask(body)
    body["tenders"] = [tender(await hold(supply, till, holder, BEYOND), BEYOND)]
    body["holder_proof"] = supply.proof(till, holder.card_id)
    assert await ask(body) == 201, told
    order = supply.app.openapi()["paths"][_SALES]["post"]["x-refusal-order"]
    assert told == [
        "terminal_needed", "idempotency_key_missing", "idempotency_key_reused", "terminal_clock_skew", "card_unknown",
        "card_blocked", "supply_not_enabled", "wrong_outlet_kind", "item_unknown", "item_limit_exceeded",
        "allowance_exceeded", "amount_differs", "hold_mismatch", "cash_mismatch", "holder_proof_required",
        "hold_unknown", "done",
    ]  # fmt: skip
    assert told[:-1] == sorted(told[:-1], key=order.index)
