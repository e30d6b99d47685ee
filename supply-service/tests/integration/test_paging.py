"""Every list is walked page by page."""

from __future__ import annotations

from chassis.testing import check_pages, paged

from ..support import Supply, bread
from .test_days import TODAY, close
from .test_settlements import bakery

LISTS = {"/v1/outlets", "/v1/policies", "/v1/proposals/supply", "/v1/settlements", "/v1/outlet-totals"}
PARKED = "/v1/operations/supply/parked-events"


async def test_every_list(supply: Supply) -> None:
    assert paged(supply.app.openapi()) == LISTS | {PARKED}
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
