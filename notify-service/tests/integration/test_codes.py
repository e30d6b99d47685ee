"""Codes with which citizens sign in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chassis.ids import new_id

if TYPE_CHECKING:
    from ..conftest import Desk


async def _send(desk: Desk, citizen_id: Any, scopes: str = "codes:send", **claims: Any) -> Any:
    body = {"citizen_id": str(citizen_id), "code": "493817", "host": "card.test", "minutes": 5}
    headers = desk.issuer.headers("service:gateway", scopes, **claims)
    return await desk.client.post("/v1/codes", json=body, headers=headers)


async def test_a_code_goes_out_at_once_and_is_kept_nowhere(desk: Desk) -> None:
    contact = await desk.know()
    reply = await _send(desk, contact.citizen_id)
    assert (reply.status_code, reply.json()) == (200, {"sent": True})
    texts = [message["text"] for message in desk.aggregator.messages.values() if "493817" in message["text"]]
    assert len(texts) == 1
    assert texts[0].endswith("\n\n@card.test #493817"), "the line browsers read it from"
    kept = await desk.runtime.pool.fetch("SELECT m::text AS row FROM message m UNION ALL SELECT o::text FROM outbox o")
    assert not [row for row in kept if "493817" in row["row"]]


async def test_a_number_that_took_anothers_place_lately_gets_none(desk: Desk) -> None:
    now = desk.runtime.clock.now()
    contact = await desk.know(new_until=now + timedelta(hours=1))
    assert (await _send(desk, contact.citizen_id)).json() == {"sent": False}
    await desk.hear(contact.model_copy(update={"new_until": now - timedelta(seconds=1)}))
    assert (await _send(desk, contact.citizen_id)).json() == {"sent": True}


async def test_who_has_no_number_gets_none_and_a_stranger_sends_none(desk: Desk) -> None:
    assert (await _send(desk, new_id())).json() == {"sent": False}
    assert (await _send(desk, new_id(), "messages:read")).status_code == 403
