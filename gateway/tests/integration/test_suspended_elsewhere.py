"""Who is suspended gets no token, whatever has become of the table of suspended subjects.

Decision 0028 stands on it: the table is not told again, since a token of before is soon over and no other is given.
"""

from __future__ import annotations

from typing import Any

from chassis.testing import eventually
from contracts.supply import TerminalSuspended

from .test_enrolment import enrol, key_pair
from .test_tokens import assertion, form


async def _forget(gateway: Any, database: Any, subject: str) -> None:
    """Let the service lose its table: what was heard of a subject is not in it, nor in the process."""
    gone = await database.execute("DELETE FROM suspended_subject WHERE subject = $1", subject)
    assert gone == "DELETE 1", "it was suspended"
    await gateway.runtime.revocations.refresh(gateway.runtime.pool)


async def test_a_terminal(gateway: Any, database: Any) -> None:
    terminal_id, outlet_id = await gateway.new_terminal()
    key, public_key = key_pair()
    assert (await enrol(gateway, terminal_id, await gateway.new_code(terminal_id), public_key)).status_code == 201
    before = await gateway.client.post("/oauth/token", data=form(assertion(terminal_id, key)))
    assert before.status_code == 200, before.text
    await gateway.outside.tell(TerminalSuspended(terminal_id=terminal_id, outlet_id=outlet_id, reason="stolen"))
    query = "SELECT suspended_at IS NOT NULL FROM terminal WHERE terminal_id = $1"

    async def suspended() -> bool:
        return bool(await database.fetchval(query, terminal_id))

    await eventually(suspended, seconds=20)
    await _forget(gateway, database, str(terminal_id))
    after = await gateway.client.post("/oauth/token", data=form(assertion(terminal_id, key)))
    assert (after.status_code, after.json()["code"]) == (401, "client_suspended")


async def test_a_client(gateway: Any, database: Any) -> None:
    client_id, secret = await gateway.new_client("cards:read")
    reply = await gateway.client.post(
        f"/v1/clients/{client_id}/suspension", json={"reason": "leaked"}, headers=await gateway.headers()
    )
    assert reply.status_code == 200, reply.text
    await _forget(gateway, database, client_id)
    credentials = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    after = await gateway.client.post("/oauth/token", data=credentials)
    assert (after.status_code, after.json()["code"]) == (401, "client_suspended")
