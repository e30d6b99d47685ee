"""Citizens' own complaints: entered once, seen by whoever entered them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chassis.ids import new_id
from chassis.testing import check_pages

if TYPE_CHECKING:
    from ..conftest import Desk

OWN = "self:complaints"
BODY = {"category": "outlet", "text": "الميزان ناقص"}


def headers(desk: Desk, citizen_id: object) -> dict[str, str]:
    return desk.issuer.headers(f"citizen:{citizen_id}", OWN, kind="citizen", governorate=None, sid="1")


async def test_a_citizen_complains_once_and_sees_how_it_stands(desk: Desk) -> None:
    contact = await desk.know()
    mine = headers(desk, contact.citizen_id)
    kinds = (await desk.client.get("/v1/self/complaint-categories", headers=mine)).json()["items"]
    assert "outlet" in {one["category"] for one in kinds}
    made = await desk.client.post("/v1/self/complaints", json=BODY, headers=mine)
    assert made.status_code == 201, made.text
    again = await desk.client.post("/v1/self/complaints", json=BODY, headers=mine)
    assert again.json() == made.json()
    (shown,) = (await desk.client.get("/v1/self/complaints", headers=mine)).json()["items"]
    assert (shown["number"], shown["state"]) == (made.json()["number"], "open")
    await desk.client.post("/v1/self/complaints", json=BODY, headers=headers(desk, contact.citizen_id))
    await check_pages(desk.client, mine, "/v1/self/complaints", 2)


async def test_nothing_is_shown_of_anybody_else(desk: Desk) -> None:
    contact = await desk.know()
    await desk.client.post("/v1/self/complaints", json=BODY, headers=headers(desk, contact.citizen_id))
    stranger = headers(desk, new_id())
    found: dict[str, Any] = (await desk.client.get("/v1/self/complaints", headers=stranger)).json()
    assert found["items"] == []
    refused = await desk.client.post("/v1/self/complaints", json=BODY, headers=stranger)
    assert refused.status_code == 404
    assert (
        await desk.client.get("/v1/self/complaints", headers=desk.issuer.headers("ministry", OWN))
    ).status_code == 403
