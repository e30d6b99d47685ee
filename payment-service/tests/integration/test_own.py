"""A citizen's own wallet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.ids import new_id

if TYPE_CHECKING:
    from ..support import House

OWN = "self:balances"


def headers(house: House, citizen_id: object) -> dict[str, str]:
    return house.issuer.headers(f"citizen:{citizen_id}", OWN, kind="citizen", governorate=None, sid="1")


async def test_a_citizen_sees_the_own_wallet_alone(house: House) -> None:
    _, citizen_id, _ = await house.citizen(500)
    seen = await house.client.get("/v1/self/wallet", headers=headers(house, citizen_id))
    assert seen.status_code == 200, seen.text
    assert (seen.json()["balance"], seen.json()["available"]) == (500, 500)
    assert (await house.client.get("/v1/self/wallet", headers=headers(house, new_id()))).status_code == 404
    other = house.issuer.headers("ministry", OWN)
    assert (await house.client.get("/v1/self/wallet", headers=other)).status_code == 403
