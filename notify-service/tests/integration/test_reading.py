"""Looking at messages, counting them, reading the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.ids import new_id
from contracts.card import CardBlocked

if TYPE_CHECKING:
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
