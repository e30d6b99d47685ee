"""Citizens' own complaints: entered once, seen by whoever entered them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chassis.contact import seal_code
from chassis.ids import new_id
from chassis.testing import check_pages
from contracts.losses import BreadCodeIssued

from .test_sending import blocked, drain

if TYPE_CHECKING:
    from ..conftest import Desk

OWN, MESSAGES = "self:complaints", "self:messages"
BODY = {"category": "outlet", "text": "الميزان ناقص"}


def headers(desk: Desk, citizen_id: object, scope: str = OWN) -> dict[str, str]:
    return desk.issuer.headers(f"citizen:{citizen_id}", scope, kind="citizen", governorate=None, sid="1")


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


async def test_a_citizen_chooses_the_language_and_only_what_is_necessary(desk: Desk) -> None:
    contact = await desk.know(language="ar")
    mine, path = headers(desk, contact.citizen_id, MESSAGES), "/v1/self/message-choices"
    assert (await desk.client.get(path, headers=mine)).json() == {
        "citizen_id": str(contact.citizen_id), "language": "ar", "only_necessary": False,
    }  # fmt: skip
    chosen = {"language": "en", "only_necessary": True}
    reply = await desk.client.put(path, json=chosen, headers=headers(desk, contact.citizen_id, MESSAGES))
    assert reply.status_code == 200, reply.text
    assert (await desk.client.get(path, headers=mine)).json() == {"citizen_id": str(contact.citizen_id), **chosen}
    await desk.hear(blocked(contact))
    await drain(desk)
    assert any("Your Unified Card" in one["text"] for one in desk.aggregator.messages.values())
    for method, body in (("GET", None), ("PUT", chosen)):
        stranger = headers(desk, new_id(), MESSAGES)
        assert (await desk.client.request(method, path, json=body, headers=stranger)).status_code == 404


async def test_a_citizen_reads_the_own_messages_newest_first_without_codes(desk: Desk) -> None:
    contact, other = await desk.know(), await desk.know("+201112345678")
    code = BreadCodeIssued(
        code_id=new_id(), card_id=new_id(), citizen_id=contact.citizen_id, household_id=contact.household_id,
        code_sealed=seal_code(desk.runtime.state.settings.contact_vault(), contact.citizen_id, "482913 0571"),
        expires_at=desk.runtime.clock.now(),
    )  # fmt: skip
    await desk.hear(blocked(contact), blocked(other))
    await desk.hear(code)
    await drain(desk)
    mine = headers(desk, contact.citizen_id, MESSAGES)
    items = (await desk.client.get("/v1/self/messages", headers=mine)).json()["items"]
    assert [one["template"] for one in items] == ["bread_code", "card_blocked"]
    assert items[0]["text"] is None
    assert "تم إيقاف" in items[1]["text"]
    await check_pages(desk.client, mine, "/v1/self/messages", 2)
