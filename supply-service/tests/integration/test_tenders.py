"""Sales that the holder's wallet pays a part of: the hold is checked, used once, and told of."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from chassis.ids import new_id
from contracts.payment import PaymentAuthorized, PaymentCaptured, PaymentFailed, PaymentVoided
from contracts.supply import TenderRedeemed

from ..support import NOON, Holder, Supply, Till, bread, goods
from .test_reversals import reverse

ALLOWANCE = 5000  # of a household of one
OIL = 3000
SUGAR = 1260
MILK = 2550


async def hold(supply: Supply, till: Till, holder: Holder, amount: int, **change: Any) -> UUID:
    """A hold on the holder's wallet, as payments tell of it."""
    payment_id = new_id()
    told: dict[str, Any] = {
        "payment_id": payment_id,
        "wallet_id": new_id(),
        "citizen_id": new_id(),
        "household_id": holder.household_id,
        "card_id": holder.card_id,
        "merchant_id": till.outlet_id,
        "amount": amount,
        "reference": "till",
        "expires_at": supply.runtime.clock.now() + timedelta(minutes=5),
    }
    await supply.deliver(PaymentAuthorized(**told | change))
    return payment_id


def tender(payment_id: UUID, amount: int) -> dict[str, Any]:
    return {"kind": "wallet", "payment_id": str(payment_id), "amount": amount}


BASKET = (goods("oil", 1), goods("sugar", 1), goods("milk_powder_125g", 1))
BEYOND = OIL + SUGAR + MILK - ALLOWANCE


async def test_part_allowance_part_wallet_and_both_come_back(supply: Supply) -> None:
    till, holder = await supply.till("grocer"), await supply.holder(members=1)
    short = await supply.sell(till, holder, *BASKET)
    assert short.json()["code"] == "allowance_exceeded"
    payment_id = await hold(supply, till, holder, BEYOND)
    tenders = [tender(payment_id, BEYOND)]
    reply = await supply.sell(till, holder, *BASKET, tenders=tenders, expected_amount=ALLOWANCE + BEYOND)
    assert reply.status_code == 201, reply.text
    sale = reply.json()
    assert sale["tenders"] == tenders
    assert [(line["amount"], line.get("wallet", 0)) for line in sale["lines"]] == [
        (OIL, 0),
        (SUGAR, 0),
        (ALLOWANCE - OIL - SUGAR, BEYOND),
    ]
    assert f"من المحفظة: {BEYOND // 100}.{BEYOND % 100:02d} جنيه" in sale["receipt_lines_ar"]
    assert (await supply.left(holder, till))["goods"] == 0
    assert orjson.loads((await supply.events(TenderRedeemed))[-1][1])["tenders"] == tenders
    path = f"/v1/redemptions/{sale['redemption_id']}"
    assert (await supply.client.get(path, headers=till.headers())).json()["tenders"] == tenders
    back = await reverse(supply, till, sale["redemption_id"])
    assert back.json()["tenders"] == tenders
    assert (await supply.left(holder, till))["goods"] == ALLOWANCE
    told = await supply.fetch("SELECT payload FROM outbox WHERE type LIKE '%.TenderReversed.v1' ORDER BY id DESC")
    assert orjson.loads(told[0]["payload"])["tenders"] == tenders
    again = await supply.sell(till, holder, *BASKET, tenders=tenders)
    assert again.json()["code"] == "hold_mismatch"


async def test_a_repeat_gets_the_first_answer(supply: Supply) -> None:
    till, holder = await supply.till("grocer"), await supply.holder(members=1)
    tenders = [tender(await hold(supply, till, holder, BEYOND), BEYOND)]
    same = [supply.sell(till, holder, *BASKET, tenders=tenders, key="one-sale") for _ in range(8)]
    replies = await asyncio.gather(*same)
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.content for reply in replies}) == 1
    supply.at(NOON + timedelta(minutes=30))  # the hold has run out, the sale stands
    late = await supply.sell(till, holder, *BASKET, tenders=tenders, key="one-sale")
    assert (late.content, late.headers["Idempotency-Replayed"]) == (replies[0].content, "true")


