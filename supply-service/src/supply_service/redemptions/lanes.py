"""The lanes of the hot path: one connection each, two statements a batch, no lock held while Python thinks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from chassis.clock import business_day
from chassis.faults import Busy
from chassis.group_commit import GroupCommit
from chassis.hot import Answer
from chassis.lane import Lane
from chassis.logging import get_logger
from chassis.runtime import Resources
from supply_service.policies.snapshot import Snapshot
from supply_service.redemptions import statements
from supply_service.redemptions.batch import Batch, Outcome, Pending, Repeat, periods
from supply_service.redemptions.items import Item, SaleItem
from supply_service.settings import Settings

log = get_logger(__name__)

MAX_ROUNDS = 20
MAX_TWINS = 3
COMMAND_SECONDS = 10
PREPARED = (statements.READ, statements.WRITE_PLAIN, statements.WRITE_OPENING)


class Lanes:
    """Carries draws and reversals to their commit."""

    def __init__(self, runtime: Resources, settings: Settings, snapshot: Snapshot) -> None:
        """Lanes as many as the settings say; nothing is connected before `running`."""
        self._runtime = runtime
        self._settings = settings
        self._snapshot = snapshot
        self._lanes = [Lane(settings.database_url, f"supply-lane-{n}", COMMAND_SECONDS) for n in range(settings.lanes)]
        self._commit: GroupCommit[Item, Answer] = GroupCommit(
            self._run, lanes=settings.lanes, max_batch=settings.max_batch, max_queue=settings.max_queue
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Lanes]:
        """Open the lanes; on the way out finish what was taken on."""
        for lane in self._lanes:
            await lane.prepare(PREPARED)
        try:
            async with self._commit.running():
                yield self
        finally:
            for lane in self._lanes:
                await lane.aclose()

    async def submit(self, item: Item) -> Answer:
        """The reply to a request, after its commit. Raises the refusal."""
        return await self.enqueue(item)

    def enqueue(self, item: Item) -> asyncio.Future[Answer]:
        """What will hold the reply to a request. Raises Busy.

        The lane follows from the card: a household's cards nearly always are one, and where two of them meet in
        two lanes the household's version decides.
        """
        return self._commit.enqueue(hash(item.card_id), item)

    async def _run(self, lane: int, items: Sequence[Item]) -> list[Answer | BaseException]:
        outcomes: list[Answer | BaseException | None] = [None] * len(items)
        waiting = list(range(len(items)))
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
        self._runtime.wake_relay()
        busy = Busy("This household is being served elsewhere at this moment.")
        return [busy if outcome is None else outcome for outcome in outcomes]

    async def _round(
        self, lane: Lane, items: Sequence[Item], waiting: list[int], outcomes: list[Answer | BaseException | None]
    ) -> list[int]:
        """Read, decide, write; gives back the requests whose household had moved in between."""
        now = self._runtime.clock.now()
        today = business_day(now)
        chosen = [items[index] for index in waiting]
        batch = Batch(now, self._snapshot.figures)
        asked = [_asked(item) for item in chosen]
        rows = await lane.fetch(
            statements.READ_HOLDS if any(row[-1] for row in asked) else statements.READ,
            asked,
            *periods(chosen, now),
            today - timedelta(days=self._settings.answer_days),
            today,
        )
        decisions = batch.decide(chosen, rows)
        moved: set[UUID] = set()
        if batch.effects.households:
            written = await lane.fetch(batch.effects.statement(), *batch.effects.parameters())
            moved = {row["household_id"] for row in written}
        again = []
        for index, decision in zip(waiting, decisions, strict=True):
            settled = _settle(decision, decisions, moved)
            if settled is None:
                again.append(index)
            else:
                outcomes[index] = settled
        return again


def _asked(item: Item) -> tuple[Any, ...]:
    """A request as the reading statement takes it."""
    if isinstance(item, SaleItem):
        payments = [tender.payment_id for tender in item.tenders] if item.tenders else None
        return item.place.terminal_id, item.key, item.card_id, None, payments
    return item.place.terminal_id, item.key, item.card_id, item.redemption_id, None


def _settle(
    decision: Outcome | Pending | Repeat, decisions: Sequence[Outcome | Pending | Repeat], moved: set[UUID]
) -> Outcome | None:
    """The outcome, or None where it has to be decided again."""
    if isinstance(decision, Repeat):
        first = _settle(decisions[decision.of], decisions, moved)
        return first._replace(replayed=True) if isinstance(first, Answer) else first
    if isinstance(decision, Pending):
        return decision.answer if decision.household_id in moved else None
    return decision
