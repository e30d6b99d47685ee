"""Background tasks of a process: outbox relay, event consumer, workers; kept alive while it runs, ended in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from chassis import kafka
from chassis.consumer import EventConsumer
from chassis.infrastructure_errors import is_infrastructure
from chassis.logging import get_logger
from chassis.reactions import R, Reactions
from chassis.relay import Relay, Render
from chassis.waking import woken

log = get_logger(__name__)

T = TypeVar("T")
Worker = Callable[[T], Awaitable[None]]

WORKER_RESTART_SECONDS = 1.0
CONSUMER_GRACE_SECONDS = 20.0
RELAY_GRACE_SECONDS = 10.0


class Background(Generic[R]):
    """The relay of the service's outbox and the consumer of what it reacts to, on one broker."""

    def __init__(self, runtime: R, reactions: Reactions[R] | None, render: Render | None = None) -> None:
        """Nothing runs before `start`; without `reactions` there is no consumer; `render` is the relay's."""
        self._settings = runtime.settings
        self.relay = Relay(runtime.settings, runtime.name, render)
        self.consumer = EventConsumer(reactions, runtime) if reactions else None
        self.cluster = kafka.Cluster(runtime.settings.kafka)

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        """Publish; on the way out what is committed."""
        task = supervised("relay", self.relay.run)
        async with woken(self._settings.host, self._settings.relay_address, self.relay.wake):
            try:
                yield
            finally:
                self.relay.stop()
                await _finish(task, RELAY_GRACE_SECONDS)
                await self.cluster.close()

    @asynccontextmanager
    async def consuming(self) -> AsyncIterator[None]:
        """Consume; on the way out finish the events at hand."""
        if self.consumer is None:
            yield
            return
        task = supervised("consumer", self.consumer.run)
        try:
            yield
        finally:
            self.consumer.stop()
            await _finish(task, CONSUMER_GRACE_SECONDS)


@asynccontextmanager
async def working(runtime: T, workers: Iterable[Worker[T]]) -> AsyncIterator[None]:
    """Let workers run beside each other, each started again when it fails; on the way out they are cancelled."""

    def one(work: Worker[T]) -> asyncio.Task[None]:
        return supervised(getattr(work, "__name__", str(work)), lambda: work(runtime))

    tasks = [one(work) for work in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def supervised(name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    """Work for ever: what ends by itself is done, what fails begins again."""
    return asyncio.create_task(_supervise(name, work), name=name)


async def _supervise(name: str, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
            return
        except Exception as error:  # why: a worker that fails must not take the service along, nor stay dead
            if is_infrastructure(error):
                log.warning("worker waits for a server", worker=name, error=type(error).__name__)
            else:
                log.error("worker failed, starting it again", worker=name, exc_info=error)
            await asyncio.sleep(WORKER_RESTART_SECONDS)


async def _finish(task: asyncio.Task[None], seconds: float) -> None:
    """Let a task that was told to stop come to its end; cut it off when it takes too long."""
    done, _ = await asyncio.wait([task], timeout=seconds)
    if not done:
        log.warning("cut off while stopping", seconds=seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
