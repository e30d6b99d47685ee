"""What a citizen's own household has left."""

from __future__ import annotations

from chassis.ids import new_id

from ..support import Supply

OWN = "self:balances"


def headers(supply: Supply, citizen_id: object) -> dict[str, str]:
    return supply.issuer.headers(f"citizen:{citizen_id}", OWN, kind="citizen", governorate=None, sid="1")


async def test_a_citizen_sees_what_the_own_household_has_left(supply: Supply) -> None:
    holder = await supply.holder(members=3)
    ((citizen_id,),) = await supply.fetch("SELECT citizen_id FROM card WHERE card_id = $1", holder.card_id)
    seen = await supply.client.get("/v1/self/entitlements", headers=headers(supply, citizen_id))
    assert seen.status_code == 200, seen.text
    told = seen.json()
    assert told["card_id"] == str(holder.card_id)
    assert {pot["programme"]: pot["remaining"] for pot in told["pots"]}["bread"] > 0
    assert (await supply.client.get("/v1/self/entitlements", headers=headers(supply, new_id()))).status_code == 404
    other = supply.issuer.headers("ministry", OWN)
    assert (await supply.client.get("/v1/self/entitlements", headers=other)).status_code == 403
