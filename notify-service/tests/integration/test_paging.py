"""Every list is walked page by page."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tools.services import service_app

from api_gateway.route import Upstream
from chassis.ids import new_id
from chassis.testing import check_pages, execute_as_owner, lock_awaited, paged
from notify_service.messages import repository
from notify_service.messages.repository import MessageColumns
from notify_service.messages.sealed_columns import Waiting
from notify_service.templates.facts import NoFacts

from .test_inquiries import send, text
from .test_reading import fill

if TYPE_CHECKING:
    from ..conftest import Desk

PARKED = "/v1/operations/notify/parked-events"
LOG = "/v1/citizens/{citizen_id}/messages"
OWN = {"/v1/messages", "/v1/complaints", "/v1/questions", LOG, "/v1/self/complaints", "/v1/self/messages"}
# walked in test_campaigns.py and test_receipt_notices.py
OF_CAMPAIGNS = {"/v1/campaigns", "/v1/campaign-texts", "/v1/receipt-notices"}
BY_TWO = {"/v1/policies/notify", "/v1/proposals/notify"}  # walked in test_policies.py


@pytest.mark.registers
def test_every_list_is_named() -> None:
    assert paged(service_app(Upstream.NOTIFY).openapi()) == OWN | {PARKED} | OF_CAMPAIGNS | BY_TWO


async def test_every_list(desk: Desk) -> None:
    citizen = await fill(desk)
    await fill(desk, 2)
    await check_pages(desk.client, desk.reader(), "/v1/messages", 7)
    log = f"/v1/citizens/{citizen}/messages"
    await check_pages(desk.client, desk.issuer.headers("desk", "complaints:enter"), log, 5)
    await complaints(desk, 5)
    await check_pages(desk.client, desk.issuer.headers("desk", "complaints:enter"), "/v1/complaints", 5)
    await questions(desk, 5)
    await check_pages(desk.client, desk.issuer.headers("desk", "complaints:answer"), "/v1/questions", 5)
    await check_pages(desk.client, desk.reader(), f"/v1/messages?citizen_id={citizen}&status=queued", 5)


async def complaints(desk: Desk, count: int) -> None:
    """Complaints of as many citizens."""
    headers = desk.issuer.headers("desk", "complaints:enter")
    for _ in range(count):
        contact = await desk.know(governorate="03")
        given = {"citizen_id": str(contact.citizen_id), "category": "card", "text": "تأخر", "channel": "desk"}
        key = {"Idempotency-Key": str(new_id())}
        assert (await desk.client.post("/v1/complaints", json=given, headers=headers | key)).status_code == 201


async def questions(desk: Desk, count: int) -> None:
    """Questions of as many citizens."""
    for place in range(count):
        await desk.know(number := f"+20109999990{place}", governorate="03")
        await send(desk, text("صباح الخير", number), text("هل من أحد", number))


async def entered(desk: Desk, session: AsyncSession, *made: UUID) -> None:
    """Queue messages whose ids were made before."""
    columns = MessageColumns()
    for message_id in made:
        columns.id.append(message_id)
        columns.event_id.append(new_id())
        columns.citizen_id.append(None)
        columns.household_id.append(None)
        columns.subject.append(None)
        columns.content.append(Waiting(NoFacts(), "+201012345678").seal(desk.runtime.state.vault, message_id))
    await repository.queue(
        session, columns, template="help", priority=1, silencers=(), valid_seconds=timedelta(days=1).total_seconds()
    )


async def test_nothing_is_queued_behind_what_was_read_already(desk: Desk) -> None:
    """Ids are made before the messages are written: here the first made is the last committed."""
    first, second, third = new_id(), new_id(), new_id()
    async with desk.runtime.sessions() as session, session.begin():
        await entered(desk, session, second)
    (read,) = await desk.messages()
    assert read["id"] == str(second)
    async with desk.runtime.sessions() as slow, slow.begin():
        await entered(desk, slow, third)

        async def quick() -> None:
            async with desk.runtime.sessions() as session, session.begin():
                await entered(desk, session, first)

        entering = asyncio.create_task(quick())
        await lock_awaited(desk.runtime.pool)
        assert await desk.messages(after=read["id"]) == []
    await entering
    ids = [message["id"] for message in await desk.messages(after=read["id"])]
    assert ids == [str(third), str(first)]
    assert [message["id"] for message in await desk.messages()] == [str(second), *ids]
    assert [message["id"] for message in await desk.messages(after=ids[0])] == ids[1:]


async def test_what_was_queued_before_there_were_numbers_comes_first(desk: Desk) -> None:
    old = sorted(new_id() for _ in range(3))
    async with desk.runtime.sessions() as session, session.begin():
        await entered(desk, session, *reversed(old))
    await execute_as_owner(desk.runtime.settings.database_url, "UPDATE message SET posting = NULL")
    newer = new_id()
    async with desk.runtime.sessions() as session, session.begin():
        await entered(desk, session, newer)
    items = await check_pages(desk.client, desk.reader(), "/v1/messages", 4)
    assert [item["id"] for item in items] == [*map(str, old), str(newer)]
