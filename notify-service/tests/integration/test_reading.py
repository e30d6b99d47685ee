"""Looking at messages, counting them, reading the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.ids import new_id
from contracts.card import CardBlocked

if TYPE_CHECKING:
    import httpx

    from ..conftest import Desk

from datetime import UTC, datetime


async def fill(desk: Desk, count: int = 5) -> str:
    contact = await desk.know()
    await desk.hear(
        *(
            CardBlocked(
                card_id=new_id(), citizen_id=contact.citizen_id, household_id=contact.household_id,
                reason="stolen", blocked_at=datetime.now(UTC),
            )
            for _ in range(count)
        )
    )  # fmt: skip
    return str(contact.citizen_id)


async def test_one_message_and_none(desk: Desk) -> None:
    await fill(desk, 1)
    (message,) = await desk.messages()
    one = await desk.client.get(f"/v1/messages/{message['id']}", headers=desk.reader())
    assert one.json() == message
    none = await desk.client.get(f"/v1/messages/{new_id()}", headers=desk.reader())
    assert (none.status_code, none.json()["code"]) == (404, "not_found")
    assert "رسالة" in none.json()["detail_ar"]


async def test_citizens_read_their_own_log_and_desks_see_no_words(desk: Desk) -> None:
    contact = await desk.know(governorate="03")
    await desk.hear(
        CardBlocked(
            card_id=new_id(), citizen_id=contact.citizen_id, household_id=contact.household_id,
            reason="stolen", blocked_at=datetime.now(UTC),
        )
    )  # fmt: skip
    await desk.sender.step()
    path = f"/v1/citizens/{contact.citizen_id}/messages"

    async def read(who: str, scope: str, **claims: str | None) -> httpx.Response:
        return await desk.client.get(path, headers=desk.issuer.headers(who, scope, **claims))

    (own,) = (
        await read(f"citizen:{contact.citizen_id}", "data:export", kind="citizen", governorate=None, sid="1")
    ).json()["items"]
    assert own["text"].startswith("منى، تم إيقاف الكارت الموحد")
    (masked,) = (await read("desk", "complaints:enter", governorate="03")).json()["items"]
    assert masked == own | {"text": None}
    assert [state["status"] for state in masked["states"]] == ["queued", "sent"]
    for refused in (
        await read(f"citizen:{new_id()}", "data:export", kind="citizen", governorate=None, sid="1"),
        await read("desk", "complaints:enter", governorate="19"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_a_desk_enters_what_a_citizen_chooses(desk: Desk) -> None:
    contact = await desk.know(governorate="03")
    path = f"/v1/citizens/{contact.citizen_id}/message-choices"
    given = {"language": "en", "only_necessary": True}
    headers = desk.issuer.headers("desk", "complaints:enter", governorate="03")
    reply = await desk.client.put(path, json=given, headers=headers)
    assert reply.json() == {"citizen_id": str(contact.citizen_id), **given}
    rows = await desk.runtime.pool.fetch("SELECT chosen_language, opted_out_at IS NOT NULL AS out FROM contact")
    assert [tuple(row) for row in rows] == [("en", True)]
    headers = desk.issuer.headers("desk", "complaints:enter", governorate="19")
    assert (await desk.client.put(path, json=given, headers=headers)).status_code == 404


async def test_statistics(desk: Desk) -> None:
    await fill(desk, 3)
    await desk.sender.step()
    await fill(desk, 2)
    statistics = (await desk.client.get("/v1/message-statistics", headers=desk.reader())).json()
    assert statistics == {
        "items": [
            {"template": "card_blocked", "status": "queued", "messages": 2, "parts": 0},
            {"template": "card_blocked", "status": "sent", "messages": 3, "parts": 3},
        ],
        "by_status": {"queued": 2, "sent": 3},
        "total": 5,
    }
    later = {"since": "2100-01-01T00:00:00Z"}
    none = await desk.client.get("/v1/message-statistics", params=later, headers=desk.reader())
    assert none.json()["total"] == 0


async def test_templates(desk: Desk) -> None:
    reply = (await desk.client.get("/v1/templates", headers=desk.reader())).json()
    appointment = next(item for item in reply["items"] if item["name"] == "appointment")
    assert appointment["class"] == "appointment"
    assert appointment["essential"] is True
    assert "{site}" in appointment["versions"][0]["ar"]
    assert {item["name"] for item in reply["items"] if not item["enabled"]} == {"draw_alert"}
