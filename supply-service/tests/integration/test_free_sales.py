"""Sales at the free price: anybody's, for cash, of no pot; in the day's figures and the bakery's flour."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from chassis.testing import check_pages
from policybook.testing import published, row_for

from ..support import NOON, Supply, Till, bread
from .test_days import close
from .test_sacks import balance, deliver
from .test_settlements import totals

DECEMBER = datetime(2026, 12, 5, 10, 0, tzinfo=UTC)
DAY = "2026-12-05"


@pytest.fixture(scope="module", autouse=True)
async def _priced(supply: Supply) -> None:
    """The ministry has set prices from December on."""
    supply.at(NOON)
    for item, price in (("loaf", 150), ("sugar_free", 2700)):
        scope = {"programme": "free", "item": item}
        row = row_for(date(2026, 12, 1), None, key="supply.price", scope=scope, value=price, on_record=False)
        await published(supply.client, supply.issuer, "supply", "/v1/policies", row)
    await supply.catch_up()


async def sell(supply: Supply, till: Till, item: str, quantity: int, key: str | None = None) -> httpx.Response:
    body = {"lines": [{"item": item, "quantity": quantity}]}
    return await supply.client.post("/v1/free-sales", json=body, headers=till.headers(key))


async def take_back(supply: Supply, till: Till, sale: dict[str, Any]) -> httpx.Response:
    path = f"/v1/free-sales/{sale['free_sale_id']}/reversal"
    return await supply.client.post(path, json={"reason": "customer_left"}, headers=till.headers())


async def day_of(supply: Supply, till: Till) -> dict[str, Any]:
    path = f"/v1/outlets/{till.outlet_id}/days/{DAY}"
    found: dict[str, Any] = (await supply.client.get(path, headers=till.headers())).json()
    return found


async def test_anybody_buys_bread(supply: Supply) -> None:
    """3.20: 10 loaves, 15.00 in cash; no pot moves, nothing is reimbursed, and the flour is counted."""
    supply.at(DECEMBER)
    till, holder = await supply.till(), await supply.holder(members=4)
    assert (await deliver(supply, till, 1, DAY)).status_code == 201
    assert (await supply.sell(till, holder, bread(20))).status_code == 201
    left = await supply.left(holder, till)
    key = str(new_id())
    sold = await sell(supply, till, "loaf", 10, key)
    assert sold.status_code == 201, sold.text
    assert sold.json()["lines"] == [{"item": "loaf", "quantity": 10, "price": 150, "amount": 1500}]
    again = await sell(supply, till, "loaf", 10, key)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (sold.json(), "true")
    other = (await sell(supply, till, "loaf", 7)).json()
    assert (await take_back(supply, till, other)).json()["reason"] == "customer_left"
    assert await supply.left(holder, till) == left
    free = {"sales": 2, "reversals": 1, "loaves": 10, "amount": 1500}
    so_far = await day_of(supply, till)
    assert (so_far["free"], so_far["loaves"], so_far["cash_amount"]) == (free, 20, 400)
    closed = await close(supply, till, DAY)
    assert (closed["free"], closed["loaves"], closed["cash_amount"]) == (free, 20, 400)
    summed = await totals(supply, till, DAY)
    assert (summed["free_loaves"], summed["free_amount"], summed["settled"]["loaves"]) == (10, 1500, 0)
    assert (summed["sales"]["loaves"], summed["counted"]["loaves"]) == (20, 20)
    assert await balance(supply, till, DAY, DAY) == {
        "sacks": 1, "expected": 725, "sold": 30, "missing": 695, "allowed": 14, "flagged": True,
    }  # fmt: skip
    await supply.audit()


async def test_an_outlet_that_sold_to_nobody_with_a_card_is_in_the_totals(supply: Supply) -> None:
    supply.at(DECEMBER)
    till = await supply.till("grocer")
    assert (await sell(supply, till, "sugar_free", 2)).json()["amount"] == 5400
    summed = await totals(supply, till, DAY)
    assert (summed["free_amount"], summed["sales"]["cash_amount"]) == (5400, 0)


@pytest.mark.parametrize(
    ("kind", "item", "status", "code"),
    [
        ("bakery", "sugar_free", 409, "wrong_outlet_kind"),
        ("grocer", "loaf", 409, "wrong_outlet_kind"),
        ("grocer", "rice", 409, "free_price_unknown"),
        ("grocer", "caviar", 409, "item_unknown"),
    ],
)
async def test_what_nobody_buys(supply: Supply, kind: str, item: str, status: int, code: str) -> None:
    supply.at(DECEMBER)
    refused = await sell(supply, await supply.till(kind), item, 1)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["title_ar"]


async def test_before_a_price_is_set_nothing_is_sold(supply: Supply) -> None:
    supply.at(NOON)
    refused = await sell(supply, await supply.till(), "loaf", 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "free_price_unknown")


async def test_a_sale_is_taken_back_once_by_its_outlet_on_its_day(supply: Supply) -> None:
    supply.at(DECEMBER)
    till, other = await supply.till(), await supply.till()
    first, second = [(await sell(supply, till, "loaf", 5)).json() for _ in range(2)]
    for refused, status, code in (
        (await take_back(supply, other, first), 404, "redemption_unknown"),
        (await take_back(supply, till, {"free_sale_id": str(new_id())}), 404, "redemption_unknown"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await take_back(supply, till, first)).status_code == 201
    twice = await take_back(supply, till, first)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_reversed")
    supply.at(DECEMBER + timedelta(days=1))
    late = await take_back(supply, till, second)
    assert (late.status_code, late.json()["code"]) == (409, "reversal_too_late")


async def test_who_sees_them(supply: Supply) -> None:
    supply.at(DECEMBER)
    till, other = await supply.till(), await supply.till()
    for _ in range(3):
        await sell(supply, till, "loaf", 1)
    await sell(supply, other, "loaf", 1)
    own = await check_pages(supply.client, till.headers(), f"/v1/free-sales?day={DAY}", 3)
    assert {sale["outlet_id"] for sale in own} == {str(till.outlet_id)}
    inspector = supply.issuer.headers("inspector", "redemptions:read")
    path = f"/v1/free-sales?day={DAY}&outlet_id={other.outlet_id}"
    assert len((await supply.client.get(path, headers=inspector)).json()["items"]) == 1


async def test_the_catalogue_says_the_price(supply: Supply) -> None:
    supply.at(DECEMBER)
    reply = (await supply.admin("GET", "/v1/catalogue", "catalogue:read")).json()
    prices = {item["item"]: (item["free_price"], item["prices"].get("goods")) for item in reply["items"]}
    assert (prices["loaf"], prices["sugar_free"], prices["sugar"]) == ((150, None), (2700, 2700), (None, 1260))
    assert all("free" not in item["prices"] for item in reply["items"])
