"""Terminals and outlets that were suspended from an instant until another: what they sold meanwhile is in dispute."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from chassis.ids import new_id
from contracts.supply import OutletReinstated, OutletSuspended
from supply_service.offline.suspended import Span, Suspensions

from ..support import NOON, Supply, Till, bread
from .test_offline import Chain, statuses, upload
from .test_offline_reversals import take_back

HOUR = timedelta(hours=1)


def path_of(till: Till, what: str) -> tuple[str, str]:
    """The route of the suspension, and its scope."""
    if what == "terminal":
        return f"/v1/terminals/{till.terminal_id}/suspension", "terminals:write"
    return f"/v1/outlets/{till.outlet_id}/suspension", "outlets:write"


async def suspended(supply: Supply, till: Till, what: str, hours: tuple[int, int | None]) -> None:
    """Suspend so many hours after noon, and reinstate again."""
    path, scope = path_of(till, what)
    supply.at(NOON + hours[0] * HOUR)
    done = await supply.admin("POST", path, scope, json={"reason": "inspection"})
    assert done.status_code == 201, done.text
    if hours[1] is not None:
        supply.at(NOON + hours[1] * HOUR)
        assert (await supply.admin("DELETE", path, scope)).status_code == 200
    await supply.catch_up()


@pytest.mark.parametrize("what", ["terminal", "outlet"])
async def test_a_sale_is_judged_by_its_own_moment_in_whatever_order(supply: Supply, what: str) -> None:
    till = await supply.till()
    chain = Chain(till)
    sales = [chain.sell(await supply.holder(), bread(5), at=NOON + (hour + 0.5) * HOUR) for hour in range(1, 6)]
    await suspended(supply, till, what, (2, 3))
    await suspended(supply, till, what, (4, 5))
    supply.at(NOON + 6 * HOUR)
    expected = [("applied", None), ("disputed", f"{what}_suspended")] * 2 + [("applied", None)]
    for sale in (sales[3], sales[0], sales[4], sales[1], sales[2]):
        assert statuses(await upload(supply, till, [sale])) == [expected[sale["sequence"] - 1]]
    assert {one["first_status"] for one in (await upload(supply, till, sales))["results"]} == {"applied", "disputed"}
    claims = await supply.fetch("SELECT reason, redemption_id FROM dispute WHERE terminal_id = $1", till.terminal_id)
    assert [(claim["reason"], claim["redemption_id"]) for claim in claims] == [(f"{what}_suspended", None)] * 2
    await supply.audit()


async def test_an_outlet_that_is_suspended_sells_nothing_but_uploads_and_takes_back(supply: Supply) -> None:
    till, other = await supply.till(), await supply.till()
    before, holder = await supply.holder(), await supply.holder()
    sold = (await supply.sell(till, before, bread(5))).json()["redemption_id"]
    await suspended(supply, till, "outlet", (1, None))
    supply.at(NOON + 2 * HOUR)
    refused = await supply.sell(till, holder, bread(5))
    assert (refused.status_code, refused.json()["code"]) == (403, "outlet_suspended")
    assert (await supply.sell(other, holder, bread(5))).status_code == 201
    chain = Chain(till)
    late = chain.sell(await supply.holder(), bread(5), at=NOON)
    items = [
        late,
        chain.sell(await supply.holder(), bread(5), at=NOON + 2 * HOUR),
        take_back(chain, late, at=NOON + HOUR),
    ]
    assert statuses(await upload(supply, till, items)) == [
        ("applied", None), ("disputed", "outlet_suspended"), ("reversed", None),
    ]  # fmt: skip
    undone = await supply.client.post(
        f"/v1/redemptions/{sold}/reversal", json={"reason": "x"}, headers=till.headers(str(new_id()))
    )
    assert undone.status_code == 201
    path, scope = path_of(till, "outlet")
    seen = (await supply.admin("GET", f"/v1/outlets/{till.outlet_id}", "outlets:read")).json()
    assert (seen["suspended_at"][:19], seen["suspension_reason"]) == ("2026-11-05T11:00:00", "inspection")
    again = await supply.admin("POST", path, scope, json={"reason": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "outlet_already_suspended")
    assert (await supply.admin("DELETE", path, scope)).json()["suspended_at"] is None
    await supply.catch_up()
    assert (await supply.sell(till, await supply.holder(), bread(5))).status_code == 201
    again = await supply.admin("DELETE", path, scope)
    assert (again.status_code, again.json()["code"]) == (409, "outlet_not_suspended")
    told = [
        (row["type"].split(".")[-2], row["key"]) for row, _ in await supply.events(OutletSuspended, OutletReinstated)
    ]
    key = str(till.outlet_id)
    assert [kind for kind, about in told if about == key] == ["OutletSuspended", "OutletReinstated"]


async def test_a_terminal_that_stays_suspended_uploads_what_it_had_sold_before(supply: Supply) -> None:
    """By the token that is left to it: neither a sale nor an upload of anything later, and nothing else at all."""
    till, holder = await supply.till(), await supply.holder(members=2)
    chain = Chain(till)
    before = chain.sell(holder, bread(10), at=NOON)
    await suspended(supply, till, "terminal", (1, None))
    supply.at(NOON + 3 * HOUR)
    runtime = supply.runtime
    async with runtime.sessions() as session, session.begin():
        await runtime.revocations.suspend(session, str(till.terminal_id), "inspection")
    await runtime.revocations.refresh(runtime.pool)
    path = "/v1/offline-batches"
    refused = await supply.client.post(path, json={"sales": [before]}, headers=till.headers())
    assert refused.json()["code"] == "caller_suspended"
    till.token = supply.issuer.token(
        str(till.terminal_id), "redemptions:late", kind="terminal", outlet_id=till.outlet_id, governorate="03"
    )
    assert (await supply.sell(till, holder, bread(5))).json()["code"] == "insufficient_scope"
    after = chain.sell(await supply.holder(), bread(5), at=NOON + 2 * HOUR)
    for later in ([after], [before, after]):
        refused = await supply.client.post(path, json={"sales": later}, headers=till.headers())
        assert (refused.status_code, refused.json()["code"]) == (409, "terminal_suspended")
        assert refused.json()["suspended_at"][:19] == (NOON + HOUR).isoformat()[:19]
    assert statuses(await upload(supply, till, [before])) == [("applied", None)]
    assert statuses(await upload(supply, till, [before])) == [("duplicate", None)]
    assert (await supply.left(holder, till))["bread"] == 290
    path, scope = path_of(till, "terminal")
    assert (await supply.admin("DELETE", path, scope)).status_code == 200
    await supply.catch_up()
    assert statuses(await upload(supply, till, [after])) == [("disputed", "terminal_suspended")]
    await supply.audit()


def test_the_terminals_suspension_is_told_before_its_outlets() -> None:
    spans = [Span("outlet_suspended", NOON, None), Span("terminal_suspended", NOON + HOUR, NOON + 2 * HOUR)]
    for order in itertools.permutations(spans):
        found = [Suspensions(order).at(NOON + hours * HOUR) for hours in (-1, 0, 1, 2)]
        assert found == [None, "outlet_suspended", "terminal_suspended", "outlet_suspended"]
