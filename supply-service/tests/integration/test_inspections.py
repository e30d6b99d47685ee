"""The inspector's card: bread to people without a card, within the day's bound of a bakery, never reimbursed (3.20)."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from chassis.testing import check_pages
from policybook.testing import published, row_for

from ..support import NOON, Supply, Till
from .test_days import close
from .test_sacks import balance
from .test_settlements import totals

DECEMBER = datetime(2026, 12, 5, 10, 0, tzinfo=UTC)
DAY = "2026-12-05"
WRITE = "inspector-draws:write"


@pytest.fixture(scope="module", autouse=True)
async def _in_force(supply: Supply) -> None:
    """The ministry has approved 1,200 loaves a bakery from December on."""
    supply.at(NOON)
    row = row_for(date(2026, 12, 1), None, key="bread.inspector_card_loaves", value=1200, on_record=False)
    await published(supply.client, supply.issuer, "supply", "/v1/policies", row)
    await supply.catch_up()


async def draw(supply: Supply, till: Till, loaves: int, **claims: Any) -> httpx.Response:
    body = {"outlet_id": str(till.outlet_id), "loaves": loaves, "reason": "no cards yet"}
    headers = supply.issuer.person(WRITE, **claims) | {"Idempotency-Key": str(new_id())}
    return await supply.client.post("/v1/inspector-draws", json=body, headers=headers)


async def withdraw(supply: Supply, draw_id: str) -> httpx.Response:
    return await supply.admin("POST", f"/v1/inspector-draws/{draw_id}/withdrawal", WRITE)


@pytest.mark.parametrize(
    ("before", "loaves", "status", "outcome"),
    [
        ([], 1200, 201, 24_000),
        ([], 1201, 409, "inspector_loaves_exceeded"),
        ([1000], 200, 201, 4_000),
        ([1000], 201, 409, "inspector_loaves_exceeded"),
        ([1200], 1, 409, "inspector_loaves_exceeded"),
        ([600, 500], 100, 201, 2_000),
        ([], 0, 422, "invalid_request"),
    ],
)
async def test_a_bakery_has_a_bound_a_day(
    supply: Supply, before: list[int], loaves: int, status: int, outcome: int | str
) -> None:
    supply.at(DECEMBER)
    till = await supply.till()
    for earlier in before:
        assert (await draw(supply, till, earlier)).status_code == 201
    reply = await draw(supply, till, loaves)
    assert (reply.status_code, reply.json().get("code", reply.json().get("amount"))) == (status, outcome)
    supply.at(DECEMBER + timedelta(days=1))
    assert (await draw(supply, till, 1200)).status_code == 201  # another day's bound


async def test_it_is_seen_and_never_paid(supply: Supply) -> None:
    supply.at(DECEMBER)
    till = await supply.till()
    made, wrong = [(await draw(supply, till, loaves)).json() for loaves in (100, 40)]
    gone = (await withdraw(supply, wrong["draw_id"])).json()
    assert gone["withdrawn_by"]
    assert (await withdraw(supply, wrong["draw_id"])).json() == gone
    closed = await close(supply, till, DAY)
    assert (closed["inspector_loaves"], closed["loaves"], closed["cash_amount"]) == (100, 0, 0)
    summed = await totals(supply, till, DAY)
    assert (summed["settled"]["loaves"], summed["settlement_amount"]) == (0, 0)
    assert (await balance(supply, till, DAY, DAY))["sold"] == 100
    headers = supply.issuer.headers("ministry", "settlements:read")
    listed = await check_pages(supply.client, headers, f"/v1/inspector-draws?outlet_id={till.outlet_id}", 2)
    assert [one["draw_id"] for one in listed] == [made["draw_id"], wrong["draw_id"]]
    supply.at(DECEMBER + timedelta(days=1))
    late = await withdraw(supply, made["draw_id"])
    assert (late.status_code, late.json()["code"]) == (409, "inspector_draw_over")


async def test_two_inspectors_stay_within_one_bound(supply: Supply) -> None:
    supply.at(DECEMBER)
    till = await supply.till()
    replies = await asyncio.gather(*(draw(supply, till, 700) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]


async def test_what_an_inspector_may_not(supply: Supply) -> None:
    supply.at(DECEMBER)
    bakery, grocer = await supply.till(), await supply.till("grocer")
    for refused, status, code in (
        (await draw(supply, grocer, 1), 409, "wrong_outlet_kind"),
        (await draw(supply, bakery, 1, governorate="19"), 404, "outlet_unknown"),
        (await withdraw(supply, str(new_id())), 404, "inspector_draw_unknown"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert refused.json()["title_ar"]


async def test_without_an_approved_bound_nothing_is_let(supply: Supply) -> None:
    """1,200 of 2014 is on record, unverified: it is not in force."""
    supply.at(NOON)
    refused = await draw(supply, await supply.till(), 1)
    assert (refused.status_code, refused.json()["code"]) == (409, "inspector_card_not_in_force")
