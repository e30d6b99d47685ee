"""Optimistic batches (lanes): read without locks, decided in memory and written by one conditional statement each.

What had changed between reading and writing is not written; its requests are read and decided again. A service says
what a batch reads, decides and writes (`Decide`); the lanes have the connections, form the batches (`GroupCommit`),
repeat the rounds and find the twins: copies of one request, in one batch or in two processes at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar
from uuid import UUID

import asyncpg

from chassis.group_commit import GroupCommit
from chassis.infrastructure_errors import Busy
from chassis.lane_connection import COMMAND_SECONDS, LaneConnection

MAX_ROUNDS = 20
MAX_TWINS = 3


class Identified(Protocol):
    """A request as the lanes see it: whose it is, and what tells it from another."""

    @property
    def lane_key(self) -> int:
        """Requests that change the same rows have the same number, nearly always."""

    @property
    def caller(self) -> UUID | str:
        """Whose key it is."""

    @property
    def key(self) -> str | None:
        """The caller's own name for the request; None where a repeat is harmless or known otherwise."""

    @property
    def fingerprint(self) -> bytes:
        """What tells the request from another under the same key."""


Item = TypeVar("Item", bound=Identified)
Outcome = TypeVar("Outcome")
OutcomeOut = TypeVar("OutcomeOut", covariant=True)
Record = asyncpg.Record


class Plan(Protocol[OutcomeOut]):
    """A batch as it was decided."""

    @property
    def statement(self) -> str | None:
        """What writes it, whole or those parts whose rows are still as they were read; None: nothing to write."""

    def parameters(self) -> Sequence[object]:
        """Of the statement."""

    def outcomes(self, written: Sequence[Record]) -> Sequence[OutcomeOut | BaseException | None]:
        """What became of each request, given the statement's rows; None: its rows had changed, decide it again."""


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """How many lanes there are, and how much each takes."""

    database_url: str
    name: str  # shows in the server's list of sessions
    lanes: int
    max_batch: int
    max_queue: int
    command_seconds: float = COMMAND_SECONDS


class Lanes(Generic[Item, Outcome]):
    """Carries requests to their commit."""

    def __init__(
        self,
        settings: LaneSettings,
        decide: Callable[[LaneConnection, Sequence[Item]], Awaitable[Plan[Outcome]]],
        repeated: Callable[[Outcome], Outcome],
        conclude: Callable[[], None],
    ) -> None:
        """Nothing is connected before `running`.

        `decide` reads and decides a batch without copies; `repeated` makes a copy's outcome of the first one's;
        `conclude` is called after each commit.
        """
        self._decide = decide
        self._repeated = repeated
        self._conclude = conclude
        self._lanes = [
            LaneConnection(settings.database_url, f"{settings.name}-{n}", settings.command_seconds)
            for n in range(settings.lanes)
        ]
        self._commit: GroupCommit[Item, Outcome] = GroupCommit(
            self._run, lanes=settings.lanes, max_batch=settings.max_batch, max_queue=settings.max_queue
        )

    @asynccontextmanager
    async def running(self, prepared: Iterable[str] = ()) -> AsyncIterator[Self]:
        """Open the lanes with these statements at hand; on the way out finish what was taken on."""
        statements = tuple(prepared)
        for lane in self._lanes if statements else ():
            await lane.prepare(statements)
        try:
            async with self._commit.running():
                yield self
        finally:
            for lane in self._lanes:
                await lane.aclose()

    async def submit(self, item: Item) -> Outcome:
        """What became of a request, after its commit. Raises the refusal, or Busy."""
        return await self.enqueue(item)

    def enqueue(self, item: Item) -> asyncio.Future[Outcome]:
        """What will hold the outcome of a request. Raises Busy."""
        return self._commit.enqueue(item.lane_key, item)

    async def _run(self, lane: int, items: Sequence[Item]) -> list[Outcome | BaseException]:
        outcomes: list[Outcome | BaseException | None] = [None] * len(items)
        waiting: Sequence[int] = range(len(items))
        twins = 0
        for _ in range(MAX_ROUNDS):
            try:
                waiting = await self._round(self._lanes[lane], items, waiting, outcomes)
            except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
                # A twin in another process was faster: read again and find it. What persists is a fault of ours.
                twins += 1
                if twins > MAX_TWINS:
                    raise
            if not waiting:
                break
        self._conclude()
        busy = Busy("The same rows are being changed elsewhere at this moment.")
        return [busy if outcome is None else outcome for outcome in outcomes]

    async def _round(
        self,
        lane: LaneConnection,
        items: Sequence[Item],
        waiting: Sequence[int],
        outcomes: list[Outcome | BaseException | None],
    ) -> list[int]:
        """Read, decide, write; gives back the requests that are to be decided again."""
        first: dict[tuple[UUID | str, str], int] = {}
        chosen: list[int] = []
        copies: list[tuple[int, int]] = []
        again: list[int] = []
        for index in waiting:
            item = items[index]
            earlier = index if item.key is None else first.setdefault((item.caller, item.key), index)
            if earlier == index:
                chosen.append(index)
            elif items[earlier].fingerprint == item.fingerprint:
                copies.append((index, earlier))
            else:  # another request under the key: what becomes of the first decides
                again.append(index)
        plan = await self._decide(lane, [items[index] for index in chosen])
        written = [] if plan.statement is None else await lane.fetch(plan.statement, *plan.parameters())
        for index, outcome in zip(chosen, plan.outcomes(written), strict=True):
            outcomes[index] = outcome
            if outcome is None:
                again.append(index)
        for index, earlier in copies:
            known = outcomes[earlier]
            if known is None:
                again.append(index)
            else:
                outcomes[index] = known if isinstance(known, BaseException) else self._repeated(known)
        return sorted(again)
