"""The ledger's lanes: a batch is read without locks, decided in memory, and written whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from chassis.group_commit import GroupCommit
from chassis.lane import Lane
from chassis.problems import Unavailable
from chassis.runtime import Runtime
from payment_service.ledger import statements
from payment_service.ledger.batch import Batch, Result
from payment_service.ledger.items import Item, account_ids, settled_ids, transfer_ids
from payment_service.settings import Settings

MAX_ROUNDS = 20
MAX_TWINS = 3


class Ledger:
    """Carries requests to their commit."""

    def __init__(self, runtime: Runtime, settings: Settings) -> None:
        """Lanes as many as the settings say; nothing is connected before `running`."""
        self._runtime = runtime
        self._lanes = [Lane(settings.database_url, f"payment-lane-{n}") for n in range(settings.lanes)]
        self._commit: GroupCommit[Item, Result] = GroupCommit(
            self._run, lanes=settings.lanes, max_batch=settings.max_batch, max_queue=settings.max_queue
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Ledger]:
        """Open the lanes; on the way out finish what was taken on."""
        try:
            async with self._commit.running():
                yield self
        finally:
            for lane in self._lanes:
                await lane.aclose()

    async def submit(self, item: Item) -> Result:
        """The result of a request, after its commit. Raises the refusal where nothing of it was carried out."""
        return await self.enqueue(item)

    def enqueue(self, item: Item) -> asyncio.Future[Result]:
        """What will hold the result of a request. Raises Unavailable."""
        return self._commit.enqueue(item.lane_key, item)

    async def _run(self, lane: int, items: Sequence[Item]) -> list[Result | BaseException]:
        twins = 0
        for _ in range(MAX_ROUNDS):
            try:
                results = await self._round(self._lanes[lane], items)
            except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
                # A twin in another process was faster: read again and find it. What persists is a fault of ours.
                twins += 1
                if twins > MAX_TWINS:
                    raise
                continue
            if results is not None:
                self._runtime.wake_relay()
                return results
        return [Unavailable("These accounts are busy at this moment.") for _ in items]

    async def _round(self, lane: Lane, items: Sequence[Item]) -> list[Result | BaseException] | None:
        """Read, decide, write; None where an account had moved on in between."""
        operations = [operation for item in items for operation in item.operations]
        accounts = account_ids(operations)
        if settled := settled_ids(operations):
            for row in await lane.fetch(statements.PARTIES, list(settled)):
                accounts |= {row["debit_account_id"], row["credit_account_id"]}
        keyed = [(item.caller, item.key) for item in items if item.key is not None]
        rows = await lane.fetch(
            statements.READ,
            list(accounts),
            list(transfer_ids(operations)),
            [caller for caller, _ in keyed],
            [key for _, key in keyed],
        )
        batch = Batch.of(rows, self._runtime.clock.now())
        results = batch.decide(items)
        if not batch.writes:
            return list(results)
        written = await lane.fetch(statements.WRITE, *batch.parameters())
        return list(results) if written[0]["yes"] else None
