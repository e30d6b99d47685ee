"""A wrong credit in a wallet is taken back by two, never below nothing; what is not there is owed."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from approvals.testing import decide
from chassis.ids import new_id
from payment_service.ledger.accounts import account_id, wallet_id

from ..payouts import Office
from ..support import House


async def credit_of(house: House, citizen: UUID) -> str:
    query = "SELECT transfer_id FROM transfer WHERE credit_account_id = $1 ORDER BY created_at DESC LIMIT 1"
    return str(await house.runtime.pool.fetchval(query, wallet_id(citizen)))


async def propose(house: House, card: UUID, credit: str, amount: int, expect: int = 202, **claims: Any) -> Any:
    body = {"transfer_id": credit, "amount": amount, "reason": "paid to the wrong person"}
    headers = house.issuer.person("funds:write funds:approve", **claims)
    reply = await house.client.post(f"/v1/wallets/{card}/corrections", json=body, headers=headers)
    assert reply.status_code == expect, reply.text
    return reply.json()


async def corrected(house: House, card: UUID, credit: str, amount: int) -> None:
    made = await propose(house, card, credit, amount)
    await decide(house.client, house.issuer, "payment", made["proposal_id"], "funds:approve")


async def wallet(house: House, card: UUID) -> dict[str, Any]:
    found: dict[str, Any] = (
        await house.client.get(f"/v1/wallets/{card}", headers=house.client_headers("wallets:read"))
    ).json()
    return found


async def told(house: House, citizen: UUID) -> list[tuple[int, int]]:
    rows = await house.runtime.pool.fetch("SELECT payload FROM outbox WHERE type LIKE '%WalletCorrected%' ORDER BY id")
    said = [json.loads(row["payload"]) for row in rows]
    return [(one["amount"], one["owed"]) for one in said if one["citizen_id"] == str(citizen)]


async def test_a_wrong_credit_goes_back_where_it_came_from(house: House) -> None:
    card, citizen, _ = await house.citizen(balance=1_000)
    credit = await credit_of(house, citizen)
    officer = new_id()
    made = await propose(house, card, credit, 700, person_id=officer)
    assert await house.balance(citizen) == (1_000, 0), "one alone moves nothing"
    own = await decide(
        house.client, house.issuer, "payment", made["proposal_id"], "funds:approve", expect=403, person_id=officer
    )
    assert own["code"] == "own_proposal"
    await decide(house.client, house.issuer, "payment", made["proposal_id"], "funds:approve")
    assert await house.balance(citizen) == (300, 0)
    assert (await wallet(house, card))["owed"] == 0
    fund = await house.runtime.pool.fetchval(
        "SELECT credit_account_id FROM transfer WHERE kind = 'correction' AND debit_account_id = $1", wallet_id(citizen)
    )
    assert fund == account_id("fund", "test")
    assert await told(house, citizen) == [(700, 0)]
    proof = await house.proof()
    assert (proof["balances_off"], proof["overdrawn"]) == (0, 0)


async def test_what_is_not_there_is_owed_and_taken_by_another_decision(house: House) -> None:
    """1,000 credited by mistake, 600 spent and 100 held: 300 go back, 700 are owed; held stays held."""
    card, citizen, _ = await house.citizen(balance=1_000)
    credit = await credit_of(house, citizen)
    for amount, captured in ((600, True), (100, False)):
        held = (await house.hold(card, amount)).json()
        if captured:
            path = f"/v1/payments/{held['payment_id']}/capture"
            assert (await house.client.post(path, json={}, headers=house.terminal())).status_code == 200
    await corrected(house, card, credit, 1_000)
    assert await house.balance(citizen) == (100, 100)
    assert (await wallet(house, card))["owed"] == 700
    await house.pay_in(citizen, 500)
    assert await house.balance(citizen) == (600, 100), "nothing is taken without a decision"
    await corrected(house, card, credit, 1_000)
    assert await house.balance(citizen) == (100, 100)
    assert (await wallet(house, card))["owed"] == 200
    assert await told(house, citizen) == [(300, 700), (500, 200)]
    proof = await house.proof()
    assert (proof["balances_off"], proof["overdrawn"]) == (0, 0)


async def test_never_more_than_was_credited_and_each_piastre_once(house: House) -> None:
    card, citizen, _ = await house.citizen(balance=1_000)
    credit = await credit_of(house, citizen)
    await house.pay_in(citizen, 5_000)
    refused = await propose(house, card, credit, 1_001, 422)
    assert (refused["code"], refused["credited"]) == ("correction_too_large", 1_000)
    await corrected(house, card, credit, 400)
    refused = await propose(house, card, credit, 400, 409)
    assert (refused["code"], refused["taken"]) == ("credit_was_corrected", 400)
    await corrected(house, card, credit, 1_000)
    assert await house.balance(citizen) == (5_000, 0)
    assert (await propose(house, card, credit, 1_000, 409))["code"] == "credit_was_corrected"


async def test_what_is_no_credit_of_the_wallet(house: House) -> None:
    (card, citizen, _), (_, other, _) = await house.citizen(balance=1_000), await house.citizen(balance=1_000)
    held = (await house.hold(card, 100)).json()["payment_id"]
    for credit in (str(new_id()), await credit_of(house, other), held):
        assert (await propose(house, card, credit, 100, 404))["code"] == "credit_unknown"
    await propose(house, card, await credit_of(house, citizen), 100)
    again = await propose(house, card, await credit_of(house, citizen), 200, 409)
    assert again["code"] == "proposal_open"


async def test_a_payout_goes_back_to_its_fund(house: House) -> None:
    office, (card, citizen, _) = Office(house), await house.citizen()
    await office.paid([f"{citizen},2000,a"])
    fund = "SELECT balance FROM account JOIN payout_fund USING (account_id) WHERE fund = 'pension'"
    before = await house.runtime.pool.fetchval(fund)
    await corrected(house, card, await credit_of(house, citizen), 2_000)
    after = await house.runtime.pool.fetchval(fund)
    assert (await house.balance(citizen), after - before) == ((0, 0), 2_000)
