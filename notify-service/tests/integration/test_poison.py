"""What cannot be done with one message or inquiry keeps no other back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chassis.testing import worked_off
from notify_service import upkeep
from notify_service.messages import service

from .test_balances import ask, supply
from .test_reading import fill

if TYPE_CHECKING:
    from typing import Any

    from ..conftest import Desk


async def aside(desk: Desk, worker: str) -> list[str]:
    rows = await desk.runtime.pool.fetch("SELECT item FROM set_aside WHERE worker = $1", worker)
    return [row["item"] for row in rows]


async def test_a_message_that_cannot_be_worded_keeps_no_other(desk: Desk) -> None:
    await fill(desk, 5)
    pool = desk.runtime.pool
    bad = await pool.fetchval(
        "UPDATE message SET template = 'gone' WHERE id = (SELECT min(id::text)::uuid FROM message) RETURNING id"
    )
    await desk.sender.step()
    found = {str(row["id"]): (row["status"], row["reason"]) for row in await pool.fetch("SELECT * FROM message")}
    assert found.pop(str(bad)) == ("queued", "not_worded")
    assert [status for status, _ in found.values()] == ["sent"] * 4


async def test_an_inquiry_that_cannot_be_answered_keeps_no_other(desk: Desk) -> None:
    asked = [await ask(desk, f"+20101234567{last}") for last in range(3)]
    await desk.hear(*(supply(one) for one in asked))
    pool, bad = desk.runtime.pool, asked[0]["inquiry_id"]
    await pool.execute("UPDATE inquiry SET supply = '\\x00' WHERE inquiry_id = $1", bad)
    await pool.execute("UPDATE inquiry SET answer_by = clock_timestamp() - interval '1 second'")
    await worked_off(lambda: upkeep.ANSWERS.run(desk.runtime))
    assert await pool.fetchval("SELECT count(*) FROM inquiry WHERE answered_at IS NOT NULL") == 2
    assert await aside(desk, upkeep.ANSWERS.worker) == [str(bad)]


async def test_a_message_whose_end_cannot_be_told_keeps_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(desk, 5)
    pool = desk.runtime.pool
    await pool.execute("UPDATE message SET expires_at = now() - interval '1 second'")
    bad = await pool.fetchval("SELECT max(id::text) FROM message")
    announce = service.announce

    async def fails(session: Any, ended: Any, **options: Any) -> None:
        if bad in {str(row.id) for row in ended}:
            raise KeyError("a bad row")
        await announce(session, ended, **options)

    monkeypatch.setattr(service, "announce", fails)
    await worked_off(lambda: upkeep.EXPIRED.run(desk.runtime))
    assert await pool.fetchval("SELECT count(*) FROM message WHERE status = 'expired'") == 4
    assert await aside(desk, upkeep.EXPIRED.worker) == [bad]
