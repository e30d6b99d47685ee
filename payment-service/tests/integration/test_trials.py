"""Trials: test wallets pay with money of the trial's own, at trial outlets alone; it is in no sum of merchants."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from chassis.ids import new_id
from contracts.supply import OutletRegistered
from payment_service.ledger.accounts import account_id
from payment_service.payments.trials import PAID

from ..support import House, activated, deliver
from .test_support import due, headed


async def outlet(house: House, *, trial: bool) -> UUID:
    """An outlet that payments know."""
    outlet_id = new_id()
    await deliver(
        house, OutletRegistered(outlet_id=outlet_id, kind="grocer", governorate="03", district="03.02", trial=trial)
    )
    return outlet_id


async def tester(house: House) -> tuple[UUID, UUID, UUID]:
    """A test card with its wallet: card, citizen and household ids."""
    card, citizen, household = new_id(), new_id(), new_id()
    await deliver(house, headed(household, citizen).model_copy(update={"trial": True}))
    await deliver(house, activated(card, citizen, household))
    return card, citizen, household


async def hold(house: House, outlet_id: UUID, card: UUID, amount: int) -> Any:
    house.outlet_id = outlet_id
    return await house.hold(card, amount)


async def seen(house: House, household: UUID) -> list[dict[str, Any]]:
    rows = await house.runtime.pool.fetch("SELECT payload FROM outbox WHERE type LIKE '%.TrialPaymentSeen.%'")
    events = [orjson.loads(row["payload"]) for row in rows]
    return [event for event in events if event["household_id"] == str(household)]


async def test_a_test_wallet_pays_at_a_trial_outlet_and_it_is_told_once(house: House) -> None:
    test = await outlet(house, trial=True)
    card, citizen, household = await tester(house)
    assert await house.balance(citizen) == (50_000, 0)
    await deliver(house, activated(new_id(), citizen, household))
    assert await house.balance(citizen) == (50_000, 0), "once, whatever is told again"
    held = await hold(house, test, card, 4_000)
    assert held.status_code == 201, held.text
    path = f"/v1/payments/{held.json()['payment_id']}/capture"
    captured = await house.client.post(path, json={"amount": 3_500}, headers=house.terminal())
    assert captured.status_code == 200, captured.text
    assert await house.balance(citizen) == (46_500, 0)
    for _ in range(2):
        await PAID.run(house.runtime)
    assert [one["payment_id"] for one in await seen(house, household)] == [held.json()["payment_id"]]
    (fund,) = await house.runtime.pool.fetch(
        "SELECT -sum(t.posted) AS given FROM transfer t WHERE t.debit_account_id = $1 AND t.credit_account_id = $2",
        account_id("fund", "trial"),
        account_id("wallet", str(citizen)),
    )
    assert fund["given"] == -50_000
    assert (await house.proof())["sound"]


async def test_each_keeps_to_its_own(house: House) -> None:
    test, real = await outlet(house, trial=True), await outlet(house, trial=False)
    card, _, _ = await tester(house)
    other, citizen, household = await house.citizen(10_000)
    for outlet_id, which in ((real, card), (test, other)):
        refused = await hold(house, outlet_id, which, 1_000)
        assert (refused.status_code, refused.json()["code"]) == (409, "trial_apart"), refused.text
        assert refused.json()["title_ar"]
    assert (await hold(house, real, other, 1_000)).status_code == 201
    assert await house.balance(citizen) == (10_000, 1_000)
    await PAID.run(house.runtime)
    assert await seen(house, household) == []


async def test_a_trial_outlet_is_in_no_sum_of_merchants(house: House) -> None:
    day = house.runtime.clock.today()
    test, real = await outlet(house, trial=True), await outlet(house, trial=False)
    for outlet_id in (test, real):
        await house.runtime.pool.execute(
            "INSERT INTO merchant_booking (source_id, payment_id, kind, merchant_id, business_day, amount)"
            " VALUES ($1, $1, 'sale', $2, $3, 100)",
            new_id(),
            outlet_id,
            day,
        )
    reply = await house.client.get(
        f"/v1/merchant-totals?day={day}&limit=200", headers=house.client_headers("ledger:read")
    )
    assert reply.status_code == 200, reply.text
    found = {one["merchant_id"] for one in reply.json()["items"]}
    assert (str(test) in found, str(real) in found) == (False, True)


async def test_no_cash_is_due_to_a_test_household(house: House) -> None:
    _, _, household = await tester(house)
    await deliver(house, due(household))
    assert await house.runtime.pool.fetch("SELECT FROM support_due WHERE household_id = $1", household) == []


async def test_money_of_a_trial_is_in_no_total_of_the_ledger(house: House) -> None:
    day = house.runtime.clock.today()

    async def totals() -> list[dict[str, Any]]:
        reply = await house.client.get(f"/v1/ledger-totals?day={day}", headers=house.client_headers("ledger:read"))
        assert reply.status_code == 200, reply.text
        found: list[dict[str, Any]] = reply.json()["totals"]
        return found

    before = await totals()
    test = await outlet(house, trial=True)
    card, citizen, _ = await tester(house)
    held = await hold(house, test, card, 4_000)
    path = f"/v1/payments/{held.json()['payment_id']}/capture"
    assert (await house.client.post(path, json={"amount": 4_000}, headers=house.terminal())).status_code == 200
    assert await house.balance(citizen) == (46_000, 0)
    assert await totals() == before
    real = await outlet(house, trial=False)
    other, _, _ = await house.citizen(10_000)
    held = await hold(house, real, other, 1_000)
    path = f"/v1/payments/{held.json()['payment_id']}/capture"
    assert (await house.client.post(path, json={"amount": 1_000}, headers=house.terminal())).status_code == 200
    assert await totals() != before
