"""Background work of a process: outbox relay, event consumer, workers; kept alive while it runs, ended in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from chassis import kafka
from chassis.consumer import EventConsumer
from chassis.faults import is_infrastructure
from chassis.logging import get_logger
from chassis.reactions import R, Reactions
from chassis.relay import Relay, Render
from contracts.event import registry

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
        self.relay = Relay(runtime.settings, runtime.name, _topics(runtime.name, reactions), render)
        self.consumer = EventConsumer(reactions, runtime) if reactions else None
        self.cluster = kafka.Cluster(runtime.settings.kafka_bootstrap)

    def start(self) -> None:
        """Publish and consume from now on."""
        self._relaying = supervised("relay", self.relay.run)
        self._consuming = supervised("consumer", self.consumer.run) if self.consumer else None

    async def stop_consumer(self) -> None:
        """End after the events at hand. Their own events are published still."""
        if self.consumer and self._consuming:
            self.consumer.stop()
            await _finish(self._consuming, CONSUMER_GRACE_SECONDS)

    async def stop_relay(self) -> None:
        """Publish what is committed and end."""
        self.relay.stop()
        await _finish(self._relaying, RELAY_GRACE_SECONDS)
        await self.cluster.close()


def start(runtime: T, workers: Iterable[Worker[T]]) -> list[asyncio.Task[None]]:
    """Let workers run beside each other, each started again when it fails."""

    def one(work: Worker[T]) -> asyncio.Task[None]:
        return supervised(getattr(work, "__name__", str(work)), lambda: work(runtime))

    return [one(work) for work in workers]


async def stop(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel workers and wait until they have ended."""
    tasks = list(tasks)
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


def _topics(name: str, reactions: Reactions[R] | None) -> set[str]:
    """The topics that must exist before the service publishes or consumes."""
    own = {event.TOPIC for event in registry().values() if event.TOPIC.split(".", 1)[0] == name}
    consumed = reactions.topics if reactions else set()
    return own | consumed | {topic + kafka.DEAD for topic in consumed}
