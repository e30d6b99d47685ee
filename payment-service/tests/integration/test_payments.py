"""Holds, captures, voids and refunds through the API, on a real database."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from chassis.testing import eventually
from chassis.testing_proofs import prove

from ..support import House


async def hold(house: House, card: UUID, amount: int, **more: Any) -> httpx.Response:
    return await house.hold(card, amount, **more)


async def test_held_captured_and_refunded(house: House) -> None:
    card, citizen, _ = await house.citizen(10_000)
    held = await hold(house, card, 4_000)
    assert held.status_code == 201, held.text
    assert (held.json()["state"], held.json()["available"]) == ("held", 6_000)
    assert await house.balance(citizen) == (10_000, 4_000)
    path = f"/v1/payments/{held.json()['payment_id']}"
    captured = await house.client.post(f"{path}/capture", json={"amount": 3_500}, headers=house.terminal())
    assert (captured.status_code, captured.json()["captured"]) == (200, 3_500)
    assert await house.balance(citizen) == (6_500, 0)
    refund = {"amount": 3_000, "reason": "goods returned"}
    assert (await house.client.post(f"{path}/refunds", json=refund, headers=house.terminal())).status_code == 201
    again = await house.client.post(f"{path}/refunds", json=refund, headers=house.terminal())
    assert (again.status_code, again.json()["code"], again.json()["refundable"]) == (409, "refund_too_large", 500)
    assert await house.balance(citizen) == (9_500, 0)
    assert (await house.proof())["sound"]


async def test_a_repeat_gets_the_first_answer_and_moves_nothing(house: House) -> None:
    card, citizen, _ = await house.citizen(1_000)
    headers = house.terminal()
    body = {"card_id": str(card), "amount": 1_000, "reference": "basket", "holder_proof": prove(headers, card, 1_000)}
    first, *others = await asyncio.gather(
        *(house.client.post("/v1/payments/authorizations", json=body, headers=headers) for _ in range(20))
    )
    assert {reply.status_code for reply in (first, *others)} == {201}
    assert len({reply.json()["payment_id"] for reply in (first, *others)}) == 1
    assert await house.balance(citizen) == (1_000, 1_000)
    other = await house.client.post("/v1/payments/authorizations", json=body | {"amount": 1}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_capture_asked_for_again_under_another_key_is_told_what_stands(house: House) -> None:
    card, citizen, _ = await house.citizen(1_000)
    path = f"/v1/payments/{(await hold(house, card, 700)).json()['payment_id']}"
    replies = [await house.client.post(f"{path}/capture", json={}, headers=house.terminal()) for _ in range(3)]
    assert {(reply.status_code, reply.json()["captured"]) for reply in replies} == {(200, 700)}
    assert await house.balance(citizen) == (300, 0)


async def test_two_hundred_at_once_take_no_more_than_there_is(house: House) -> None:
    card, citizen, _ = await house.citizen(1_000)
    replies = await asyncio.gather(*(hold(house, card, 100) for _ in range(200)))
    assert sorted(reply.status_code for reply in replies) == [201] * 10 + [409] * 190
    assert await house.balance(citizen) == (1_000, 1_000)
    assert {r.json()["code"] for r in replies if r.status_code == 409} == {"insufficient_funds"}


async def test_a_hold_that_runs_out_is_given_up(house: House) -> None:
    card, citizen, _ = await house.citizen(500)
    held = await hold(house, card, 500, expires_in=1)

    async def free() -> bool:
        return await house.balance(citizen) == (500, 0)

    await eventually(free)
    path = f"/v1/payments/{held.json()['payment_id']}"
    late = await house.client.post(f"{path}/capture", json={}, headers=house.terminal())
    assert (late.status_code, late.json()["code"]) == (409, "hold_expired")


async def test_another_outlets_payment_does_not_exist(house: House) -> None:
    card, _, _ = await house.citizen(500)
    path = f"/v1/payments/{(await hold(house, card, 500)).json()['payment_id']}"
    stranger = house.terminal(new_id())
    for reply in (
        await house.client.get(path, headers=stranger),
        await house.client.post(f"{path}/capture", json={}, headers=stranger),
        await house.client.post(f"{path}/void", headers=stranger | {"Idempotency-Key": "v"}),
        await house.client.post(f"{path}/refunds", json={"amount": 1, "reason": "x"}, headers=stranger),
    ):
        assert reply.status_code == 404, reply.text


@pytest.mark.parametrize("linked", [True, False])
async def test_thousands_in_one_call(house: House, linked: bool) -> None:
    headers = house.client_headers("ledger:write ledger:read")
    fund = (await house.client.post("/v1/accounts", json={"kind": "fund", "owner": "f"}, headers=headers)).json()
    headers = house.client_headers("ledger:write")
    shop = (await house.client.post("/v1/accounts", json={"kind": "merchant", "owner": "m"}, headers=headers)).json()
    transfer = {"debit_account_id": fund["account_id"], "credit_account_id": shop["account_id"], "amount": 1}
    bad = transfer | {"debit_account_id": str(new_id())}
    body = {"transfers": [transfer] * 3_000 + [bad], "linked": linked}
    reply = await house.client.post("/v1/transfers", json=body, headers=house.client_headers("ledger:write"))
    proof = await house.proof()
    if linked:
        assert (reply.status_code, reply.json()["code"]) == (409, "linked_transfer_failed")
        assert proof["transfers"] == 0
    else:
        assert reply.status_code == 201
        assert [r["code"] for r in reply.json()["results"] if r["state"] == "refused"] == ["account_unknown"]
        assert proof["transfers"] == 3_000
    assert proof["sound"]
