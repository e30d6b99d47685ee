"""A day that is over is told outlet by outlet, once: terminals, sales, refusals by code, and who drew."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.testing import eventually
from contracts.summaries import HouseholdsServed, OutletDaySummarised
from supply_service.summaries import telling

from ..support import bread

if TYPE_CHECKING:
    import pytest

    from ..support import Supply

DAY = date(2026, 11, 9)
NOON, NEXT = datetime(2026, 11, 9, 10, tzinfo=UTC), datetime(2026, 11, 10, 10, tzinfo=UTC)


async def told(supply: Supply, now: datetime) -> tuple[dict[UUID, OutletDaySummarised], list[HouseholdsServed]]:
    """What the job tells at an instant of the day before it."""
    await supply.runtime.state.refused.write(supply.runtime.pool)  # before the service's own job can tell the day
    supply.at(now)

    async def to_its_end() -> bool | None:
        while await telling.run(supply.runtime):
            continue
        # the service's own job may be at this day: then it tells the rest
        ended = "SELECT FROM day_summary WHERE business_day = $1 AND finished_at IS NOT NULL"
        return bool(await supply.fetch(ended, DAY)) or None

    await eventually(to_its_end, seconds=60)
    days = [OutletDaySummarised.model_validate_json(one) for _, one in await supply.events(OutletDaySummarised)]
    served = [HouseholdsServed.model_validate_json(one) for _, one in await supply.events(HouseholdsServed)]
    of_day = [one for one in days if one.business_day == DAY]
    assert len({one.outlet_id for one in of_day}) == len(of_day), "each outlet once"
    return {one.outlet_id: one for one in of_day}, [one for one in served if one.business_day == DAY]


async def test_a_day_is_told_with_its_refusals_and_who_drew(supply: Supply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "OUTLETS", 1)
    monkeypatch.setattr(telling, "HOUSEHOLDS", 1)
    supply.at(NOON)
    busy, quiet = await supply.till(), await supply.till("grocer")
    first, second, unlucky = [await supply.holder() for _ in range(3)]
    for holder in (first, second):
        assert (await supply.sell(busy, holder, bread(15))).status_code == 201
    codes = {(await supply.sell(busy, first, bread(15))).json()["code"] for _ in range(2)}
    await supply.fetch("UPDATE card SET supply = false WHERE card_id = $1", unlucky.card_id)
    refused = await supply.sell(quiet, unlucky, bread(5))
    assert refused.status_code != 201

    days, served = await told(supply, NEXT)
    (here,), (there,) = days[busy.outlet_id].terminals, days[quiet.outlet_id].terminals
    assert (here.sales, here.refused, here.terminals) == (2, dict.fromkeys(codes, 2), 1)
    assert (there.sales, there.refused) == (0, {refused.json()["code"]: 1})
    assert (days[quiet.outlet_id].kind, days[quiet.outlet_id].governorate) == ("grocer", "03")
    assert sorted(one.household_ids[0] for one in served) == sorted([first.household_id, second.household_id])
    assert all(len(one.household_ids) == 1 for one in served), "no event is too large"

    again, served_again = await told(supply, NEXT)
    assert (again.keys(), len(served_again)) == (days.keys(), 2), "a day is told once"


async def test_what_could_not_be_written_is_counted_again(supply: Supply) -> None:
    counted = supply.runtime.state.refused
    till = await supply.till()
    counted.add(DAY, till.terminal_id, "x" * 3)

    class Broken:
        async def execute(self, *_: object) -> None:
            raise ConnectionError

    try:
        await counted.write(Broken())  # type: ignore[arg-type]
    except ConnectionError:
        await counted.write(supply.runtime.pool)
    rows = await supply.fetch("SELECT refused FROM sale_refusal WHERE terminal_id = $1", till.terminal_id)
    assert [row["refused"] for row in rows] == [1]
