"""What a terminal's outlet sold: its own list, and the day's totals by terminal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chassis.testing import check_pages

from ..support import NOON, Supply, Till, bread
from .test_offline import Chain, upload
from .test_reversals import reverse
from .test_tenders import ALLOWANCE, BASKET, BEYOND, hold, tender

TODAY = "2026-11-05"


async def own(supply: Supply, till: Till, query: str = "") -> list[dict[str, Any]]:
    reply = await supply.client.get(f"/v1/redemptions{query}", headers=till.headers())
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.json()["items"]
    return items


async def test_the_newest_first_with_what_was_taken_back(supply: Supply) -> None:
    till, other = await supply.till(), await supply.till()
    holders = [await supply.holder(members=1) for _ in range(3)]
    sales = [(await supply.sell(till, holder, bread(5))).json() for holder in holders]
    await supply.sell(other, await supply.holder(members=1), bread(5))
    await reverse(supply, till, sales[0]["redemption_id"])
    listed = await own(supply, till)
    assert [sale["redemption_id"] for sale in listed] == [sale["redemption_id"] for sale in reversed(sales)]
    assert [sale["reversal"] and sale["reversal"]["reason"] for sale in listed] == [None, None, "wrong_goods"]
    assert {(sale["lines"][0]["quantity"], sale["cash_due"], sale["offline"]) for sale in listed} == {(5, 100, False)}
    assert not [sale for sale in listed if "card_id" in sale]
    assert await own(supply, till, "?day=2026-11-04") == []
    assert len(await own(supply, till, f"?day={TODAY}&terminal_id={till.terminal_id}")) == 3
    assert await own(supply, till, f"?terminal_id={other.terminal_id}") == []
    await check_pages(supply.client, till.headers(), "/v1/redemptions", 3)


async def test_a_late_sale_stands_in_the_list_of_its_own_day(supply: Supply) -> None:
    till, holder = await supply.till(), await supply.holder(members=1)
    late = Chain(till).sell(holder, bread(5))
    supply.at(NOON + timedelta(days=1))
    await upload(supply, till, [late])
    assert await own(supply, till) == []
    (sale,) = await own(supply, till, f"?day={TODAY}")
    assert (sale["offline"], sale["business_day"]) == (True, TODAY)


async def test_totals_by_terminal_tell_the_wallets_part(supply: Supply) -> None:
    till, holder = await supply.till("grocer"), await supply.holder(members=1)
    payment_id = await hold(supply, till, holder, BEYOND)
    sale = (await supply.sell(till, holder, *BASKET, tenders=[tender(payment_id, BEYOND)])).json()
    path = f"/v1/outlets/{till.outlet_id}/days/{TODAY}"

    async def of_terminal() -> tuple[int, int, int]:
        day = (await supply.client.get(path, headers=till.headers())).json()
        (one,) = day["terminals"]
        assert one["wallet_amount"] == day["wallet_amount"]
        return one["redemptions"], one["goods_amount"], one["wallet_amount"]

    assert await of_terminal() == (1, ALLOWANCE, BEYOND)
    assert (await own(supply, till))[0]["tenders"] == sale["tenders"]
    await reverse(supply, till, sale["redemption_id"])
    assert await of_terminal() == (1, 0, 0)


async def test_only_terminals_have_own_sales(supply: Supply) -> None:
    reply = await supply.admin("GET", "/v1/redemptions", "redemptions:read")
    assert (reply.status_code, reply.json()["code"]) == (403, "caller_kind_refused")
