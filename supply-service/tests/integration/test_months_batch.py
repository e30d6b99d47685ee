"""Opening a month for all households at once, on PostgreSQL: what it comes to, and that nothing stops it half-way."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer, worked_off
from contracts.card import CardActivated, ProgrammeService
from contracts.supply import PotGranted
from supply_service import MIGRATIONS
from supply_service.months import batch, repository

from ..support import Holder, Supply, Till, bread, goods, serve, settings_for, told

HOUSEHOLDS = 16
DAYS = [datetime(2026, month, day, 10, tzinfo=UTC) for month in (10, 11, 12) for day in (1, 9, 27)]


@pytest.fixture
async def opened(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[Supply]:
    """A service whose months the tests have opened by batch, seven households a time."""
    settings = settings_for(await make_database(MIGRATIONS), issuer, opening_batch=7)
    async with serve(settings, issuer) as running:
        yield running
        await running.audit()


@pytest.fixture
async def drawn(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[Supply]:
    """A service whose months open when households draw."""
    async with serve(settings_for(await make_database(MIGRATIONS), issuer), issuer) as running:
        yield running
        await running.audit()


async def step(supply: Supply) -> bool | float | None:
    """One step of the job, whatever pace it keeps."""
    given = supply.runtime.state.settings
    paced = given.opening_per_second
    given.opening_per_second = 1_000_000
    try:
        return await batch.run(supply.runtime)
    finally:
        given.opening_per_second = paced


async def everybody(supply: Supply) -> None:
    await worked_off(lambda: step(supply), lambda pause: pause is not None)


async def households(supply: Supply, holders: Sequence[Holder], sizes: Sequence[int]) -> None:
    """The same households with active cards, some of them since October."""
    for number, (holder, members) in enumerate(zip(holders, sizes, strict=True)):
        at = datetime(2026, 8 + number % 3, 1 + number % 27, 8, tzinfo=UTC)
        await supply.deliver(
            told(holder.household_id, {"2020-01": members}),
            CardActivated(
                card_id=holder.card_id, citizen_id=new_id(), household_id=holder.household_id, governorate="03",
                district="03.02", members=members, services=[ProgrammeService.SUPPLY], phase_id=None,
                activated_at=at,
            ),
            at=at,
        )  # fmt: skip


async def balances(supply: Supply, holders: Sequence[Holder]) -> list[Any]:
    """What every card's holder is told."""
    replies = [await supply.admin("GET", f"/v1/entitlements/{one.card_id}", "entitlements:read") for one in holders]
    assert {reply.status_code for reply in replies} == {200}
    return [reply.json() for reply in replies]


@pytest.mark.parametrize("seed", [1, 2])
async def test_all_at_once_comes_to_what_each_first_draw_does(opened: Supply, drawn: Supply, seed: int) -> None:
    """Draws, news of the register that come late, debts of offline sales aside: the same answers, day after day."""
    rng = random.Random(seed)
    holders = [Holder(new_id(), new_id()) for _ in range(HOUSEHOLDS)]
    sizes = [rng.randint(1, 6) for _ in holders]
    both = (opened, drawn)
    tills: list[tuple[Till, Till]] = []
    for supply in both:
        supply.at(DAYS[0])
        tills.append((await supply.till(), await supply.till("grocer")))
        await households(supply, holders, sizes)
    revision = 1
    for day in DAYS:
        for supply in both:
            supply.at(day)
        # Some draw before the job has come to them, and while it is at it.
        for _ in range(rng.randint(0, 3)):
            await step(opened)
        for _ in range(12):
            holder, what = rng.choice(holders), rng.random()
            if what < 0.3:
                revision += 1
                month = rng.choice(["2026-09", "2026-10", "2026-11", "2026-12"])
                size = (rng.randint(0, 6), rng.randint(0, 6))
                state = told(holder.household_id, {"2020-01": 2, month: size}, revision=revision)
                for supply in both:
                    await supply.deliver(state)
                continue
            line = bread(rng.randint(1, 30)) if what < 0.7 else goods("salt_300g", rng.randint(1, 40))
            replies = [
                await supply.sell(till[0 if what < 0.7 else 1], holder, line)
                for supply, till in zip(both, tills, strict=True)
            ]
            assert replies[0].status_code == replies[1].status_code, [reply.text for reply in replies]
        await everybody(opened)
        assert await balances(opened, holders) == await balances(drawn, holders)


