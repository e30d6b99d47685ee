"""Sacks of flour delivered to bakeries, held against the loaves sold, and months that are followed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from chassis.metrics import BACKGROUND
from chassis.testing import check_pages
from supply_service.sacks import service

from ..support import NOON, Supply, Till, bread
from .test_reversals import reverse

MAY = datetime(2027, 5, 3, 10, 0, tzinfo=UTC)
WRITE = "flour-deliveries:write"


async def deliver(supply: Supply, till: Till, sacks: int, day: str = "2026-11-05", **more: Any) -> httpx.Response:
    body = {"outlet_id": str(till.outlet_id), "delivered_on": day, "sacks": sacks, "reference": str(new_id()), **more}
    return await supply.admin("POST", "/v1/flour-deliveries", WRITE, json=body)


async def balance(supply: Supply, till: Till, first: str = "2026-11-01", last: str = "2026-11-30") -> dict[str, Any]:
    path = f"/v1/flour-balances?first={first}&last={last}&outlet_id={till.outlet_id}"
    reply = await supply.admin("GET", path, "settlements:read")
    assert reply.status_code == 200, reply.text
    [found] = reply.json()["items"]
    assert found.pop("outlet_id") == str(till.outlet_id)
    return dict(found)


async def sold_loaves(supply: Supply, till: Till, loaves: int, day: str = "2026-11-05") -> None:
    """So many loaves in the books at once, as allowed of a dispute; thousands of households would buy them."""
    await supply.runtime.pool.execute(
        "INSERT INTO outlet_claim (claim_id, outlet_id, sold_on, loaves, goods_amount, allowed_at)"
        " VALUES ($1, $2, CAST($3::text AS date), $4, 0, now())",
        new_id(), till.outlet_id, day, loaves,
    )  # fmt: skip


async def test_sacks_are_held_against_loaves(supply: Supply) -> None:
    supply.at(NOON)
    till, holder = await supply.till(), await supply.holder(members=4)
    made = await deliver(supply, till, 20)
    assert made.status_code == 201, made.text
    assert (await supply.sell(till, holder, bread(20))).status_code == 201
    sale = (await supply.sell(till, await supply.holder(members=2), bread(10))).json()["redemption_id"]
    await sold_loaves(supply, till, 13_980)
    expected = {"sacks": 20, "expected": 14_500, "allowed": 290, "flagged": True}
    assert await balance(supply, till) == expected | {"sold": 14_010, "missing": 490}
    assert (await reverse(supply, till, sale)).status_code == 201
    assert await balance(supply, till) == expected | {"sold": 14_000, "missing": 500}
    path = f"/v1/flour-balances?first=2026-11-01&last=2026-11-04&outlet_id={till.outlet_id}"
    assert (await supply.admin("GET", path, WRITE)).json()["items"] == []
    withdrawal = f"/v1/flour-deliveries/{made.json()['delivery_id']}/withdrawal"
    gone = (await supply.admin("POST", withdrawal, WRITE, json={"reason": "another bakery's"})).json()
    assert (gone["withdrawn_by"], gone["withdrawal_reason"]) == ("ministry", "another bakery's")
    again = await supply.admin("POST", withdrawal, WRITE, json={"reason": "twice"})
    assert again.json() == gone
    assert (await balance(supply, till))["missing"] == -14_000


@pytest.mark.parametrize(
    ("kind", "change", "status", "code"),
    [
        ("grocer", {}, 409, "not_a_bakery"),
        ("bakery", {"day": "2026-11-06"}, 422, "flour_delivery_ahead"),
        ("bakery", {"outlet_id": str(new_id())}, 404, "outlet_unknown"),
        ("bakery", {"sacks": 0}, 422, "invalid_request"),
    ],
)
async def test_what_is_no_delivery(supply: Supply, kind: str, change: dict[str, Any], status: int, code: str) -> None:
    supply.at(NOON)
    refused = await deliver(supply, await supply.till(kind), **({"sacks": 1} | change))
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["title_ar"]


async def test_a_waybill_counts_once(supply: Supply) -> None:
    supply.at(NOON)
    till = await supply.till()
    first = await deliver(supply, till, 3, reference="waybill 1")
    twice = await deliver(supply, till, 3, reference="waybill 1")
    assert (twice.status_code, twice.json()["code"]) == (409, "flour_delivery_entered")
    path = f"/v1/flour-deliveries/{first.json()['delivery_id']}/withdrawal"
    await supply.admin("POST", path, WRITE, json={"reason": "four, not three"})
    assert (await deliver(supply, till, 4, reference="waybill 1")).status_code == 201
    assert (await deliver(supply, await supply.till(), 3, reference="waybill 1")).status_code == 201
    headers = supply.issuer.headers("ministry", WRITE)
    listed = await check_pages(supply.client, headers, f"/v1/flour-deliveries?outlet_id={till.outlet_id}", 2)
    assert [(one["sacks"], one["withdrawn_by"]) for one in listed] == [(3, "ministry"), (4, None)]


@pytest.mark.parametrize(("first", "last"), [("2026-11-02", "2026-11-01"), ("2026-01-01", "2026-11-01")])
async def test_a_balance_has_a_period(supply: Supply, first: str, last: str) -> None:
    refused = await supply.admin("GET", f"/v1/flour-balances?first={first}&last={last}", "settlements:read")
    assert (refused.status_code, refused.json()["code"]) == (422, "flour_period_invalid")


async def test_a_month_that_does_not_agree_is_found_once_and_followed(supply: Supply) -> None:
    supply.at(MAY)
    short, right, excess = [await supply.till() for _ in range(3)]
    for till, sacks, loaves in ((short, 20, 14_000), (right, 20, 14_400), (excess, 1, 800)):
        assert (await deliver(supply, till, sacks, "2027-04-19")).status_code == 201
        await sold_loaves(supply, till, loaves, "2027-04-19")
    await service.look(supply.runtime)  # sales made without a network may still come
    assert await supply.fetch("SELECT FROM flour_month WHERE month = '2027-04-01'") == []
    supply.at(MAY + timedelta(days=20))
    await service.look(supply.runtime)
    assert (await supply.fetch("SELECT bakeries FROM flour_month WHERE month = '2027-04-01'"))[0]["bakeries"] == 3
    await sold_loaves(supply, right, 5000, "2027-04-20")
    await service.look(supply.runtime)
    inspector = supply.issuer.headers("inspector", "disputes:write")
    found = await check_pages(supply.client, inspector, "/v1/flour-findings", 2)
    assert {(one["outlet_id"], one["month"], one["missing"]) for one in found} == {
        (str(short.outlet_id), "2027-04", 500),
        (str(excess.outlet_id), "2027-04", -75),
    }
    finding = next(one for one in found if one["missing"] == 500)
    path = f"/v1/flour-findings/{finding['finding_id']}/following"
    followed = await supply.admin("PUT", path, "disputes:write", json={"note": "asked for the books"})
    assert (followed.json()["followed_by"], followed.json()["note"]) == ("ministry", "asked for the books")
    path = f"/v1/flour-findings/{new_id()}/following"
    unknown = await supply.admin("PUT", path, "disputes:write", json={"note": "x"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "flour_finding_unknown")
    left = []
    for days in (13, 15):
        supply.at(MAY + timedelta(days=20 + days))
        left.append(await left_alone(supply))
    assert left == [0, 1], "the one that nobody follows, once its days are over"
    other = next(one for one in found if one["missing"] != 500)
    path = f"/v1/flour-findings/{other['finding_id']}/following"
    await supply.admin("PUT", path, "disputes:write", json={"note": "seen"})
    assert await left_alone(supply) == 0


async def left_alone(supply: Supply) -> float | None:
    """What the alarm counts now."""
    (job,) = [job for job in service.JOBS if job.name == "flour_findings"]
    await job.run(supply.runtime)
    return BACKGROUND.get_sample_value("unicard_flour_findings_left_alone")


async def test_the_list_of_balances(supply: Supply) -> None:
    supply.at(NOON)
    for till in [await supply.till() for _ in range(3)]:
        await deliver(supply, till, 1, "2026-10-05")
    await supply.till()
    headers = supply.issuer.headers("ministry", WRITE)
    await check_pages(supply.client, headers, "/v1/flour-balances?first=2026-10-01&last=2026-10-31", 3)
