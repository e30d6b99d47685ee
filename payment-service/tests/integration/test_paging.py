"""Every list is walked page by page."""

from __future__ import annotations

import pytest
from tools.services import service_app

from api_gateway.route import Upstream
from chassis.ids import new_id
from chassis.testing import check_pages, paged
from contracts.supply import SettlementCalculated

from ..support import PENSIONS, House
from .test_payouts import batch_of
from .test_sales import DAY, deliver

BATCH = "/v1/payout-batches/{batch_id}/items"
PARKED = "/v1/operations/payment/parked-events"
LISTS = {
    "/v1/wallets/{card_id}/statement", BATCH, "/v1/merchant-totals", PARKED, "/v1/payout-batches",
    "/v1/payout-batches/{batch_id}/faults", "/v1/payout-batches/{batch_id}/doubles", "/v1/payout-funds",
    "/v1/payout-programmes",
}  # fmt: skip
BY_TWO = {"/v1/policies/payment", "/v1/proposals/payment"}  # walked in test_policies.py


@pytest.mark.registers
def test_every_list_is_named() -> None:
    assert paged(service_app(Upstream.PAYMENT).openapi()) == LISTS | BY_TWO


async def test_every_list(house: House) -> None:
    headers = house.client_headers("wallets:read ledger:read payouts:submit", "maker", authority=PENSIONS)
    card, citizen, _ = await house.citizen()
    for amount in range(1, 5):
        await house.pay_in(citizen, amount)
    found = await check_pages(house.client, headers, f"/v1/wallets/{card}/statement", 4)
    assert [movement["amount"] for movement in found] == [1, 2, 3, 4]
    path = await batch_of(house, [f"{citizen},10,p{n}" for n in range(4)], 4, 40)
    found = await check_pages(house.client, headers, f"{path}/items?state=waiting", 4)
    assert [payout["item_reference"] for payout in found] == ["p0", "p1", "p2", "p3"]
    await deliver(
        house,
        *(
            SettlementCalculated(
                settlement_id=new_id(), outlet_id=new_id(), business_day=DAY, amount=amount, components=[]
            )
            for amount in (1, 2, 3)
        ),
    )
    await check_pages(house.client, headers, f"/v1/merchant-totals?day={DAY}", 3)
