"""What cannot be done with one row keeps no other back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest

from supply_service.lifespan import REFRESH
from supply_service.settlements import service
from supply_service.settlements.worker import WORKER, settle_all

from ..support import Supply, bread
from .test_days import TODAY, close
from .test_settlements import settled


async def test_a_day_that_cannot_be_settled_keeps_no_other(supply: Supply, monkeypatch: pytest.MonkeyPatch) -> None:
    tills = [await supply.till() for _ in range(3)]  # nobody has said what they bake with
    for till in tills:
        await supply.sell(till, await supply.holder(members=1), bread(10))
        await close(supply, till, TODAY)
    bad = (await settled(supply, tills[0], TODAY))["settlement_id"]
    await supply.runtime.pool.execute("UPDATE outlet SET fuel = 'diesel', loaf_type = 'hard' WHERE fuel IS NULL")
    settle = service.settle_waiting

    async def fails(session: Any, runtime: Any, settlement_id: UUID) -> None:
        if str(settlement_id) == bad:
            raise KeyError("a bad row")
        await settle(session, runtime, settlement_id)

    monkeypatch.setattr(service, "settle_waiting", fails)
    await settle_all(supply.runtime)
    assert [(await settled(supply, till, TODAY))["state"] for till in tills] == ["waiting", "calculated", "calculated"]
    rows = await supply.fetch("SELECT item FROM set_aside WHERE worker = $1", WORKER)
    assert [row["item"] for row in rows] == [bad]
    monkeypatch.undo()
    await settle_all(supply.runtime)
    assert (await settled(supply, tills[0], TODAY))["state"] == "calculated"
    assert not await supply.fetch("SELECT item FROM set_aside WHERE worker = $1", WORKER)


async def test_a_policy_that_cannot_be_read_does_not_keep_a_suspension_away(supply: Supply) -> None:
    till = await supply.till()
    pool, here = supply.runtime.pool, supply.runtime.state
    body = {"reason": "lost"}
    path = f"/v1/terminals/{till.terminal_id}/suspension"
    assert (await supply.admin("POST", path, "terminals:write", json=body)).is_success
    row = await pool.fetchrow("UPDATE policy SET value = '{\"no\": 1}' WHERE key = 'bread.price' RETURNING policy_id")
    assert row
    old = here.snapshot.book.version
    await pool.execute("UPDATE policy_version SET version = version + 1")
    jobs = {job.name: job for job in REFRESH}
    with suppress(ValueError, TypeError, KeyError):
        await jobs["policies"].run(supply.runtime)
    await jobs["terminals"].run(supply.runtime)
    assert here.snapshot.book.version >= old
    known = here.registry.find(till.terminal_id)
    assert known
    assert not known.active
