"""Rounds of the lanes: copies are decided once, what has moved is decided again, twins are found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from chassis.infrastructure_errors import Busy
from chassis.lane_connection import LaneConnection
from chassis.lanes import MAX_ROUNDS, MAX_TWINS, Lanes, LaneSettings

NOWHERE = LaneSettings("postgresql://127.0.0.1:1/nowhere", "test", lanes=1, max_batch=32, max_queue=64)


@dataclass
class Item:
    number: int
    key: str | None = None
    fingerprint: bytes = b""
    caller: str = "till"
    lane_key: int = 0


@dataclass
class Decided:
    """A plan that writes nothing."""

    made: Sequence[str | BaseException | None]
    statement: str | None = None

    def parameters(self) -> Sequence[Any]:
        return ()

    def outcomes(self, written: Sequence[asyncpg.Record]) -> Sequence[str | BaseException | None]:
        assert not written
        return self.made


@dataclass
class Books:
    """Decides by a function of the item and the round, and keeps what it was asked."""

    decide_one: Callable[[Item, int], str | BaseException | None]
    rounds: list[list[int]] = field(default_factory=list)
    commits: int = 0

    async def decide(self, _: LaneConnection, items: Sequence[Item]) -> Decided:
        self.rounds.append([item.number for item in items])
        return Decided([self.decide_one(item, len(self.rounds)) for item in items])

    def committed(self) -> None:
        self.commits += 1


async def carry(books: Books, *items: Item) -> list[str | BaseException]:
    """The outcomes of items that make one batch."""
    lanes: Lanes[Item, str] = Lanes(NOWHERE, books.decide, lambda first: f"{first} again", books.committed)
    futures = [lanes.enqueue(item) for item in items]
    async with lanes.running():
        return await asyncio.gather(*futures, return_exceptions=True)


async def test_a_copy_is_not_decided_and_gets_the_first_ones_outcome() -> None:
    books = Books(lambda item, _: f"sold {item.number}")
    assert await carry(books, Item(1, "k"), Item(2, "k"), Item(3), Item(4)) == [
        "sold 1", "sold 1 again", "sold 3", "sold 4"
    ]  # fmt: skip
    assert (books.rounds, books.commits) == ([[1, 3, 4]], 1)


async def test_a_copy_of_what_was_refused_is_refused_alike() -> None:
    refused = ValueError("no")
    assert await carry(Books(lambda *_: refused), Item(1, "k"), Item(2, "k")) == [refused, refused]


async def test_another_request_under_the_key_is_decided_when_the_first_one_is() -> None:
    books = Books(lambda item, _: f"sold {item.number}")
    outcomes = await carry(books, Item(1, "k", b"a"), Item(2, "k", b"b"), Item(3, "k", b"a"))
    assert outcomes == ["sold 1", "sold 2", "sold 1 again"]
    assert books.rounds == [[1], [2]]


async def test_callers_do_not_share_keys() -> None:
    books = Books(lambda item, _: f"sold {item.number}")
    assert await carry(books, Item(1, "k"), Item(2, "k", caller="other")) == ["sold 1", "sold 2"]


async def test_what_has_moved_is_decided_again_with_its_copies() -> None:
    books = Books(lambda item, round_: None if item.number == 1 and round_ < 3 else f"sold {item.number}")
    assert await carry(books, Item(1, "k"), Item(2), Item(3, "k")) == ["sold 1", "sold 2", "sold 1 again"]
    assert books.rounds == [[1, 2], [1], [1]]


async def test_what_moves_for_ever_is_busy() -> None:
    books = Books(lambda item, _: None if item.number == 1 else "sold")
    first, second = await carry(books, Item(1), Item(2))
    assert isinstance(first, Busy)
    assert second == "sold"
    assert len(books.rounds) == MAX_ROUNDS


@pytest.mark.parametrize("times", [MAX_TWINS, MAX_TWINS + 1])
async def test_a_twin_in_another_process_is_looked_for(times: int) -> None:
    def decide(item: Item, round_: int) -> str:
        if round_ <= times:
            raise asyncpg.UniqueViolationError("key")
        return "found"

    (outcome,) = await carry(Books(decide), Item(1, "k"))
    assert outcome == "found" if times <= MAX_TWINS else isinstance(outcome, asyncpg.UniqueViolationError)
