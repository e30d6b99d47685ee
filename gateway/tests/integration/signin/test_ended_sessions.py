"""A session that has ended gives no token, whatever has become of the mark by which services refuse those of before."""

from __future__ import annotations

from .conftest import Offices, Request, Worker, proof


async def _ended(offices: Offices) -> tuple[Worker, str]:
    """Somebody whose session was ended, and its refresh token."""
    worker, asked = await offices.hire(), Request()
    tokens = await offices.signed_in(worker, asked)
    token: str = tokens["refresh_token"]
    reply = await offices.gateway.client.post("/oauth/revoke", data={"token": token, **proof()})
    assert reply.status_code == 200
    return worker, token


async def test_it_goes_on_for_nobody(offices: Offices) -> None:
    worker, token = await _ended(offices)
    pool = offices.gateway.runtime.pool
    sid = await pool.fetchval("SELECT sid FROM session WHERE person_id = $1", worker.person_id)
    assert await pool.execute("DELETE FROM suspended_subject WHERE subject = $1", f"sid:{sid}") == "DELETE 1"
    await offices.gateway.runtime.revocations.refresh(pool)
    form = {"grant_type": "refresh_token", "refresh_token": token, **proof()}
    reply = await offices.gateway.client.post("/oauth/token", data=form)
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")
