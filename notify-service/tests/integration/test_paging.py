"""Every list is walked page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.testing import check_pages, paged

from .test_reading import fill

if TYPE_CHECKING:
    from ..conftest import Desk

PARKED = "/v1/operations/notify/parked-events"
BY_TWO = {"/v1/policies/notify", "/v1/proposals/notify"}  # walked in test_policies.py


async def test_every_list(desk: Desk) -> None:
    document = (await desk.client.get("/openapi.json")).json()
    assert paged(document) == {"/v1/messages", PARKED} | BY_TWO
    citizen = await fill(desk)
    await fill(desk, 2)
    await check_pages(desk.client, desk.reader(), "/v1/messages", 7)
    await check_pages(desk.client, desk.reader(), f"/v1/messages?citizen_id={citizen}&status=queued", 5)
