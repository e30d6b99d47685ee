"""Every list is walked page by page."""

from __future__ import annotations

import pytest
from tools.services import service_app

from api_gateway.route import Upstream
from chassis.testing import check_pages, paged

from ..support import Supply, bread
from .test_days import TODAY, close
from .test_offline import Chain, upload
from .test_settlements import bakery

LISTS = {
    "/v1/disputes", "/v1/offline-gaps", "/v1/outlets", "/v1/policies", "/v1/proposals/supply", "/v1/redemptions",
    "/v1/settlements", "/v1/outlet-totals", "/v1/flour-deliveries", "/v1/flour-balances", "/v1/flour-findings",
    "/v1/free-sales", "/v1/paper-sheets", "/v1/inspector-draws", "/v1/self/sales", "/v1/self/outlets",
    "/v1/terminals", "/v1/outlets/{outlet_id}/days",
}  # fmt: skip
PARKED = "/v1/operations/supply/parked-events"


@pytest.mark.registers
def test_every_list_is_named() -> None:
    assert paged(service_app(Upstream.SUPPLY).openapi()) == LISTS | {PARKED}


async def test_every_list(supply: Supply) -> None:
    headers = supply.issuer.headers("ministry", "outlets:read settlements:read")
    idle = await supply.till("grocer")
    bakeries = [await bakery(supply) for _ in range(3)]
    await supply.till("grocer")
    for till in bakeries[:2]:
        await close(supply, till, TODAY)
    assert (await supply.sell(bakeries[2], await supply.holder(), bread(1))).status_code == 201
    await supply.till("bakery")
    await check_pages(supply.client, headers, "/v1/outlets?kind=bakery", 4)
    await check_pages(supply.client, headers, f"/v1/settlements?day={TODAY}", 2)
    totals = await check_pages(supply.client, headers, f"/v1/outlet-totals?day={TODAY}", 3)
    assert str(idle.outlet_id) not in {outlet["outlet_id"] for outlet in totals}


async def test_disputes_and_gaps(supply: Supply) -> None:
    till = await supply.till()
    chain = Chain(till)
    sales = [chain.sell(await supply.holder(members=1), bread(40)) for _ in range(6)]
    await upload(supply, till, [sales[1], sales[3], sales[5]])
    disputes = await check_pages(supply.client, till.headers(), "/v1/disputes", 3)
    assert {dispute["outlet_id"] for dispute in disputes} == {str(till.outlet_id)}
    gaps = await check_pages(supply.client, till.headers(), "/v1/offline-gaps", 3)
    assert [(gap["first"], gap["last"]) for gap in gaps] == [(1, 1), (3, 3), (5, 5)]
