"""Group commit: requests that arrive while a lane is busy form the next batch and share one commit.

There is no timer: a free lane starts at once, so light load is not delayed. Every reply waits for the commit.
A request's lane follows from its key, so that two lanes never wait for each other's rows.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Generic, Self, TypeVar

from chassis.infrastructure_errors import Busy, is_infrastructure, sqlstate
from chassis.logging import get_logger
from chassis.metrics import BATCH_SIZE, QUEUED

log = get_logger(__name__)

Item = TypeVar("Item")
Reply = TypeVar("Reply")
Run = Callable[[int, Sequence[Item]], Awaitable[Sequence[Reply | BaseException]]]


class GroupCommit(Generic[Item, Reply]):
    """Batch executor: `lanes` workers, each carrying at most `max_batch` requests at a time through `run(lane, items)`.

    `run` commits and answers each item in order with a reply or with the exception to raise for it.
    If `run` itself raises, the batch is halved until the request at fault stands alone. A request whose caller has
    gone before its turn is not begun.
    """

    def __init__(self, run: Run[Item, Reply], *, lanes: int = 1, max_batch: int = 128, max_queue: int = 4096) -> None:
        """`max_queue`: waiting requests per lane beyond which new ones are refused as `Busy`."""
        self._run = run
        self._max_batch = max_batch
        self._max_queue = max_queue
        self._queues: list[deque[tuple[Item, asyncio.Future[Reply]]]] = [deque() for _ in range(lanes)]
        self._wake = [asyncio.Event() for _ in range(lanes)]
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Open the lanes; on the way out finish what was taken on."""
        self.start()
        try:
            yield self
        finally:
            await self.aclose()

    def start(self) -> None:
        """Open the lanes."""
        self._tasks = [asyncio.create_task(self._lane(n), name=f"group-commit-{n}") for n in range(len(self._queues))]

    async def aclose(self) -> None:
        """Refuse what comes now and finish what was taken."""
        self._closing = True
        for event in self._wake:
            event.set()
        await asyncio.gather(*self._tasks)

    async def submit(self, lane_key: int, item: Item) -> Reply:
        """The reply to `item`, after its commit. Raises Busy when the queue is full or closing."""
        return await self.enqueue(lane_key, item)

    def enqueue(self, lane_key: int, item: Item) -> asyncio.Future[Reply]:
        """What will hold the reply to `item`. Raises Busy when the queue is full or closing."""
        lane = lane_key % len(self._queues)
        queue = self._queues[lane]
        if self._closing or len(queue) >= self._max_queue:
            raise Busy("More is waiting than can be served soon.")
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        queue.append((item, future))
        self._wake[lane].set()
        return future

    async def _lane(self, lane: int) -> None:
        queue, wake = self._queues[lane], self._wake[lane]
        while True:
            batch = self._next(queue)
            if not batch:
                if self._closing:
                    return
                wake.clear()
                await wake.wait()
                continue
            BATCH_SIZE.observe(len(batch))
            QUEUED.set(len(queue))
            replies = await self._attempt(lane, [item for item, _ in batch])
            for (_, future), reply in zip(batch, replies, strict=True):
                if future.done():  # the caller has gone; the work stands, a repeat gets its answer
                    continue
                if isinstance(reply, BaseException):
                    future.set_exception(reply)
                else:
                    future.set_result(reply)

    def _next(self, queue: deque[tuple[Item, asyncio.Future[Reply]]]) -> list[tuple[Item, asyncio.Future[Reply]]]:
        batch: list[tuple[Item, asyncio.Future[Reply]]] = []
        while queue and len(batch) < self._max_batch:
            waiting = queue.popleft()
            if not waiting[1].done():
                batch.append(waiting)
        return batch

    async def _attempt(self, lane: int, items: Sequence[Item]) -> Sequence[Reply | BaseException]:
        try:
            replies = await self._run(lane, items)
            if len(replies) != len(items):
                raise RuntimeError(f"{len(replies)} replies to {len(items)} requests")
            return replies
        except Exception as error:  # why: any fault of one request must fail that request, not its lane
            if _outcome_unknown(error):
                log.warning("batch lost its connection", error=type(error).__name__, size=len(items))
                return [Busy("The outcome is not known; repeat with the same Idempotency-Key.") for _ in items]
            if len(items) == 1:
                log.error("request failed in group commit", exc_info=error)
                return [error]
        middle = len(items) // 2
        first = await self._attempt(lane, items[:middle])
        return [*first, *await self._attempt(lane, items[middle:])]


def _outcome_unknown(error: Exception) -> bool:
    """The whole batch failed for a reason that no request has caused: splitting it would not help.

    A deadlock or a failed serialisation is rolled back for certain: smaller batches may get through.
    """
    return is_infrastructure(error) and not sqlstate(error).startswith("40")
