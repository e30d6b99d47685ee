"""A lost card: its code draws the bread of the day out of the household's pot, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.holder_proofs.form import Kind, Purpose
from chassis.ids import new_id
from chassis.testing_proofs import PROVER
from contracts.card import CardBlocked, CardClosed, CardReplaced, CardUnblocked, ProgrammeService

from ..support import NOON, Holder, Supply, Till, bread, goods
from .test_tenders import hold, tender

PURPOSE: Purpose = "bread"
KIND: Kind = "bread_code"


async def lost(supply: Supply, members: int = 4) -> Holder:
    holder = await supply.holder(members=members)
    await supply.deliver(CardBlocked(**whose(holder), reason="lost", blocked_at=supply.runtime.clock.now()))
    return holder


def whose(holder: Holder) -> dict[str, UUID]:
    return {"card_id": holder.card_id, "citizen_id": new_id(), "household_id": holder.household_id}


def by_code(till: Till, holder: Holder, **changed: Any) -> str:
    """What card-service gives a terminal for a right code."""
    return PROVER.proof(holder.card_id, till.terminal_id, purpose=PURPOSE, kind=KIND, **changed)


async def test_3_5_a_family_of_4_draws_20_loaves_by_the_code(supply: Supply) -> None:
    till, holder = await supply.till(), await lost(supply)
    refused = await supply.sell(till, holder, bread(20))
    assert (refused.status_code, refused.json()["code"]) == (409, "card_blocked")
    other = await supply.sell(till, holder, bread(20), holder_proof=supply.proof(till, holder.card_id))
    assert other.json()["code"] == "card_blocked", "a PIN's proof does not stand for the card"
    sold = await supply.sell(till, holder, bread(20), holder_proof=by_code(till, holder))
    assert sold.status_code == 201, sold.text
    sale = sold.json()
    assert (sale["cash_due"], sale["lines"][0]["days"]) == (400, [sale["business_day"]])
    assert (await supply.left(holder, till))["bread"] == 30 * 20 - 20
    found = await supply.client.get(f"/v1/redemptions/{sale['redemption_id']}", headers=till.headers())
    assert found.json()["presence"] == "bread_code"
    again = await supply.sell(till, holder, bread(20), holder_proof=by_code(till, holder))
    assert again.json()["code"] == "day_already_drawn"
    supply.at(supply.runtime.clock.now() + timedelta(days=1))
    tomorrow = await supply.sell(till, holder, bread(20), holder_proof=by_code(till, holder))
    assert tomorrow.status_code == 201


@pytest.mark.parametrize(
    ("kind", "wanted", "allowed"),
    [
        ("bakery", [bread(21)], 20),
        ("bakery", [bread(40)], 20),
        ("grocer", [goods("oil_700ml", 1)], 0),
        ("grocer", [goods("sugar", 1)], 0),
    ],
    ids=["more_than_a_day", "two_days", "oil", "sugar"],
)
async def test_more_than_the_bread_of_the_day_is_refused(
    supply: Supply, kind: str, wanted: list[Any], allowed: int
) -> None:
    till, holder = await supply.till(kind), await lost(supply)
    refused = await supply.sell(till, holder, *wanted, holder_proof=by_code(till, holder))
    assert (refused.status_code, refused.json()["code"]) == (409, "bread_code_for_bread_only"), refused.text
    assert (refused.json()["allowed_loaves"], bool(refused.json()["title_ar"])) == (allowed, True)


async def test_a_wallet_pays_nothing_by_the_code(supply: Supply) -> None:
    till, holder = await supply.till("grocer"), await supply.holder(members=1)
    tenders = [tender(await hold(supply, till, holder, 100), 100)]
    await supply.deliver(CardBlocked(**whose(holder), reason="lost", blocked_at=NOON))
    proof = by_code(till, holder)
    refused = await supply.sell(till, holder, goods("sugar", 1), tenders=tenders, holder_proof=proof)
    assert refused.json()["code"] == "bread_code_for_bread_only"


async def test_a_proof_by_the_code_permits_one_draw_at_one_terminal(supply: Supply) -> None:
    till, other, holder = await supply.till(), await supply.till(), await lost(supply)
    elsewhere = await supply.sell(other, holder, bread(5), holder_proof=by_code(till, holder))
    assert (elsewhere.json()["code"], elsewhere.json()["mismatch"]) == ("holder_proof_invalid", "terminal")
    dear = await supply.sell(till, holder, bread(5), holder_proof=by_code(till, holder, max_amount=99))
    assert dear.json()["mismatch"] == "amount"
    stranger = await lost(supply)
    wrong = await supply.sell(till, stranger, bread(5), holder_proof=by_code(till, holder))
    assert wrong.json()["mismatch"] == "card"
    proof = by_code(till, holder)
    assert (await supply.sell(till, holder, bread(5), holder_proof=proof)).status_code == 201
    assert (await supply.sell(till, holder, bread(5), holder_proof=proof)).json()["code"] == "holder_proof_used"


async def test_what_is_closed_stays_closed_and_pots_are_kept_by_the_new_card(supply: Supply) -> None:
    till, holder = await supply.till(), await lost(supply)
    assert (await supply.sell(till, holder, bread(20), holder_proof=by_code(till, holder))).status_code == 201
    before = await supply.left(holder, till)
    new = Holder(new_id(), holder.household_id)
    await supply.deliver(
        CardReplaced(
            old_card_id=holder.card_id, new_card_id=new.card_id, citizen_id=new_id(),
            household_id=holder.household_id, governorate="03", services=[ProgrammeService.SUPPLY],
            replaced_at=supply.runtime.clock.now(),
        ),
        CardClosed(card_id=holder.card_id, household_id=holder.household_id, reason="replaced"),
    )  # fmt: skip
    assert await supply.left(new, till) == before, "a replacement keeps everything"
    supply.at(supply.runtime.clock.now() + timedelta(days=1))
    over = await supply.sell(till, holder, bread(20), holder_proof=by_code(till, holder))
    assert over.json()["code"] == "card_closed"
    assert (await supply.sell(till, new, bread(20))).status_code == 201


async def test_a_card_that_is_free_again_sells_as_any(supply: Supply) -> None:
    till, holder = await supply.till(), await lost(supply)
    await supply.deliver(CardUnblocked(**whose(holder)))
    assert (await supply.sell(till, holder, bread(40))).status_code == 201
