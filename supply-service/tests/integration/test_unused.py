"""Households that draw nothing for six months are told to the register, once, and whoever drew or could not is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer
from contracts.card import CardActivated, ProgrammeService
from contracts.supply import HouseholdUnused
from supply_service import MIGRATIONS
from supply_service.months import unused

from ..support import Holder, Supply, bread, serve, settings_for, told


@pytest.fixture
async def supply(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[Supply]:
    """A service that looks at two households a time."""
    settings = settings_for(await make_database(MIGRATIONS), issuer, opening_batch=2)
    async with serve(settings, issuer) as running:
        yield running
        await running.audit()


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 10, tzinfo=UTC)


async def holder_since(supply: Supply, since: datetime) -> Holder:
    holder = Holder(new_id(), new_id())
    await supply.deliver(
        told(holder.household_id, {"2020-01": 2}),
        CardActivated(
            card_id=holder.card_id, citizen_id=new_id(), household_id=holder.household_id, governorate="03",
            district="03.02", members=2, services=[ProgrammeService.SUPPLY], phase_id=None, activated_at=since,
        ),
        at=since,
    )  # fmt: skip
    return holder


async def found(supply: Supply, now: datetime) -> dict[UUID, date]:
    """Who is told of by everything the job does at an instant, whatever pace it keeps."""
    before, given = len(await supply.events(HouseholdUnused)), supply.runtime.state.settings
    paced, given.opening_per_second = given.opening_per_second, 1_000_000
    supply.at(now)
    try:
        while await unused.run(supply.runtime) is not None:
            continue
    finally:
        given.opening_per_second = paced
    events = [HouseholdUnused.model_validate_json(payload) for _, payload in await supply.events(HouseholdUnused)]
    return {one.household_id: one.unused_since for one in events[before:]}


async def test_six_months_without_a_draw_are_told_once_and_again_after_six(supply: Supply) -> None:
    supply.at(at(2026, 8, 1))
    never, drew, blocked, later, plain = [await holder_since(supply, at(2026, 8, 1)) for _ in range(5)]
    late = await holder_since(supply, at(2026, 8, 20))
    await supply.fetch("UPDATE card SET blocked_at = now() WHERE card_id = $1", blocked.card_id)
    supply.at(at(2026, 11, 9))
    till = await supply.till()
    for one in (drew, later, plain):
        assert (await supply.sell(till, one, bread(5))).status_code == 201
    supply.at(at(2027, 1, 9))
    assert (await supply.sell(till, plain, bread(5))).status_code == 201

    assert await found(supply, at(2027, 2, 10)) == {}, "sales made offline in January may still come"
    assert await found(supply, at(2027, 2, 16)) == {never.household_id: date(2026, 8, 1)}
    assert await found(supply, at(2027, 2, 28)) == {}
    assert await found(supply, at(2027, 3, 16)) == {late.household_id: date(2026, 8, 20)}
    assert await found(supply, at(2027, 6, 16)) == dict.fromkeys(
        [drew.household_id, later.household_id], date(2026, 12, 1)
    )
    assert await found(supply, at(2027, 8, 16)) == {
        never.household_id: date(2026, 8, 1),
        plain.household_id: date(2027, 2, 1),
    }


async def test_whoever_is_paid_instead_has_nothing_to_draw(supply: Supply) -> None:
    """A household whose support is cash is no more unused than one that draws."""
    supply.at(at(2026, 1, 1))
    paid, idle, granted = [await holder_since(supply, at(2026, 1, 1)) for _ in range(3)]
    await supply.runtime.pool.execute(
        "INSERT INTO grant_pot VALUES ($1, 'grant_ramadan_2026', '2026-02-17', 40000, 37200, 2, NULL)",
        granted.household_id,
    )
    await supply.runtime.pool.execute(
        "INSERT INTO entry (household_id, source_id, period, programme, line, kind, quantity)"
        " VALUES ($1, $2, $3, 'goods', 0, 'cash', 5000)",
        paid.household_id, new_id(), date(2026, 5, 1),
    )  # fmt: skip
    assert set(await found(supply, at(2026, 7, 15))) == {idle.household_id}
