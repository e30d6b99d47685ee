"""The one loop of periodic jobs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from prometheus_client import REGISTRY

from chassis import periodic
from chassis.ids import new_id
from chassis.periodic import Periodic
from chassis.testing import eventually, others_had_their_turn


@asynccontextmanager
async def kept(job: Periodic[None]) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(job(None))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def runs(name: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("unicard_worker_runs_total", {"worker": name, "outcome": outcome}) or 0.0


async def times(wanted: int, count: Callable[[], int]) -> None:
    async def enough() -> bool:
        return count() >= wanted

    await eventually(enough, seconds=10)


async def test_what_has_more_to_do_is_run_at_once_and_measured() -> None:
    name, seen = new_id().hex, []

    async def run(_: None) -> bool:
        seen.append(1)
        return len(seen) < 50

    async with kept(Periodic(name, run, 3600.0)):
        await times(50, lambda: len(seen))
        await others_had_their_turn()
    assert len(seen) == 50
    assert (runs(name, "done"), runs(name, "failed")) == (50, 0)
    assert (REGISTRY.get_sample_value("unicard_worker_last_success_timestamp_seconds", {"worker": name}) or 0) > 1e9


async def test_failures_are_counted_and_tried_again_ever_later(monkeypatch: pytest.MonkeyPatch) -> None:
    name, pauses, failing = new_id().hex, list[float](), True
    mine: list[asyncio.Task[None]] = []
    monkeypatch.setattr(periodic, "FIRST_RETRY_SECONDS", 0.001)

    sleep = periodic._sleep

    async def pause(event: asyncio.Event, seconds: float) -> None:
        if asyncio.current_task() not in mine:  # other tests' services of this process have loops of their own
            await sleep(event, seconds)
        else:
            pauses.append(seconds)
            await asyncio.sleep(0)

    monkeypatch.setattr(periodic, "_sleep", pause)

    async def run(_: None) -> None:
        if failing:
            raise KeyError("a bad row")

    async with kept(Periodic(name, run, 0.25)) as task:
        mine.append(task)
        await times(8, lambda: len(pauses))
        failing = False
        await times(len(pauses) + 2, lambda: len(pauses))
    assert runs(name, "failed") >= 8
    assert pauses[7] > 20 * pauses[0]
    assert 0.2 <= pauses[-1] <= 0.3


async def test_an_idle_job_rests_longer_and_is_woken() -> None:
    seen, event = list[int](), asyncio.Event()

    async def run(_: None) -> None:
        seen.append(1)

    async with kept(Periodic(new_id().hex, run, 0.01, longest=3600.0, woken=lambda _: event)):
        await times(10, lambda: len(seen))
        before = len(seen)
        event.set()
        await times(before + 1, lambda: len(seen))
