"""Days that nobody closes are closed by the clock: once, whatever stops in between, and settled."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from supply_service.days import claims, clock, service, unclosed

from ..support import NOON, Supply, Till, bread
from .test_days import TODAY, TOMORROW, close
from .test_offline import Chain, upload
from .test_settlements import bakery, settled, told, totals

DAY = date.fromisoformat(TODAY)
AFTER_THREE = datetime(2026, 11, 6, 1, 30, tzinfo=UTC)  # 03:30 in Cairo


async def by_clock(supply: Supply, now: datetime = AFTER_THREE) -> None:
    """All that the job does by then, from the first outlet on."""
    supply.at(now)
    await supply.runtime.pool.execute("DELETE FROM day_closing")
    while await clock.BATCHES.run(supply.runtime):
        pass


async def day_of(supply: Supply, till: Till, day: str) -> dict[str, Any]:
    reply = await supply.client.get(f"/v1/outlets/{till.outlet_id}/days/{day}", headers=till.headers())
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def sold(supply: Supply, till: Till, loaves: int = 10) -> None:
    reply = await supply.sell(till, await supply.holder(members=loaves // 5), bread(loaves))
    assert reply.status_code == 201, reply.text


async def closes(supply: Supply, till: Till) -> int:
    rows = await supply.fetch(
        "SELECT count(*) AS n FROM outbox WHERE key = $1 AND type LIKE '%OutletDayClosed%'", str(till.outlet_id)
    )
    return int(rows[0]["n"])


async def test_a_day_that_nobody_closed(supply: Supply) -> None:
    till, idle, by_hand = await bakery(supply), await bakery(supply), await bakery(supply)
    await sold(supply, till)
    await sold(supply, by_hand)
    await close(supply, by_hand, TODAY)
    await by_clock(supply, datetime(2026, 11, 6, 0, 59, tzinfo=UTC))
    assert not (await day_of(supply, till, TODAY))["closed"]
    await asyncio.gather(by_clock(supply), by_clock(supply))
    found = await day_of(supply, till, TODAY)
    assert (found["closed"], found["closed_by"], found["loaves"]) == (True, "clock", 10)
    assert (await day_of(supply, by_hand, TODAY))["closed_by"] != "clock"
    assert not (await day_of(supply, idle, TODAY))["closed"]
    assert [await closes(supply, one) for one in (till, idle, by_hand)] == [1, 0, 1]
    assert (await settled(supply, till, TODAY))["amount"] == 116
    await by_clock(supply)
    assert [await closes(supply, one) for one in (till, idle, by_hand)] == [1, 0, 1]


async def test_the_authority_has_a_payment_of_its_own(supply: Supply) -> None:
    till = await bakery(supply)
    await sold(supply, till, 20)
    await by_clock(supply)
    (levy,) = (await settled(supply, till, TODAY))["levies"]
    assert (levy["payee"], levy["rate"], levy["quantity"], levy["amount"]) == ("social_insurance", "0.75", 20, 15)
    (event,) = await told(supply, till)
    assert (event["amount"], [one["amount"] for one in event["levies"]]) == (232, [15])
    assert event["levies"][0]["levy_id"] == levy["levy_id"]
    agreed = await totals(supply, till, TODAY)
    assert agreed["components_amount"] == agreed["settlement_amount"] == 232


async def test_what_comes_late_counts_in_the_next_close_however_much_later(supply: Supply) -> None:
    """2.20: the outlet does not sell again for three weeks; the sale comes within its fourteen days."""
    till, holder = await bakery(supply), await supply.holder(members=1)
    await sold(supply, till)
    await by_clock(supply)
    supply.at(NOON)
    late = Chain(till).sell(holder, bread(5))
    supply.at(NOON + timedelta(days=13))
    await upload(supply, till, [late])
    assert (await totals(supply, till, TODAY))["counted"]["loaves"] == 10
    supply.at(NOON + timedelta(days=24))
    await sold(supply, till)
    following = await close(supply, till, "2026-11-29")
    assert [(part["sold_on"], part["loaves"]) for part in following["late"]] == [(TODAY, 5)]
    assert (await totals(supply, till, TODAY))["settled"]["loaves"] == 15


async def test_an_outlet_that_sells_no_more_is_still_settled_for_what_came_late(supply: Supply) -> None:
    till, holder = await bakery(supply), await supply.holder(members=1)
    await sold(supply, till)
    await by_clock(supply)
    supply.at(NOON)
    late = Chain(till).sell(holder, bread(5))
    supply.at(NOON + timedelta(days=2))
    await upload(supply, till, [late])
    await by_clock(supply, AFTER_THREE + timedelta(days=2))
    found = await day_of(supply, till, "2026-11-07")
    assert (found["closed_by"], [(part["sold_on"], part["loaves"]) for part in found["late"]]) == (
        "clock",
        [(TODAY, 5)],
    )


async def test_days_left_open_are_closed_before_a_later_one_each_by_itself(supply: Supply) -> None:
    till = await bakery(supply)
    await sold(supply, till)
    supply.at(NOON + timedelta(days=1))
    await sold(supply, till, 5)
    assert (await close(supply, till, TOMORROW))["loaves"] == 5
    first = await day_of(supply, till, TODAY)
    assert (first["closed_by"], first["loaves"], await closes(supply, till)) == ("clock", 10, 2)


async def test_a_day_is_shown_by_terminal_before_and_after_its_close(supply: Supply) -> None:
    till = await bakery(supply)
    await sold(supply, till, 15)
    (shown,) = (await day_of(supply, till, TODAY))["terminals"]
    assert (shown["terminal_id"], shown["redemptions"], shown["loaves"], shown["cash_amount"]) == (
        str(till.terminal_id), 1, 15, 300,
    )  # fmt: skip
    assert (await close(supply, till, TODAY))["terminals"] == [shown]


async def test_what_was_allowed_of_a_dispute_is_settled_with_the_next_close_once(supply: Supply) -> None:
    till, dispute = await bakery(supply), new_id()
    await sold(supply, till)
    await by_clock(supply)
    for _ in range(2):
        async with supply.runtime.sessions() as session, session.begin():
            await claims.allow(session, dispute, till.outlet_id, DAY, loaves=985, at=AFTER_THREE)
    await by_clock(supply, AFTER_THREE + timedelta(days=1))
    await by_clock(supply, AFTER_THREE + timedelta(days=2))
    found = await day_of(supply, till, TOMORROW)
    allowed = {"sold_on": TODAY, "loaves": 985, "flour": 0, "goods_amount": 0, "grants_amount": 0}
    assert (found["loaves"], found["claims"]) == (0, [allowed])
    assert (await settled(supply, till, TOMORROW))["amount"] == 11_416  # 985 at 11.59
    assert await closes(supply, till) == 2
    assert (await totals(supply, till, TODAY))["settled"]["loaves"] == 10  # no sale of the household


async def test_an_outlet_that_cannot_be_closed_stands_aside_alone(
    supply: Supply, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, well = await bakery(supply), await bakery(supply)
    await sold(supply, broken)
    await sold(supply, well)
    does = service.close_by_clock

    async def fails(session: Any, runtime: Any, outlet_id: UUID, day: date) -> int:
        if outlet_id == broken.outlet_id:
            raise ValueError("no")
        return await does(session, runtime, outlet_id, day)

    with monkeypatch.context() as patched:
        patched.setattr(service, "close_by_clock", fails)
        await by_clock(supply)
    assert [await closes(supply, one) for one in (broken, well)] == [0, 1]
    await supply.runtime.pool.execute("UPDATE set_aside SET next_at = now() WHERE worker = $1", unclosed.WORKER)
    await by_clock(supply)
    assert [await closes(supply, one) for one in (broken, well)] == [1, 1]
    assert await supply.fetch("SELECT 1 FROM set_aside WHERE worker = $1", unclosed.WORKER) == []


async def test_a_clock_that_trainers_move_back_leaves_no_day_open(supply: Supply) -> None:
    till = await bakery(supply)
    supply.at(NOON + timedelta(days=40))
    await sold(supply, till, 5)
    await close(supply, till, "2026-12-15")
    supply.at(NOON)
    await sold(supply, till)
    await by_clock(supply)
    found = await day_of(supply, till, TODAY)
    assert (found["closed_by"], found["loaves"]) == ("clock", 10)