async def test_one_hold_pays_for_one_sale(supply: Supply) -> None:
    till, holder = await supply.till("grocer"), await supply.holder(members=1)
    assert (await supply.sell(till, holder, goods("oil", 1), goods("tea_40g", 4))).status_code == 201  # all gone
    tenders = [tender(await hold(supply, till, holder, SUGAR), SUGAR)]
    replies = await asyncio.gather(
        *(supply.sell(till, holder, goods("sugar", 1), tenders=tenders, key=f"sale-{n}") for n in range(6))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409, 409]
    codes = {reply.json()["code"] for reply in replies if reply.status_code == 409}
    assert codes <= {"hold_mismatch", "item_limit_exceeded"}


async def test_holds_that_do_not_fit(supply: Supply) -> None:
    till, holder, other = await supply.till("grocer"), await supply.holder(members=1), await supply.holder(members=1)
    elsewhere = await supply.till("grocer")

    async def refusal(payment_id: UUID, amount: int = BEYOND) -> str:
        reply = await supply.sell(till, holder, *BASKET, tenders=[tender(payment_id, amount)])
        assert reply.status_code == 409, reply.text
        assert reply.json()["title_ar"]
        return str(reply.json()["code"])

    unknown = await supply.sell(till, holder, *BASKET, tenders=[tender(new_id(), BEYOND)])
    assert (unknown.json()["code"], unknown.headers["Retry-After"]) == ("hold_unknown", "1")
    assert await refusal(await hold(supply, till, other, BEYOND)) == "hold_mismatch"
    assert await refusal(await hold(supply, elsewhere, holder, BEYOND)) == "hold_mismatch"
    assert await refusal(await hold(supply, till, holder, BEYOND + 1)) == "hold_mismatch"
    assert await refusal(await hold(supply, till, holder, BEYOND + 1), BEYOND + 1) == "hold_mismatch"
    assert await refusal(await hold(supply, till, holder, BEYOND - 1), BEYOND - 1) == "allowance_exceeded"
    soon = supply.runtime.clock.now() + timedelta(seconds=10)
    assert await refusal(await hold(supply, till, holder, BEYOND, expires_at=soon)) == "hold_expired"
    voided = await hold(supply, till, holder, BEYOND)
    await supply.deliver(
        PaymentVoided(payment_id=voided, household_id=holder.household_id, amount=BEYOND, reason="voided")
    )
    assert await refusal(voided) == "hold_expired"
    captured = await hold(supply, till, holder, BEYOND)
    parties = {"wallet_id": new_id(), "citizen_id": new_id(), "household_id": holder.household_id}
    await supply.deliver(
        PaymentCaptured(
            payment_id=captured, card_id=holder.card_id, merchant_id=till.outlet_id, amount=BEYOND, reference="x",
            **parties,
        )
    )  # fmt: skip
    assert await refusal(captured) == "hold_mismatch"
    assert (await supply.left(holder, till))["goods"] == ALLOWANCE


@pytest.mark.parametrize("lines", [(bread(5),), (goods("tea_40g", 1),)])
async def test_a_wallet_pays_only_for_goods_beyond_the_allowance(supply: Supply, lines: tuple[Any, ...]) -> None:
    till = await supply.till("bakery" if lines[0]["programme"] == "bread" else "grocer")
    holder = await supply.holder(members=1)
    tenders = [tender(await hold(supply, till, holder, 100), 100)]
    reply = await supply.sell(till, holder, *lines, tenders=tenders)
    assert (reply.status_code, reply.json()["code"], reply.json()["due"]) == (409, "hold_mismatch", 0)


async def test_one_hold_is_named_once(supply: Supply) -> None:
    till, holder = await supply.till("grocer"), await supply.holder(members=1)
    twice = [tender(new_id(), 1)] * 2
    assert (await supply.sell(till, holder, *BASKET, tenders=twice)).status_code == 422


async def test_what_the_wallet_did_not_pay_after_all_is_kept(supply: Supply) -> None:
    till, holder = await supply.till("grocer"), await supply.holder(members=1)
    payment_id = await hold(supply, till, holder, BEYOND)
    assert (await supply.sell(till, holder, *BASKET, tenders=[tender(payment_id, BEYOND)])).status_code == 201
    failed = PaymentFailed(
        payment_id=payment_id, household_id=holder.household_id, card_id=holder.card_id, amount=BEYOND,
        reference="redemption:x", reason="insufficient_funds",
    )  # fmt: skip
    await supply.deliver(failed)
    rows = await supply.fetch("SELECT unpaid FROM tender WHERE payment_id = $1", payment_id)
    assert [row["unpaid"] for row in rows] == ["insufficient_funds"]
