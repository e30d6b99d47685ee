"""Kafka consumer with an inbox: each event's effect exactly once, in the order of its key.

The inbox row and the effect share a transaction; offsets are committed after it. A broken event is set aside
(`dead_letters.py`) and later events of its key wait behind it until an operator replays or discards it.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Generic
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from chassis import dead_letters, kafka
from chassis.infrastructure_errors import is_infrastructure
from chassis.kafka_record import Record
from chassis.logging import get_logger
from chassis.metrics import CONSUMER_LAG_SECONDS, EVENTS_CONSUMED
from chassis.reactions import Handler, Malformed, Misplaced, R, Reactions, Received

__all__ = ["EventConsumer", "Handler", "Malformed", "Reactions", "Received", "is_infrastructure"]

log = get_logger(__name__)

IDLE_MS = 200
COMMIT_SECONDS = 5.0
FIRST_BACKOFF_SECONDS = 0.1
MAX_BACKOFF_SECONDS = 5.0
STRAGGLERS_EVERY_SECONDS = 2.0
# A client that has not come into its group by then has lost its way, as after a broker that lost all data: a new one.
JOIN_SECONDS = 45.0
SLOW_BATCH_SECONDS = 1.0

Item = tuple[Record, Received[Any]]
# An event not handled yet, and its own error; None where it only waits behind one of its key.
Left = tuple[Item, Exception | None]


class Stopped(Exception):
    """The consumer was told to stop before the events at hand were handled; they come again."""


class _Membership(ConsumerRebalanceListener):
    """What this process knows of its place in the group."""

    def __init__(self) -> None:
        self.joined = False
        self.revocations = 0

    async def on_partitions_assigned(self, assigned: object) -> None:
        self.joined = True

    async def on_partitions_revoked(self, revoked: object) -> None:
        self.revocations += 1


class EventConsumer(Generic[R]):
    """The consuming loop of one process."""

    def __init__(self, reactions: Reactions[R], runtime: R) -> None:
        """Consume what `reactions` handle, into the database of `runtime`."""
        self._reactions = reactions
        self._runtime = runtime
        self.refused = ""
        self._stopping = asyncio.Event()
        self._membership = _Membership()
        self._stragglers_at = 0.0
        self._straggler_attempts: Counter[int] = Counter()

    @property
    def joined(self) -> bool:
        """Whether this process is a member of its group; a spare one has no partitions and is ready all the same."""
        return self._membership.joined

    def stop(self) -> None:
        """End after the batch at hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Consume until stopped; begin again after any failure of the broker."""
        while not self._stopping.is_set():
            try:
                await self._consume()
            except Stopped:
                return
            except (KafkaError, OSError) as error:
                self.refused = await kafka.told("consumer interrupted", self._runtime.settings.kafka, error)
            finally:
                self._membership.joined = False
            await self._pause(1.0)

    async def _consume(self) -> None:
        settings = self._runtime.settings
        prefix = settings.topic_prefix
        topics = sorted(prefix + topic for topic in self._reactions.topics)
        async with asyncio.timeout(JOIN_SECONDS):
            await kafka.need_topics(settings.kafka, topics)
        consumer = kafka.consumer(settings.kafka, prefix + self._reactions.group)
        membership = self._membership = _Membership()
        consumer.subscribe(topics, listener=membership)
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                await consumer.start()
            joins_until = time.monotonic() + JOIN_SECONDS
            while not self._stopping.is_set():
                if not membership.joined and time.monotonic() > joins_until:
                    raise TimeoutError(f"not in its group within {JOIN_SECONDS} s")
                revocations = membership.revocations
                batches = await consumer.getmany(timeout_ms=IDLE_MS, max_records=settings.consumer_batch)
                self.refused = ""
                await self._take([Record.of(record, prefix) for batch in batches.values() for record in batch])
                if batches and revocations == membership.revocations:
                    await self._commit(consumer, batches)
                await self._handle_stragglers()
        finally:
            await kafka.leave(consumer)

    async def _commit(self, consumer: AIOKafkaConsumer, batches: dict[TopicPartition, list[ConsumerRecord]]) -> None:
        offsets = {partition: batch[-1].offset + 1 for partition, batch in batches.items() if batch}
        try:
            await asyncio.wait_for(consumer.commit(offsets), COMMIT_SECONDS)
        except (KafkaError, TimeoutError) as error:  # whoever gets these events again finds them in the inbox
            log.info("offsets not committed", error=type(error).__name__)

    async def _take(self, records: Sequence[Record]) -> None:
        """Handle records in order; a malformed one is set aside in its place, after those before it."""
        events: list[Item] = []
        for record in records:
            if not self._reactions.concerns(record):
                continue
            try:
                events.append((record, self._reactions.parse(record)))
            except Malformed as error:
                await self._handle(events)
                events = []
                # a forgery holds nobody's events back, and is no copy of an event whose id it took
                found = record.untied() if isinstance(error, Misplaced) else record
                await self._bury(found, dead_letters.reason_of(error))
        await self._handle(events)

    async def _handle(self, events: Sequence[Item]) -> None:
        """Handle events until each is done or set aside.

        One that fails is tried again with the next rounds, and those of its key wait; the others go on. A fault of
        the database's counts for nothing: it is waited out, with smaller and smaller transactions.
        """
        attempts: Counter[UUID] = Counter()
        waiting, size, backoff = list(events), len(events), FIRST_BACKOFF_SECONDS
        while waiting:
            if self._stopping.is_set() and backoff > FIRST_BACKOFF_SECONDS:
                raise Stopped
            left: list[Left] = []
            try:
                held: set[str] = set()
                for start in range(0, len(waiting), size):
                    await self._attempt(waiting[start : start + size], held, left)
            except Exception as error:  # why: only what waiting can mend is waited for, the rest is raised
                if not is_infrastructure(error):
                    raise
                log.warning("events wait for the database", events=len(waiting), error=type(error).__name__)
                size = max(1, size // 2)
            else:
                waiting = await self._sort_out(left, attempts)
            if waiting:
                await self._pause(backoff)
                backoff = min(backoff * 2, MAX_BACKOFF_SECONDS)

    async def _attempt(self, events: Sequence[Item], held: set[str], left: list[Left]) -> None:
        """Handle events in one transaction; where that fails, in halves, down to the event at fault."""
        free: list[Item] = []
        for item in events:
            if item[0].key in held:
                left.append((item, None))
            else:
                free.append(item)
        if not free:
            return
        try:
            await self._apply(free)
            return
        except Exception as error:  # why: a handler may fail in any way; the events beside the one at fault go on
            if is_infrastructure(error):
                raise
            if len(free) == 1:
                left.append((free[0], error))
                if free[0][0].key is not None:
                    held.add(free[0][0].key)
                return
        half = len(free) // 2
        await self._attempt(free[:half], held, left)
        await self._attempt(free[half:], held, left)

    async def _sort_out(self, left: Sequence[Left], attempts: Counter[UUID]) -> list[Item]:
        """Set aside what failed too often; the rest is to be tried again."""
        again: list[Item] = []
        for (record, event), error in left:
            if error is not None:
                attempts[event.id] += 1
                tried, kind = attempts[event.id], event.data.event_type()
                log.warning("event failed", type=kind, attempt=tried, exc_info=error if tried == 1 else None)
                if tried >= self._runtime.settings.consumer_attempts:
                    await self._bury(record, f"{dead_letters.reason_of(error)} after {tried} attempts")
                    continue
            again.append((record, event))
        return again

    async def _apply(self, items: Sequence[Item]) -> None:
        started = time.time()
        async with self._runtime.sessions() as session, session.begin():
            held = await dead_letters.held_keys(session, {record.key for record, _ in items if record.key is not None})
            if held:
                await dead_letters.park(session, [record for record, _ in items if record.key in held])
            free = [event for record, event in items if record.key not in held]
            new = await dead_letters.unknown_to_inbox(session, [event.id for event in free])
            fresh = _once(event for event in free if event.id in new)
            if fresh:
                await self._reactions.handle(fresh, session, self._runtime)
        if fresh:
            self._runtime.wake_relay()
            _count(fresh, started)

    async def _bury(self, record: Record, reason: str) -> None:
        """Set an event aside, waiting for the database as long as it takes."""
        while True:
            try:
                async with self._runtime.sessions() as session, session.begin():
                    buried = await dead_letters.bury(session, record, reason)
                break
            except Exception as error:  # why: only what waiting can mend is waited for, the rest is raised
                if not is_infrastructure(error):
                    raise
                log.warning("event not set aside yet", error=type(error).__name__)
            if self._stopping.is_set():
                raise Stopped
            await self._pause(1.0)
        if buried:
            self._runtime.wake_relay()
            EVENTS_CONSUMED.labels(record.headers.get("ce_type", "unknown"), "dead").inc()
            log.error("event set aside", type=record.headers.get("ce_type"), topic=record.topic, reason=reason[:200])

    async def _handle_stragglers(self) -> None:
        """Handle what was parked in the moment its key was freed, and what waited behind a discarded event."""
        if time.monotonic() < self._stragglers_at:
            return
        self._stragglers_at = time.monotonic() + STRAGGLERS_EVERY_SECONDS
        try:
            async with self._runtime.sessions() as session:
                keys = await dead_letters.straggling_keys(session)
            for key in keys:
                while await self._release(key) == dead_letters.CHUNK:
                    pass
        except Exception as error:  # why: only a database that is away may be left for later
            if not is_infrastructure(error):
                raise
            log.warning("stragglers wait for the database", error=type(error).__name__)

    async def _release(self, key: str) -> int:
        async with self._runtime.sessions() as session, session.begin():
            released = await dead_letters.release(session, self._runtime, self._reactions, key)
            if released.failed is not None:
                row = released.failed
                self._straggler_attempts[row.id] += 1
                log.warning("parked event failed", type=row.type, exc_info=released.error)
                if self._straggler_attempts[row.id] >= self._runtime.settings.consumer_attempts:
                    del self._straggler_attempts[row.id]
                    await dead_letters.condemn(session, row, dead_letters.reason_of(released.error))
        self._runtime.wake_relay()
        if released.handled:
            log.info("parked events handled", events=released.handled)
        return released.handled

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


def _once(events: Iterable[Received[Any]]) -> list[Received[Any]]:
    """Drop the second copy of an event that comes twice in one batch."""
    return list({event.id: event for event in events}.values())


def _count(events: Sequence[Received[Any]], started: float) -> None:
    now = time.time()
    for event_type, number in Counter(event.data.event_type() for event in events).items():
        EVENTS_CONSUMED.labels(event_type, "handled").inc(number)
    for event in events:
        if event.recorded_at:
            CONSUMER_LAG_SECONDS.observe(max(0.0, now - event.recorded_at.timestamp()))
    if now - started > SLOW_BATCH_SECONDS:
        log.info("slow batch of events", events=len(events), seconds=round(now - started, 2))
