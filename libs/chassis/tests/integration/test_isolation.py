"""What fails alone stands aside alone, whatever stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import isolation
from chassis.ids import new_id
from chassis.isolation import Batches, not_aside
from chassis.runtime import Resources
from chassis.testing import worked_off

from .support import fetch

pytestmark = pytest.mark.usefixtures("client")


def batches(worker: str, key: str, bad: set[int], tried: list[int]) -> Batches[Resources, int]:
    """Numbers in `seen` are worked off: they go, unless a bad one is among them."""
    statement = text(
        f"SELECT number FROM seen WHERE key = :key AND {not_aside(worker, 'number')} ORDER BY number LIMIT :limit"
    )

    async def claim(session: AsyncSession, _: Resources, limit: int) -> Sequence[int]:
        return (await session.execute(statement, {"key": key, "limit": limit})).scalars().all()

    async def work(session: AsyncSession, _: Resources, rows: Sequence[int]) -> None:
        tried.append(len(rows))
        await session.execute(text("DELETE FROM seen WHERE key = :key AND number = ANY(:n)"), {"key": key, "n": rows})
        if bad & set(rows):
            raise KeyError("+201012345678")

    return Batches(worker, claim, work, lambda number: number, lambda _: 64)


async def fill(app: FastAPI, key: str, count: int) -> None:
    await app.state.runtime.pool.executemany(
        "INSERT INTO seen (key, number) VALUES ($1, $2)", [(key, number) for number in range(count)]
    )


async def left(app: FastAPI, key: str) -> list[int]:
    return [row["number"] for row in await fetch(app, "SELECT number FROM seen WHERE key = $1 ORDER BY 1", key)]


@pytest.mark.parametrize("bad", [{0}, {99}, {7, 8, 63, 64}])
async def test_bad_rows_let_the_others_go_on(app: FastAPI, key: str, bad: set[int]) -> None:
    runtime: Any = app.state.runtime
    worker, tried = new_id().hex, list[int]()
    await fill(app, key, 100)
    job = batches(worker, key, bad, tried)
    await worked_off(lambda: job.run(runtime))
    assert await left(app, key) == sorted(bad)
    assert len(tried) < 20 * len(bad)
    rows = await fetch(app, "SELECT item, attempts, reason FROM set_aside WHERE worker = $1", worker)
    assert {(row["item"], row["attempts"], row["reason"]) for row in rows} == {(str(n), 1, "KeyError") for n in bad}
    await isolation.count(runtime)
    assert REGISTRY.get_sample_value("unicard_worker_items_aside", {"worker": worker}) == len(bad)
    assert REGISTRY.get_sample_value("unicard_worker_items_failed_total", {"worker": worker}) == len(bad)


async def test_what_stands_aside_is_tried_again_ever_later_and_forgotten_once_done(app: FastAPI, key: str) -> None:
    runtime: Any = app.state.runtime
    worker, bad = new_id().hex, {1}
    await fill(app, key, 3)
    job = batches(worker, key, bad, [])
    waits = []
    for attempt in (1, 2, 3):
        await worked_off(lambda: job.run(runtime))
        (row,) = await fetch(
            app, "SELECT attempts, next_at - clock_timestamp() AS wait FROM set_aside WHERE worker = $1", worker
        )
        assert row["attempts"] == attempt
        waits.append(row["wait"].total_seconds())
        await runtime.pool.execute("UPDATE set_aside SET next_at = now() WHERE worker = $1", worker)
    assert [round(wait / 60) for wait in waits] == [1, 2, 4]
    bad.clear()
    await worked_off(lambda: job.run(runtime))
    assert await left(app, key) == []
    assert not await fetch(app, "SELECT FROM set_aside WHERE worker = $1", worker)


async def test_a_server_that_is_away_sets_nothing_aside(app: FastAPI, key: str) -> None:
    worker = new_id().hex
    await fill(app, key, 3)

    async def work(*_: object) -> None:
        raise ConnectionResetError

    job = batches(worker, key, set(), [])
    with pytest.raises(ConnectionResetError):
        await Batches(worker, job.claim, work, job.key, job.size).run(app.state.runtime)
    assert not await fetch(app, "SELECT FROM set_aside WHERE worker = $1", worker)
    assert len(await left(app, key)) == 3
