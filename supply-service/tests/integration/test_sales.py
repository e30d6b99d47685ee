"""Sales at the counter, one after the other: what is given, what is refused, and in which words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chassis.ids import new_id
from contracts.card import CardBlocked, CardUnblocked

from ..support import NOON, Supply, bread, goods, told


async def test_bread_for_three_days_then_refused_in_arabic(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=1)
    reply = await supply.sell(till, holder, bread(15))
    assert reply.status_code == 201, reply.text
    sale = reply.json()
    assert sale["cash_due"] == 300
    assert sale["lines"][0]["days"] == ["2026-11-05", "2026-11-06", "2026-11-07"]
    assert {pot["programme"]: pot["remaining"] for pot in sale["remaining"]} == {
        "bread": 135,
        "goods": 5000,
        "bread_points": 0,
    }
    assert "15 رغيفاً" in sale["message_ar"]
    again = await supply.sell(till, holder, bread(5))
    assert (again.status_code, again.json()["code"]) == (409, "day_already_drawn")
    assert again.json()["detail_ar"] == "سبق صرف حصة هذا اليوم"
    assert again.json()["next_day"] == "2026-11-08"
    assert again.headers["content-type"] == "application/problem+json"
    supply.at(NOON + timedelta(days=3))
    assert (await supply.sell(till, holder, bread(5))).status_code == 201


async def test_all_lines_or_none(supply: Supply) -> None:
    shop, holder = await supply.till("grocer"), await supply.holder(members=1)
    refused = await supply.sell(shop, holder, goods("sugar", 1), goods("oil", 2))
    assert (refused.status_code, refused.json()["code"], refused.json()["left"]) == (409, "item_limit_exceeded", 1)
    assert (await supply.left(holder, shop))["goods"] == 5000
    sold = await supply.sell(shop, holder, goods("sugar", 1), goods("oil", 1), expected_amount=4260)
    assert sold.status_code == 201, sold.text
    assert [line["amount"] for line in sold.json()["lines"]] == [1260, 3000]
    assert (await supply.left(holder, shop))["goods"] == 740
    refused = await supply.sell(shop, holder, goods("tomato_sauce_300g", 1))
    assert refused.json()["code"] == "allowance_exceeded"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([bread(41)], "too_many_days"),
        ([goods("sugar", 1)], "wrong_outlet_kind"),
        ([{"programme": "bread", "item": "sugar", "quantity": 5}], "item_unknown"),
    ],
)
async def test_refusals_at_a_bakery(supply: Supply, lines: list[dict[str, object]], code: str) -> None:
    till, holder = await supply.till(), await supply.holder(members=4)
    reply = await supply.sell(till, holder, *lines)
    assert (reply.status_code, reply.json()["code"]) == (409, code)
    assert reply.json()["title_ar"]


async def test_cards_that_may_not_draw(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder()
    unknown = await supply.sell(till, new_id(), bread(5))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "card_unknown")
    elsewhere = await supply.till(governorate="01")
    assert (await supply.sell(elsewhere, holder, bread(5))).json()["code"] == "outside_governorate"
    without = await supply.holder(services=())
    assert (await supply.sell(till, without, bread(5))).json()["code"] == "supply_not_enabled"
    card = {"card_id": holder.card_id, "citizen_id": new_id(), "household_id": holder.household_id}
    await supply.deliver(CardBlocked(**card, reason="lost", blocked_at=NOON))
    assert (await supply.sell(till, holder, bread(5))).json()["code"] == "card_blocked"
    await supply.deliver(CardUnblocked(**card))
    assert (await supply.sell(till, holder, bread(5))).status_code == 201


async def test_a_clock_a_day_off_is_told_so(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder()
    late = (NOON - timedelta(days=1)).isoformat()
    reply = await supply.sell(till, holder, bread(5), occurred_at=late)
    assert (reply.status_code, reply.json()["code"]) == (422, "terminal_clock_skew")
    assert reply.json()["server_time"].startswith("2026-11-05T10:00")
    assert (await supply.sell(till, holder, bread(5), occurred_at=NOON.isoformat())).status_code == 201


async def test_points_for_loaves_not_drawn_last_month(supply: Supply) -> None:
    till, shop = await supply.till(), await supply.till("grocer")
    holder = await supply.holder(members=2, activated_at=datetime(2026, 11, 21, 8, tzinfo=UTC))
    supply.at(datetime(2026, 11, 22, 10, tzinfo=UTC))
    assert (await supply.sell(till, holder, bread(10))).status_code == 201
    assert (await supply.left(holder, shop))["bread"] == 90
    supply.at(datetime(2026, 12, 2, 10, tzinfo=UTC))
    assert await supply.left(holder, shop) == {"bread": 310, "goods": 10000, "bread_points": 900}
    sold = await supply.sell(shop, holder, goods("salt_300g", 2, "bread_points"))
    assert sold.status_code == 201, sold.text
    assert (await supply.left(holder, shop))["bread_points"] == 650
    credited = await supply.fetch("SELECT payload FROM outbox WHERE type LIKE '%BreadPointsCredited%'")
    assert b'"loaves":90' in credited[-1]["payload"]


async def test_a_change_of_size_counts_from_the_next_month(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=1)
    assert (await supply.sell(till, holder, bread(5))).status_code == 201
    grown = told(holder.household_id, {"2020-01": 1, "2026-12": 5}, revision=2)
    await supply.deliver(grown, told(holder.household_id, {"2020-01": 9}, revision=1))
    assert (await supply.left(holder, till))["goods"] == 5000
    supply.at(datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert (await supply.left(holder, till))["goods"] == 22500


async def test_a_sale_is_read_back_by_its_own_outlet_only(supply: Supply) -> None:
    till, other, holder = await supply.till(), await supply.till(), await supply.holder()
    sale = (await supply.sell(till, holder, bread(15))).json()
    path = f"/v1/redemptions/{sale['redemption_id']}"
    record = (await supply.client.get(path, headers=till.headers())).json()
    assert record["lines"] == sale["lines"]
    assert record["reversal"] is None
    assert (await supply.client.get(path, headers=other.headers())).status_code == 404
    assert (await supply.admin("GET", path, "redemptions:read")).json()["terminal_id"] == str(till.terminal_id)


async def test_entitlements_of_an_untouched_month(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=4)
    reply = (await supply.admin("GET", f"/v1/entitlements/{holder.card_id}", "entitlements:read")).json()
    assert reply["bread"] == {
        "daily_loaves": 20,
        "drawn_days": [],
        "drawn_today": False,
        "days_allowed": 2,
        "left_today": 0,
        "loaf_price": 20,
    }
    assert {"group": "sugar", "units": 4, "units_left": 4} in reply["limits"]
    assert not await supply.fetch("SELECT 1 FROM pot WHERE household_id = $1", holder.household_id)
    assert (await supply.client.get(f"/v1/entitlements/{new_id()}", headers=till.headers())).status_code == 404


async def test_a_terminal_sees_what_a_sale_at_its_outlet_needs(supply: Supply) -> None:
    bakery, grocer, holder = await supply.till("bakery"), await supply.till("grocer"), await supply.holder(members=4)
    assert (await supply.sell(bakery, holder, bread(20))).status_code == 201
    path = f"/v1/entitlements/{holder.card_id}"
    whole = (await supply.admin("GET", path, "entitlements:read")).json()
    assert (whole["members"], len(whole["bread"]["drawn_days"])) == (4, 1)
    at_bakery = (await supply.client.get(path, headers=bakery.headers())).json()
    at_grocer = (await supply.client.get(path, headers=grocer.headers())).json()
    for seen in (at_bakery, at_grocer):
        assert (seen["household_id"], seen["members"], seen["owed"]) == (None, None, {})
    assert {pot["programme"] for pot in at_bakery["pots"]} == {"bread"}
    assert (at_bakery["bread"]["drawn_days"], at_bakery["bread"]["drawn_today"]) == ([], True)
    assert at_bakery["limits"] == []
    assert {pot["programme"] for pot in at_grocer["pots"]} == {"goods", "bread_points"}
    assert at_grocer["bread"] is None
    assert at_grocer["limits"] == whole["limits"]
