"""Group commit: one transaction for many, the fault of one for nobody else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.edge import as_refusal
from chassis.group_commit import GroupCommit
from chassis.infrastructure_errors import Busy
from chassis.logging import configure
from chassis.problems import NotFound, headers_of, status_of
from chassis.testing import others_had_their_turn


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Hundreds of failures are provoked here; drawing them takes longer than the tests."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure("probe", "CRITICAL")
    yield
    root.handlers, root.level = handlers, level


class Table:
    """Stands for the database: a batch is written whole or not at all, and one with a bad item fails."""

    def __init__(self, bad: set[int] | None = None, seconds: float = 0.0) -> None:
        self.bad = bad or set()
        self.seconds = seconds
        self.written: list[int] = []
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def run(self, lane: int, items: Sequence[int]) -> Sequence[int | BaseException]:
        self.batches.append(list(items))
        await self.gate.wait()
        await asyncio.sleep(self.seconds)
        if self.bad.intersection(items):
            raise asyncpg.CheckViolationError("bad item in the batch")
        self.written += items
        return [item * 2 for item in items]


async def test_one_request_is_served_at_once() -> None:
    table = Table()
    commit = GroupCommit(table.run)
    commit.start()
    assert await commit.submit(0, 21) == 42
    await commit.aclose()
    assert table.batches == [[21]]


async def test_requests_that_come_while_a_lane_is_busy_share_the_next_commit() -> None:
    table = Table()
    commit = GroupCommit(table.run, max_batch=4)
    commit.start()
    table.gate.clear()
    first = asyncio.create_task(commit.submit(0, 0))
    await others_had_their_turn()
    rest = [asyncio.create_task(commit.submit(0, number)) for number in range(1, 8)]
    await others_had_their_turn()
    table.gate.set()
    assert await asyncio.gather(first, *rest) == [0, 2, 4, 6, 8, 10, 12, 14]
    await commit.aclose()
    assert table.batches == [[0], [1, 2, 3, 4], [5, 6, 7]]


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 300), unique=True, min_size=1, max_size=80),
    bad=st.sets(st.integers(0, 300), max_size=20),
    lanes=st.integers(1, 4),
    max_batch=st.integers(1, 17),
)
async def test_every_request_gets_its_own_answer_whatever_stands_beside_it(
    numbers: list[int], bad: set[int], lanes: int, max_batch: int
) -> None:
    table = Table(bad)
    commit = GroupCommit(table.run, lanes=lanes, max_batch=max_batch)
    commit.start()
    replies = await asyncio.gather(*(commit.submit(n, n) for n in numbers), return_exceptions=True)
    await commit.aclose()
    for number, reply in zip(numbers, replies, strict=True):
        if number in bad:
            assert isinstance(reply, asyncpg.CheckViolationError)
        else:
            assert reply == number * 2
    assert sorted(table.written) == sorted(set(numbers) - bad)
    assert max(map(len, table.batches)) <= max_batch
    for lane in range(lanes):  # the order within a lane is that of arrival
        arrived = [n for n in numbers if n % lanes == lane and n not in bad]
        assert [n for n in table.written if n % lanes == lane] == arrived


async def test_fault_of_one_costs_only_few_more_attempts() -> None:
    table = Table(bad={70})
    commit = GroupCommit(table.run, max_batch=128)
    table.gate.clear()
    commit.start()
    waiting = [asyncio.create_task(commit.submit(0, number)) for number in range(129)]
    await others_had_their_turn()
    table.gate.set()
    replies = await asyncio.gather(*waiting, return_exceptions=True)
    await commit.aclose()
    assert sum(isinstance(reply, BaseException) for reply in replies) == 1
    assert len(table.batches) <= 2 + 2 * 7


async def test_refusal_of_one_is_raised_to_that_one() -> None:
    async def run(lane: int, items: Sequence[str]) -> Sequence[str | BaseException]:
        return [NotFound("no such card") if item == "unknown" else item.upper() for item in items]

    commit = GroupCommit(run)
    commit.start()
    replies = await asyncio.gather(*(commit.submit(0, item) for item in ("a", "unknown", "b")), return_exceptions=True)
    await commit.aclose()
    assert replies[0] == "A"
    assert isinstance(replies[1], NotFound)
    assert replies[2] == "B"


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        TimeoutError(),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.CrashShutdownError("another backend was killed"),
        asyncpg.AdminShutdownError("stop"),
        asyncpg.TooManyConnectionsError("full"),
    ],
)
async def test_lost_connection_fails_the_batch_without_trying_its_parts(error: Exception) -> None:
    tries = 0

    async def run(lane: int, items: Sequence[int]) -> Sequence[int | BaseException]:
        nonlocal tries
        tries += 1
        raise error

    commit = GroupCommit(run)
    waiting = [asyncio.create_task(commit.submit(0, number)) for number in range(5)]
    await others_had_their_turn()
    commit.start()
    replies = await asyncio.gather(*waiting, return_exceptions=True)
    await commit.aclose()
    assert all(isinstance(reply, Busy) for reply in replies)
    assert tries == 1


async def test_value_the_driver_cannot_send_fails_alone() -> None:
    async def run(lane: int, items: Sequence[int]) -> Sequence[int | BaseException]:
        if any(item > 2**31 for item in items):
            raise asyncpg.DataError("value out of int32 range")
        return list(items)

    commit = GroupCommit(run)
    waiting = [asyncio.create_task(commit.submit(0, number)) for number in (1, 2**40, 3)]
    await others_had_their_turn()
    commit.start()
    replies = await asyncio.gather(*waiting, return_exceptions=True)
    await commit.aclose()
    assert replies[0] == 1
    assert isinstance(replies[1], asyncpg.DataError)
    assert replies[2] == 3


async def test_batch_that_answers_too_few_fails_and_its_lane_goes_on() -> None:
    async def run(lane: int, items: Sequence[int]) -> Sequence[int | BaseException]:
        return [] if 13 in items else list(items)

    commit = GroupCommit(run)
    commit.start()
    with pytest.raises(RuntimeError):
        await commit.submit(0, 13)
    assert await commit.submit(0, 1) == 1
    await commit.aclose()


async def test_full_queue_refuses_with_a_time_to_come_back() -> None:
    table = Table()
    commit = GroupCommit(table.run, lanes=2, max_batch=2, max_queue=3)
    commit.start()
    table.gate.clear()
    taken = [asyncio.create_task(commit.submit(0, 0))]
    await others_had_their_turn()
    taken += [asyncio.create_task(commit.submit(0, number)) for number in (2, 4, 6)]
    await others_had_their_turn()
    with pytest.raises(Busy) as refused:
        await commit.submit(0, 8)
    shown = as_refusal(refused.value)
    assert status_of(type(shown)) == 503
    assert headers_of(shown)["Retry-After"]
    other = asyncio.create_task(commit.submit(1, 1))  # the other lane has room
    table.gate.set()
    assert await asyncio.gather(*taken, other) == [0, 4, 8, 12, 2]
    await commit.aclose()


async def test_lanes_do_not_wait_for_each_other() -> None:
    release = asyncio.Event()

    async def run(lane: int, items: Sequence[int]) -> Sequence[int | BaseException]:
        if lane == 0:
            await release.wait()
        return list(items)

    commit = GroupCommit(run, lanes=2)
    commit.start()
    stuck = asyncio.create_task(commit.submit(0, 0))
    assert await asyncio.wait_for(commit.submit(1, 1), 30) == 1
    assert not stuck.done()
    release.set()
    assert await stuck == 0
    await commit.aclose()


async def test_caller_that_has_gone_is_dropped_before_its_turn_and_harmless_after() -> None:
    table = Table()
    commit = GroupCommit(table.run, max_batch=1)
    commit.start()
    table.gate.clear()
    begun = asyncio.create_task(commit.submit(0, 1))
    await others_had_their_turn()
    waiting = asyncio.create_task(commit.submit(0, 2))
    staying = asyncio.create_task(commit.submit(0, 3))
    await others_had_their_turn()
    begun.cancel()
    waiting.cancel()
    await others_had_their_turn()
    table.gate.set()
    assert await staying == 6
    await commit.aclose()
    assert table.written == [1, 3]  # the first was under way: its work stands


async def test_close_finishes_what_was_taken_and_refuses_what_comes() -> None:
    table = Table(seconds=0.01)
    commit = GroupCommit(table.run, max_batch=2)
    commit.start()
    taken = [asyncio.create_task(commit.submit(0, number)) for number in range(9)]
    await others_had_their_turn()
    closing = asyncio.create_task(commit.aclose())
    await others_had_their_turn()
    with pytest.raises(Busy):
        await commit.submit(0, 99)
    await closing
    assert [task.result() for task in taken] == [number * 2 for number in range(9)]
