"""Nothing leaves a wallet whose holder was not there to agree to it, and no proof permits two holds."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from chassis.testing import eventually
from chassis.testing_proofs import prove
from contracts.health import CopaymentDue
from contracts.payment import PaymentCaptured, PaymentFailed
from contracts.supply import Tender

from ..support import House, deliver
from .test_sales import sale

HOLDS = "/v1/payments/authorizations"


async def ask(house: House, headers: dict[str, str], card: UUID, amount: int, proof: str | None) -> httpx.Response:
    body = {"card_id": str(card), "amount": amount, "reference": "basket"}
    body |= {"holder_proof": proof} if proof else {}
    return await house.client.post(HOLDS, json=body, headers=headers)


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, str(reply.json().get("code", reply.json().get("state")))


async def test_a_cards_id_alone_opens_no_wallet(house: House) -> None:
    """Truth 2.8, 3.4; finding B1: a grocer of another governorate held and took what it liked without any sale."""
    card, citizen, _ = await house.citizen(10_000)
    for outlet in (house.outlet_id, new_id()):
        for amount in (1, 5_000):
            assert code(await ask(house, house.terminal(outlet), card, amount, None)) == (409, "holder_proof_required")
    client = house.client_headers("payments:create", outlet_id=house.outlet_id)
    assert (await ask(house, client, card, 5_000, None)).json()["code"] == "terminal_only"
    assert await house.balance(citizen) == (10_000, 0)
    till = house.terminal()
    held = await ask(house, till, card, 5_000, prove(till, card, 5_000))
    assert code(held) == (201, "held")
    capture = await house.client.post(
        f"/v1/payments/{held.json()['payment_id']}/capture", json={}, headers=house.terminal()
    )
    assert code(capture) == (200, "captured"), "capture needs none"


async def test_a_proxys_proof_opens_no_wallet(house: House) -> None:
    card, citizen, _ = await house.citizen(10_000)
    till = house.terminal()
    reply = await ask(house, till, card, 5_000, prove(till, card, 5_000, by="proxy"))
    assert (code(reply), reply.json()["mismatch"]) == ((409, "holder_proof_invalid"), "prover")
    assert await house.balance(citizen) == (10_000, 0)


async def test_what_a_proof_does_not_permit(house: House) -> None:
    card, citizen, _ = await house.citizen(10_000)
    other, _, _ = await house.citizen(10_000)
    till = house.terminal()
    refused: dict[str, str] = {
        "another terminal's": prove(house.terminal(), card, 5_000),
        "another card's": prove(till, other, 5_000),
        "for less": prove(till, card, 4_999),
        "for a visit": prove(till, card, 5_000, "visit"),
        "forged": prove(till, card, 5_000)[:-6] + "AAAAAA",
        "no proof": "x.y.z",
    }
    for what, proof in refused.items():
        found = code(await ask(house, till | {"Idempotency-Key": str(new_id())}, card, 5_000, proof))
        assert found == (409, "holder_proof_invalid"), what
    over = prove(till, card, 5_000, seconds=-1)
    assert code(await ask(house, till | {"Idempotency-Key": "over"}, card, 5_000, over)) == (
        409,
        "holder_proof_expired",
    )
    assert await house.balance(citizen) == (10_000, 0)
    for purpose in ("hold", "sale"):
        key, proof = {"Idempotency-Key": purpose}, prove(till, card, 5_000, purpose)
        assert code(await ask(house, till | key, card, 4_000, proof)) == (201, "held")


async def test_a_proof_permits_one_hold_whatever_comes_at_once(house: House) -> None:
    card, citizen, _ = await house.citizen(10_000)
    till = house.terminal()
    proof = prove(till, card, 1_000)

    async def another() -> tuple[int, str]:
        return code(await ask(house, till | {"Idempotency-Key": str(new_id())}, card, 1_000, proof))

    replies = await asyncio.gather(*(another() for _ in range(20)))
    assert sorted(set(replies)) == [(201, "held"), (409, "holder_proof_used")]
    assert [status for status, _ in replies].count(201) == 1
    assert await house.balance(citizen) == (10_000, 1_000)
    payment = await house.runtime.pool.fetchval("SELECT transfer_id FROM transfer WHERE state = 'pending'")
    void = await house.client.post(f"/v1/payments/{payment}/void", headers=house.terminal())
    assert void.status_code == 200
    assert await another() == (409, "holder_proof_used"), "a hold given up gives the proof back to nobody"


async def test_a_repeat_gets_the_first_answer_though_the_proof_is_over(house: House) -> None:
    card, citizen, _ = await house.citizen(10_000)
    till = house.terminal()
    short = prove(till, card, 1_000, seconds=1.9)
    first = await ask(house, till, card, 1_000, short)
    assert code(first) == (201, "held")
    body = first.request.content

    async def repeated(content: bytes) -> httpx.Response:
        return await house.client.post(HOLDS, content=content, headers=till | {"Content-Type": "application/json"})

    async def over() -> bool:
        again = await ask(house, till | {"Idempotency-Key": str(new_id())}, card, 1, short)
        return code(again)[1] == "holder_proof_expired"

    await eventually(over)
    await house.runtime.pool.execute("UPDATE card SET state = 'blocked' WHERE card_id = $1", card)
    again = await repeated(body)
    assert (again.status_code, again.content) == (201, first.content)
    assert (await repeated(body.replace(b"1000", b"1001"))).json()["code"] == "idempotency_key_reused"
    assert await house.balance(citizen) == (10_000, 1_000)


def due(house: House, card: UUID, citizen: UUID, household: UUID, proof: str | None) -> CopaymentDue:
    return CopaymentDue(
        copayment_id=new_id(), encounter_id=new_id(), provider_id=house.outlet_id, card_id=card, citizen_id=citizen,
        household_id=household, amount=300, holder_proof=proof,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("proof", "reason"),
    [
        (None, "holder_proof_required"),
        ({"amount": 299}, "holder_proof_invalid"),
        ({"purpose": "hold"}, "holder_proof_invalid"),
        ({"card_id": new_id()}, "holder_proof_invalid"),
        ({}, None),
        ({"seconds": -3600}, None),  # health-service has judged the time, the event came late
    ],
)
async def test_a_copayment_is_taken_where_the_holder_agreed_to_it(
    house: House, proof: dict[str, Any] | None, reason: str | None
) -> None:
    card, citizen, household = await house.citizen(1_000)
    said: dict[str, Any] = {"terminal": new_id(), "card_id": card, "amount": 300, "purpose": "visit"}
    event = due(house, card, citizen, household, None if proof is None else prove(**(said | proof)))
    for _ in range(2):
        await deliver(house, event)
    assert await house.balance(citizen) == ((700, 0) if reason is None else (1_000, 0))
    kind = PaymentCaptured if reason is None else PaymentFailed
    told = await house.runtime.pool.fetch("SELECT payload FROM outbox WHERE type = $1", kind.event_type())
    assert len(told) == (1 if reason is None else 2)
    assert all(reason is None or reason.encode() in row["payload"] for row in told)


async def test_what_was_held_is_captured_and_refunded_without_a_proof(house: House) -> None:
    card, citizen, household = await house.citizen(5_000)
    payment = (await house.hold(card, 2_000)).json()["payment_id"]
    made = sale(house, card, household, (payment, 2_000))
    await deliver(house, made)
    assert await house.balance(citizen) == (3_000, 0)
    assert made.tenders == [Tender(kind="wallet", payment_id=UUID(payment), amount=2_000)]
    refund = {"amount": 500, "reason": "goods returned"}
    back = await house.client.post(f"/v1/payments/{payment}/refunds", json=refund, headers=house.terminal())
    assert back.status_code == 201
    assert await house.balance(citizen) == (3_500, 0)
