"""A statement is in the order of posting, whenever an id was made."""

from __future__ import annotations

from typing import Any

from ..support import House
from .test_payments import hold


async def test_a_payment_captured_later_is_not_missed(house: House) -> None:
    card, citizen, _ = await house.citizen(1_000)
    payment = (await hold(house, card, 300)).json()["payment_id"]
    await house.pay_in(citizen, 50)
    headers = house.client_headers("wallets:read")
    path = f"/v1/wallets/{card}/statement"

    async def amounts(**query: Any) -> tuple[list[int], str]:
        found = (await house.client.get(path, params=query, headers=headers)).json()["items"]
        return [movement["amount"] for movement in found], found[-1]["transfer_id"] if found else ""

    seen, last = await amounts()
    assert seen == [1_000, 50]
    reply = await house.client.post(f"/v1/payments/{payment}/capture", headers=house.terminal(), json={})
    assert reply.status_code == 200, reply.text
    assert (await amounts(after=last))[0] == [-300]
    assert (await amounts())[0] == [1_000, 50, -300]
