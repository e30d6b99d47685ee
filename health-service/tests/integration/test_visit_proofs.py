"""A visit needs the card's holder; what an emergency leaves owed is collected when the holder agrees."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.testing import eventually
from chassis.testing_proofs import prove
from contracts.card import CardBlocked, CardReplaced
from contracts.health import CopaymentDue

from ..support import HEALTH, NOON, Desk, Family, Health
from .test_emergencies import BEARER, review, told


async def test_a_cards_id_alone_is_no_visit(health: Health) -> None:
    """Truth 2.8."""
    desk, family = await health.desk(), await health.family()
    refused = await health.visit(desk, family, holder_proof=None)
    assert (refused.status_code, refused.json()["code"]) == (409, "holder_proof_required")
    for what, proof in {
        "another terminal's": prove(new_id(), family.card_id, 1_000, "visit"),
        "another card's": prove(desk.terminal_id, new_id(), 1_000, "visit"),
        "for less than the patient pays": prove(desk.terminal_id, family.card_id, 999, "visit"),
        "for a sale": prove(desk.terminal_id, family.card_id, 1_000, "sale"),
    }.items():
        refused = await health.visit(desk, family, holder_proof=proof)
        assert (refused.status_code, refused.json()["code"]) == (409, "holder_proof_invalid"), what
    over = prove(desk.terminal_id, family.card_id, 1_000, "visit", seconds=-1)
    assert (await health.visit(desk, family, holder_proof=over)).json()["code"] == "holder_proof_expired"
    assert not await health.fetch("SELECT FROM encounter WHERE card_id = $1", family.card_id)
    assert not await health.fetch("SELECT FROM cap_use WHERE patient_id = $1", family.head_id)
    child = prove(desk.terminal_id, family.card_id, 1_000, "visit")
    entered = await health.visit(desk, family, holder_proof=child, patient_id=str(family.child_id))
    assert (entered.status_code, entered.json()["copayment"]) == (201, 1_000), "for a child the card's holder proves"
    (due,) = await told(health, CopaymentDue, entered.json()["encounter_id"])
    assert due.holder_proof == child, "payment-service believes the same proof"


async def test_a_proof_permits_one_visit(health: Health) -> None:
    desk, family = await health.desk(), await health.family()
    proof = prove(desk.terminal_id, family.card_id, 1_000, "visit")
    replies = await asyncio.gather(*(health.visit(desk, family, holder_proof=proof) for _ in range(5)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409]
    assert {reply.json()["code"] for reply in replies if reply.status_code == 409} == {"holder_proof_used"}
    key = str(new_id())
    short = prove(desk.terminal_id, family.card_id, 1_000, "visit", seconds=1.9)
    first = await health.visit(desk, family, holder_proof=short, key=key)
    assert first.status_code == 201, first.text

    async def over() -> bool:
        used = await health.visit(desk, family, holder_proof=short)
        return bool(used.json()["code"] == "holder_proof_expired")

    await eventually(over)
    again = await health.visit(desk, family, holder_proof=short, key=key)
    assert (again.status_code, again.content) == (201, first.content), "a repeat needs no other proof"


async def emergency(health: Health, desk: Desk, family: Family, **more: Any) -> str:
    """An emergency of 6,000 pounds that was accepted; the patient owes 300."""
    reply = await health.visit(desk, family, "inpatient", 600_000, emergency=True, **more)
    assert reply.status_code == 201, reply.text
    visit = reply.json()["encounter_id"]
    assert (await review(health, visit))["copayment_state"] == "owed"
    return str(visit)


async def test_what_an_emergency_left_owed_is_collected_when_the_holder_agrees(health: Health) -> None:
    desk, family = await health.desk("hospital"), await health.family()
    waits = (await health.visit(desk, family, "inpatient", 600_000, emergency=True)).json()["encounter_id"]
    early = await health.collect(desk, waits, family.card_id)
    assert (early.status_code, early.json()["code"]) == (409, "nothing_to_collect"), "before anybody has looked at it"
    assert (await review(health, waits))["copayment_state"] == "owed"
    bare = await health.client.post(f"/v1/encounters/{waits}/collection", json={}, headers=desk.headers())
    assert (bare.status_code, bare.json()["code"]) == (409, "holder_proof_required")
    small = prove(desk.terminal_id, family.card_id, 29_999, "visit")
    assert (await health.collect(desk, waits, family.card_id, holder_proof=small)).json()[
        "code"
    ] == "holder_proof_invalid"
    assert not await told(health, CopaymentDue, waits)
    key = str(new_id())
    proof = prove(desk.terminal_id, family.card_id, 30_000, "visit")
    replies = [await health.collect(desk, waits, family.card_id, key=key, holder_proof=proof) for _ in range(2)]
    assert [reply.json()["copayment_state"] for reply in replies] == ["due", "due"]
    (due,) = await told(health, CopaymentDue, waits)
    assert (due.amount, due.card_id, due.citizen_id, due.holder_proof) == (
        30_000, family.card_id, family.head_id, proof,
    )  # fmt: skip
    assert (await health.collect(desk, waits, family.card_id)).json()["code"] == "nothing_to_collect"


async def test_a_replaced_card_of_the_household_pays_what_the_blocked_one_owes(health: Health) -> None:
    desk, family, stranger = await health.desk("hospital"), await health.family(), await health.family()
    card = {"citizen_id": family.head_id, "household_id": family.household_id}
    await health.deliver(CardBlocked(card_id=family.card_id, reason="lost", blocked_at=NOON, **card))
    visit = await emergency(health, desk, family, national_id=BEARER)
    other = await health.collect(desk, visit, stranger.card_id, card_id=str(stranger.card_id))
    assert (other.status_code, other.json()["code"]) == (404, "card_unknown"), "another household's"
    renewed = new_id()
    await health.deliver(
        CardReplaced(
            old_card_id=family.card_id, new_card_id=renewed, governorate="03", services=list(HEALTH),
            replaced_at=NOON + timedelta(minutes=1), **card,
        )
    )  # fmt: skip
    paid = await health.collect(desk, visit, renewed, card_id=str(renewed))
    assert (paid.status_code, paid.json()["copayment_state"]) == (200, "due"), paid.text
    (due,) = await told(health, CopaymentDue, visit)
    assert (due.card_id, due.citizen_id) == (renewed, family.head_id)


@pytest.mark.parametrize("proves", [False, True])
async def test_an_emergency_needs_no_proof_and_takes_nothing_with_one(health: Health, proves: bool) -> None:
    desk, family = await health.desk("hospital"), await health.family()
    more = {"holder_proof": prove(desk.terminal_id, family.card_id, 30_000, "visit")} if proves else {}
    visit = await emergency(health, desk, family, **more)
    assert not await told(health, CopaymentDue, visit)
