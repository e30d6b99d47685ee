"""Baskets at the counter: the difference in cash, a day's bread in parts, a sale of last night taken back."""

from __future__ import annotations

from datetime import UTC, datetime

from ..support import NOON, Supply, bread, goods
from .test_days import TODAY, TOMORROW, close, figures
from .test_reversals import reverse
from .test_settlements import bakery, settled, totals

BASKET = (goods("oil", 1), goods("sugar", 1), goods("rice", 1))


async def test_cash_for_the_difference(supply: Supply) -> None:
    """3.6: 55.20 on an allowance of 50: the pot pays 50 and the holder 5.20; the outlet is reimbursed 50."""
    shop, holder = await supply.till("grocer"), await supply.holder(members=1)
    refused = await supply.sell(shop, holder, *BASKET)
    assert (refused.status_code, refused.json()["code"]) == (409, "allowance_exceeded")
    other = await supply.sell(shop, holder, *BASKET, cash=500)
    assert (other.status_code, other.json()["code"]) == (409, "allowance_exceeded")
    reply = await supply.sell(shop, holder, *BASKET, cash=520)
    assert reply.status_code == 201, reply.text
    sold = reply.json()
    assert (sold["cash_due"], sum(line["amount"] for line in sold["lines"])) == (520, 5000)
    assert sold["lines"][-1]["cash"] == 520
    assert "المطلوب نقداً فرق السلع 5.20 جنيه" in sold["message_ar"]
    assert "EGP 5.20 for the difference are to be paid in cash" in sold["message_en"]
    assert sold["receipt_lines_ar"][-3:] == [
        "من رصيد السلع: 50.00 جنيه", "فرق السلع نقداً: 5.20 جنيه", "المطلوب نقداً: 5.20 جنيه",
    ]  # fmt: skip
    assert (await supply.left(holder, shop))["goods"] == 0
    assert figures(await close(supply, shop, TODAY)) == (1, 0, 0, 5000, 520)
    assert (await settled(supply, shop, TODAY))["amount"] == 5000
    found = await totals(supply, shop, TODAY)
    assert {found[name]["goods_amount"] for name in ("sales", "entries", "counted", "settled")} == {5000}


async def test_the_cash_goes_back_with_the_sale(supply: Supply) -> None:
    shop, holder = await supply.till("grocer"), await supply.holder(members=1)
    sold = (await supply.sell(shop, holder, *BASKET, cash=520)).json()
    undone = await reverse(supply, shop, sold["redemption_id"])
    assert (undone.status_code, undone.json()["cash_returned"]) == (201, 520)
    assert figures(await close(supply, shop, TODAY)) == (1, 1, 0, 0, 0)


async def test_cash_that_is_not_due_is_refused(supply: Supply) -> None:
    shop, holder = await supply.till("grocer"), await supply.holder(members=2)
    reply = await supply.sell(shop, holder, *BASKET, cash=520)
    assert (reply.status_code, reply.json()["code"], reply.json()["due"]) == (409, "cash_mismatch", 0)


async def test_a_days_bread_in_parts_and_what_the_receipt_promises(supply: Supply) -> None:
    """2.15: 7 of 20, then 13; four days of the month are over and their loaves become points."""
    till, holder = await supply.till(), await supply.holder(members=4)
    first = (await supply.sell(till, holder, bread(7))).json()
    assert "513" in first["message_ar"]
    assert first["message_en"].endswith("Remaining: bread 513 loaves, 80 loaves become points")
    today = (await supply.client.get(f"/v1/entitlements/{holder.card_id}", headers=till.headers())).json()["bread"]
    assert (today["drawn_today"], today["days_allowed"], today["left_today"]) == (True, 0, 13)
    refused = await supply.sell(till, holder, bread(14))
    assert (refused.status_code, refused.json()["left_today"]) == (409, 13)
    second = await supply.sell(till, holder, bread(13))
    assert second.status_code == 201, second.text
    assert (await reverse(supply, till, first["redemption_id"])).status_code == 201
    again = await supply.sell(till, holder, bread(7))
    assert again.status_code == 201, again.text
    assert (await supply.sell(till, holder, bread(1))).json()["code"] == "day_already_drawn"


async def test_a_sale_of_last_night_is_taken_back(supply: Supply) -> None:
    """2.19: sold at 23:50, reversed at 00:10; it belongs to the day of the sale, at that day's rate."""
    till, holder = await bakery(supply), await supply.holder(members=1)
    supply.at(datetime(2026, 11, 5, 21, 50, tzinfo=UTC))
    sold = (await supply.sell(till, holder, bread(5))).json()
    await close(supply, till, TODAY)
    supply.at(datetime(2026, 11, 5, 22, 10, tzinfo=UTC))
    undone = await reverse(supply, till, sold["redemption_id"])
    assert (undone.status_code, undone.json()["business_day"]) == (201, TODAY)
    following = await close(supply, till, TOMORROW)
    assert [(part["sold_on"], part["reversals"], part["loaves"]) for part in following["late"]] == [(TODAY, 1, -5)]
    amounts = [(await settled(supply, till, day))["amount"] for day in (TODAY, TOMORROW)]
    assert sum(amounts) == 0
    supply.at(NOON)


async def test_a_line_is_taken_back_once_and_told(supply: Supply) -> None:
    shop, holder = await supply.till("grocer"), await supply.holder(members=1)
    sold = (await supply.sell(shop, holder, *BASKET, cash=520)).json()
    path = f"/v1/redemptions/{sold['redemption_id']}/reversal"
    headers = shop.headers()
    body = {"reason": "damaged", "lines": [2]}
    reply = await supply.client.post(path, json=body, headers=headers)
    assert (reply.status_code, reply.json()["cash_returned"], reply.json()["lines"]) == (201, 520, [2])
    assert (await supply.client.post(path, json=body, headers=headers)).content == reply.content
    assert (await supply.left(holder, shop))["goods"] == 740  # what the pot had paid of the rice
    again = await reverse(supply, shop, sold["redemption_id"])
    assert (again.status_code, again.json()["code"]) == (409, "already_reversed")
    assert figures(await close(supply, shop, TODAY)) == (1, 1, 0, 4260, 0)
    found = await totals(supply, shop, TODAY)
    assert {found[name]["goods_amount"] for name in ("sales", "entries", "counted", "settled")} == {4260}