async def test_it_goes_on_where_it_was_and_opens_nothing_twice(opened: Supply, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off in the middle of a batch, run by two processes at once, run again: each household once."""
    holders = [Holder(new_id(), new_id()) for _ in range(HOUSEHOLDS)]
    await households(opened, holders, [3] * HOUSEHOLDS)
    assert await step(opened)
    write, failing = repository.write, True

    async def cut_off(*given: Any) -> None:
        await write(*given)
        if failing:
            raise ConnectionError("the server has gone")

    monkeypatch.setattr(repository, "write", cut_off)
    with pytest.raises(ConnectionError):
        await step(opened)
    assert await progress(opened) == (7, False), "of a batch that was cut off nothing is there"
    failing = False
    await asyncio.gather(*(step(opened) for _ in range(4)))
    await everybody(opened)
    assert await progress(opened) == (HOUSEHOLDS, True)
    granted = [PotGranted.model_validate_json(payload) for _, payload in await opened.events(PotGranted)]
    assert set(Counter((one.household_id, one.programme, one.period) for one in granted).values()) == {1}
    assert {one.household_id for one in granted if one.period == date(2026, 11, 1)} == {
        one.household_id for one in holders
    }
    assert await step(opened) is None
    told = (await opened.admin("GET", "/v1/month-openings/2026-11", "settlements:read")).json()
    assert (told["state"], told["opened"], told["unopened"]) == ("done", HOUSEHOLDS, 0)
    told = (await opened.admin("GET", "/v1/month-openings/2026-12", "settlements:read")).json()
    assert (told["state"], told["opened"], told["unopened"]) == ("waiting", 0, HOUSEHOLDS)


async def progress(supply: Supply) -> tuple[int, bool]:
    (row,) = await supply.fetch("SELECT opened, finished_at IS NOT NULL AS done FROM month_opening")
    return row["opened"], row["done"]


async def test_it_keeps_its_pace_and_leaves_out_who_may_not_draw(opened: Supply) -> None:
    holders = [Holder(new_id(), new_id()) for _ in range(9)]
    await households(opened, holders, [2] * 9)
    await opened.fetch("UPDATE card SET supply = false WHERE card_id = $1", holders[0].card_id)
    await opened.fetch(
        "UPDATE household SET activated_on = '2026-12-01' WHERE household_id = $1", holders[1].household_id
    )
    assert await batch.run(opened.runtime) is None, "0 a second: no job"
    opened.runtime.state.settings.opening_per_second = 7
    pause = await batch.run(opened.runtime)
    assert isinstance(pause, float)
    assert 0.3 < pause <= 1.0, "seven of seven a second"
    opened.runtime.state.settings.opening_per_second = 0
    await everybody(opened)
    found = await opened.fetch("SELECT household_id FROM household WHERE opened IS NULL")
    assert {row["household_id"] for row in found} == {one.household_id for one in holders[:2]}


async def test_a_step_that_holds_households_for_long_is_followed_by_a_rest_and_a_smaller_one(
    opened: Supply, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sales wait for the households that a step holds; at the edge they have five seconds."""
    holders = [Holder(new_id(), new_id()) for _ in range(12)]
    await households(opened, holders, [2] * 12)
    opened.at(DAYS[6])
    monkeypatch.setattr(batch, "HELD_SECONDS", 0.0)
    pause = await step(opened)
    assert isinstance(pause, float), "it rests as long as it took"
    assert (pause > 0, opened.runtime.state.opening_batch) == (True, 3)
    monkeypatch.setattr(batch, "HELD_SECONDS", 60.0)
    await step(opened)
    assert opened.runtime.state.opening_batch == 6
    await everybody(opened)
    assert opened.runtime.state.opening_batch == 7, "never more than the settings say"
    months = await opened.fetch("SELECT opened FROM household")
    assert {row["opened"] for row in months} == {date(2026, 12, 1)}


@pytest.mark.parametrize(
    ("households", "took", "expected"), [(250, 0.1, 250), (250, 1.0, 125), (1, 9.0, 1), (8, 0.1, 16), (200, 0.1, 250)]
)
def test_the_size_of_the_next_step(households: int, took: float, expected: int) -> None:
    assert batch.step_after(households, took, 250) == expected
