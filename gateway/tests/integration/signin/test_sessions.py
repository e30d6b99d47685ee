"""A person's sessions by device: seen and ended by themselves, by who looks after them, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.ids import new_id
from chassis.testing import eventually
from contracts.gateway import SessionEnded

from ..staff import member
from .conftest import Offices, Request, Worker

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


class Device:
    """A worker signed in on a device, at the API."""

    def __init__(self, offices: Offices, worker: Worker, token: str, sid: str) -> None:
        self.offices, self.worker, self.token, self.sid = offices, worker, token, sid

    async def call(self, method: str, path: str, expect: int = 200) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(new_id())}
        reply = await self.offices.gateway.client.request(method, path, headers=headers)
        assert reply.status_code == expect, reply.text
        return reply.json()

    @property
    def path(self) -> str:
        return f"/v1/people/{self.worker.person_id}/sessions"

    async def refused(self) -> bool:
        headers = {"Authorization": f"Bearer {self.token}"}
        reply = await self.offices.gateway.client.get(self.path, headers=headers)
        return reply.status_code == 401 and reply.json()["code"] == "caller_suspended"


async def device(offices: Offices, worker: Worker, agent: str = "curl/8") -> Device:
    asked = Request()
    # One app, several devices within its thirty seconds.
    await offices.gateway.runtime.pool.execute(
        "UPDATE totp SET last_timecode = 0 WHERE person_id = $1", worker.person_id
    )
    async with offices.browser(**{"User-Agent": agent}) as browser:
        code = (await browser.sign_in(worker, asked))["code"]
        reply = await offices.tokens(code, asked)
    token = reply.json()["access_token"]
    return Device(offices, worker, token, (await offices.claims(token))["sid"])


async def test_one_sees_where_one_is_signed_in_and_ends_it(offices: Offices) -> None:
    worker = await offices.hire()
    desk, lost = await device(offices, worker), await device(offices, worker, FIREFOX)
    seen = (await desk.call("GET", desk.path))["items"]
    assert [(one["session_id"], one["device"], one["this_one"]) for one in seen] == [
        (lost.sid, "Firefox · Windows", False), (desk.sid, "curl/8", True),
    ]  # fmt: skip
    assert {(one["office"], one["door"]) for one in seen} == {("pension-authority/*", "local")}
    left = await desk.call("DELETE", f"{desk.path}/{lost.sid}")
    assert [one["session_id"] for one in left["items"]] == [desk.sid]
    await eventually(lost.refused)
    told = await offices.gateway.outside.heard(SessionEnded, lambda event: str(event.session_id) == lost.sid)
    assert told.reason == "ended_by_owner"
    assert (await desk.call("DELETE", f"{desk.path}/{lost.sid}", 404))["code"] == "session_not_found"
    await desk.call("GET", desk.path)


async def test_one_ends_all_others_and_keeps_this_one(offices: Offices) -> None:
    worker = await offices.hire()
    devices = [await device(offices, worker) for _ in range(3)]
    left = (await devices[1].call("DELETE", devices[1].path))["items"]
    assert [one["session_id"] for one in left] == [devices[1].sid]
    for other in (devices[0], devices[2]):
        await eventually(other.refused)


async def test_an_administrator_ends_them_within_authority_and_area(offices: Offices) -> None:
    at = await device(offices, await offices.hire())
    elsewhere: tuple[dict[str, Any], ...] = ({"authority": "pension-authority"}, {"area": "19"})
    for claims in elsewhere:  # the worker belongs to the ministry's centre
        stranger = await member(offices.gateway, "administrator", **claims)
        for method, path in (("GET", at.path), ("DELETE", at.path), ("DELETE", f"{at.path}/{at.sid}")):
            assert (await stranger.call(method, path, 404))["code"] == "person_unknown"
    assert not await at.refused()
    admin = await member(offices.gateway, "administrator")
    seen = (await admin.call("GET", at.path, 200))["items"]
    assert [(one["session_id"], one["this_one"]) for one in seen] == [(at.sid, False)]
    assert (await admin.call("DELETE", f"{at.path}/{at.sid}", 200))["items"] == []
    await eventually(at.refused)


async def test_nobody_else_sees_or_ends_them(offices: Offices) -> None:
    mine, other = await device(offices, await offices.hire()), await device(offices, await offices.hire())
    for method, path in (("GET", mine.path), ("DELETE", mine.path), ("DELETE", f"{mine.path}/{mine.sid}")):
        assert (await other.call(method, path, 404))["code"] == "person_unknown"
    auditor = await member(offices.gateway, "auditor")
    assert (await auditor.call("GET", mine.path, 200))["items"]
    assert (await auditor.call("DELETE", mine.path, 404))["code"] == "person_unknown"
    crossed = await other.call("DELETE", f"{other.path}/{mine.sid}", 404)
    assert crossed["code"] == "session_not_found", "another's session by way of one's own list"
    assert not await mine.refused()


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_no_machine_and_no_citizen_does(offices: Offices, method: str) -> None:
    at = await device(offices, await offices.hire())
    citizen = {"kind": "citizen", "subject": f"citizen:{at.worker.person_id}", "sid": str(new_id()), "client_id": "app"}
    callers: tuple[dict[str, Any], ...] = ({}, citizen)
    for claims in callers:
        headers = offices.gateway.signed("self:sessions", "people:read", "people:suspend", **claims)
        reply = await offices.gateway.client.request(method, at.path, headers=headers)
        assert reply.status_code == 403, reply.text
    assert not await at.refused()
