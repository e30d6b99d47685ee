"""Support as cash, end to end in this service: entered, opened, told once, and refused where nobody would give it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from approvals.testing import decide
from contracts.supply import CashSupportDue

from ..support import Holder, Supply, bread, goods, simulated, told

NEW_YEAR = datetime(2027, 1, 1, 8, tzinfo=UTC)
ROW: dict[str, Any] = {
    "key": "supply.support_mode",
    "scope": {"programme": "goods", "category": "a"},
    "value": "cash",
    "effective_from": "2027-01-01",
    "legal_reference": "a decision of this test",
    "source": "none",
}


async def switch(supply: Supply, **change: Any) -> None:
    """Goods of category a are cash from 1 January 2027 on, by two persons."""
    made = await supply.admin("POST", "/v1/policies", "policies:write", json=ROW | change)
    assert made.status_code == 201, made.text
    await simulated(supply)
    await decide(supply.client, supply.issuer, "supply", made.json()["policy_id"], "policies:approve")
    await supply.catch_up()


async def listed(supply: Supply, holder: Holder, category: str = "a") -> None:
    await supply.runtime.pool.execute(
        "INSERT INTO listed_household (household_id, kind, name, since) VALUES ($1, 'category', $2, '2026-12-01')",
        holder.household_id, category,
    )  # fmt: skip


async def due(supply: Supply, holder: Holder) -> list[dict[str, Any]]:
    """What was told to be paid to a household."""
    told_of = [orjson.loads(payload) for _, payload in await supply.events(CashSupportDue)]
    return [one for one in told_of if one["household_id"] == str(holder.household_id)]


async def test_goods_as_cash_are_told_once_with_the_month(supply: Supply) -> None:
    """3.9: category A, cash from 1 January 2027, four members: goods pot 0, payout 200."""
    await switch(supply)
    holder, other = await supply.holder(4), await supply.holder(4)
    await listed(supply, holder)
    bakery, shop = await supply.till(), await supply.till("grocer")
    supply.at(NEW_YEAR)
    for _ in range(2):
        assert (await supply.sell(bakery, holder, bread(20))).status_code in {201, 409}
    assert (await supply.sell(bakery, other, bread(20))).status_code == 201
    (only,) = await due(supply, holder)
    assert (only["programme"], only["period"], only["amount"], only["members"]) == ("goods", "2027-01-01", 20000, 4)
    assert not await due(supply, other)
    assert (await supply.left(holder, bakery))["goods"] == 0
    refused = await supply.sell(shop, holder, goods("sugar", 1), cash=1260)
    assert (refused.status_code, refused.json()["code"]) == (409, "programme_closed")
    seen = (await supply.admin("GET", f"/v1/entitlements/{holder.card_id}", "entitlements:read")).json()
    assert seen["cash"] == [{"programme": "goods", "period": "2027-01-01", "amount": 20000}]
    terminal = await supply.client.get(f"/v1/entitlements/{holder.card_id}", headers=shop.headers())
    assert terminal.json()["cash"] == []
    await supply.deliver(told(holder.household_id, {"2020-01": 4, "2027-01": 5}, revision=2))
    amounts = [one["amount"] for one in await due(supply, holder)]
    assert amounts == [20000, 2500], "who was heard of late is paid, too"
    assert len({UUID(one["due_id"]) for one in await due(supply, holder)}) == 2
    await supply.audit()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"value": "restricted"}, "mode_not_kept"),
        ({"scope": {"programme": "bread_points"}}, "mode_not_kept"),
        ({"scope": {"category": "a"}}, "mode_not_kept"),
        ({"scope": {"programme": "bread", "category": "a"}}, "policy_unusable"),
        ({"effective_from": "2027-01-15"}, "policy_unusable"),
    ],
    ids=["restricted", "points", "no programme", "bread without its figure", "not on a 1st"],
)
async def test_what_nobody_would_give_is_refused_at_entry(supply: Supply, change: dict[str, Any], code: str) -> None:
    reply = await supply.admin("POST", "/v1/policies", "policies:write", json=ROW | change)
    assert (reply.status_code, reply.json()["code"]) == (422, code), reply.text
