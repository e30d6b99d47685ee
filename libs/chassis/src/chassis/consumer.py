"""Consuming events: what a service reacts to, each event's effect exactly once.

The inbox row and the effect share a transaction; offsets are committed after it. A broken event is set aside
(`parked.py`) and later events of its key wait behind it until an operator replays or discards it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import kafka, parked, telemetry
from chassis.logging import get_logger
from chassis.metrics import CONSUMER_LAG_SECONDS, EVENTS_CONSUMED
from chassis.runtime import Runtime
from contracts.event import Event

log = get_logger(__name__)

E = TypeVar("E", bound=Event)
IDLE_MS = 200
FIRST_BACKOFF_SECONDS = 0.1
MAX_BACKOFF_SECONDS = 5.0

_INBOX = text(
    "INSERT INTO inbox (event_id) SELECT unnest(CAST(:ids AS uuid[])) ON CONFLICT DO NOTHING RETURNING event_id"
)


@dataclass(frozen=True)
class Received(Generic[E]):
    """An event with its envelope. `time` is the business time of the fact."""

    data: E
    id: UUID
    time: datetime
    key: str | None
    recorded_at: datetime | None = None
    traceparent: str | None = None


Handler = Callable[[Sequence[Received[Any]], AsyncSession, Runtime], Awaitable[None]]


class Malformed(ValueError):
    """The message is no event of the type it claims to be: trying again cannot help."""


class Reactions:
    """All events a service reacts to. One handler a type; it gets a run of events of that type, in order."""

    def __init__(self, group: str) -> None:
        """`group`: the consumer group, one per service."""
        self.group = group
        self._handlers: dict[str, tuple[type[Event], Handler]] = {}

    def on(self, event: type[E]) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[None]]]:
        """Register `handler(events, session, runtime)` for a type; its effects commit with the inbox rows."""

        def register(handler: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
            if event.event_type() in self._handlers:
                raise ValueError(f"{event.event_type()} has a handler already")
            self._handlers[event.event_type()] = (event, handler)
            return handler

        return register

    @property
    def topics(self) -> set[str]:
        """The topics the handled types travel on."""
        return {event.TOPIC for event, _ in self._handlers.values()}

    def handles(self, event_type: str | None) -> bool:
        """Whether a type has a handler; others are skipped."""
        return event_type in self._handlers

    def parse(self, record: parked.Record) -> Received[Any]:
        """The event of a record. Raises Malformed."""
        headers = record.headers
        try:
            event, _ = self._handlers[headers["ce_type"]]
            recorded = headers.get("ce_recordedtime")
            return Received(
                data=event.model_validate_json(record.value or b""),
                id=UUID(headers["ce_id"]),
                time=datetime.fromisoformat(headers["ce_time"]),
                key=record.key,
                recorded_at=datetime.fromisoformat(recorded) if recorded else None,
                traceparent=headers.get("traceparent"),
            )
        except ValidationError as error:
            where = ", ".join(".".join(map(str, e["loc"])) + ": " + e["type"] for e in error.errors())
            raise Malformed(where[:500]) from error
        except (KeyError, ValueError) as error:
            raise Malformed(f"envelope: {type(error).__name__} {error}"[:200]) from error

    async def handle(self, events: Sequence[Received[Any]], session: AsyncSession, runtime: Runtime) -> None:
        """Give each run of one type to its handler, in order."""
        start = 0
        for end in range(1, len(events) + 1):
            if end == len(events) or type(events[end].data) is not type(events[start].data):
                run = events[start:end]
                telemetry.enter(run[0].traceparent)
                await self._handlers[run[0].data.event_type()][1](run, session, runtime)
                start = end


class EventConsumer:
    """The consuming loop of one process."""

    def __init__(self, reactions: Reactions, runtime: Runtime) -> None:
        """Consume what `reactions` handle, into the database of `runtime`."""
        self._reactions = reactions
        self._runtime = runtime
        self._stopping = asyncio.Event()
        self.assigned = False

    def stop(self) -> None:
        """End after the batch at hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Consume until stopped; begin again after any failure of the broker."""
        while not self._stopping.is_set():
            try:
                await self._consume()
            except (KafkaError, OSError) as error:
                log.warning("consumer interrupted", error=type(error).__name__, reason=str(error)[:200])
            finally:
                self.assigned = False
            if not self._stopping.is_set():
                await self._pause(1.0)

    async def _consume(self) -> None:
        settings = self._runtime.settings
        await kafka.ensure_topics(settings.kafka_bootstrap, self._reactions.topics)
        consumer = kafka.consumer(settings.kafka_bootstrap, self._reactions.group, sorted(self._reactions.topics))
        await consumer.start()
        try:
            while not self._stopping.is_set():
                batches = await consumer.getmany(timeout_ms=IDLE_MS, max_records=settings.consumer_batch)
                self.assigned = bool(consumer.assignment())
                records = [parked.Record.of(record) for batch in batches.values() for record in batch]
                if records:
                    await self._take(records)
                    await self._commit(consumer, batches)
                await self._settle_stragglers()
        finally:
            await consumer.stop()

    async def _commit(self, consumer: AIOKafkaConsumer, batches: dict[Any, list[ConsumerRecord]]) -> None:
        offsets = {partition: batch[-1].offset + 1 for partition, batch in batches.items() if batch}
        try:
            await consumer.commit(offsets)
        except KafkaError as error:  # the partitions moved on: their new owner meets these events in the inbox
            log.info("offsets not committed", error=type(error).__name__)

    async def _take(self, records: Sequence[parked.Record]) -> None:
        """Handle a batch in one transaction; what fails there is handled event by event."""
        wanted = [record for record in records if self._reactions.handles(record.headers.get("ce_type"))]
        events: list[tuple[parked.Record, Received[Any]]] = []
        for record in wanted:
            try:
                events.append((record, self._reactions.parse(record)))
            except Malformed as error:
                await self._until_connected(self._bury, record, f"malformed: {error}")
        if not events:
            return
        try:
            await self._apply(events)
        except Exception as error:  # why: whatever one event caused, the others of the batch must go on
            log.info("batch failed, going one by one", error=type(error).__name__, events=len(events))
            for one in events:
                await self._apply_alone(one)

    async def _apply(self, events: Sequence[tuple[parked.Record, Received[Any]]]) -> None:
        started = time.time()
        async with self._runtime.sessions() as session, session.begin():
            held = await parked.held_keys(session, {record.key for record, _ in events if record.key})
            waiting = [record for record, _ in events if record.key in held]
            await parked.park(session, waiting)
            free = [event for record, event in events if record.key not in held]
            new = set((await session.execute(_INBOX, {"ids": [event.id for event in free]})).scalars())
            fresh = _once(event for event in free if event.id in new)
            await self._reactions.handle(fresh, session, self._runtime)
        self._runtime.wake_relay()
        self._count(fresh, started)

    async def _apply_alone(self, one: tuple[parked.Record, Received[Any]]) -> None:
        """Try one event again and again; a fault of its own sets it aside, a fault of the database never does."""
        backoff, attempts = FIRST_BACKOFF_SECONDS, 0
        while not self._stopping.is_set():
            try:
                await self._apply([one])
                return
            except Exception as error:  # why: a handler may fail in any way; it is counted, kept and shown
                if not is_infrastructure(error):
                    attempts += 1
                log.warning("event failed", type=one[1].data.event_type(), attempt=attempts, exc_info=error)
                if attempts >= self._runtime.settings.consumer_attempts:
                    reason = f"{type(error).__name__} after {attempts} attempts"
                    await self._until_connected(self._bury, one[0], reason)
                    return
            await self._pause(backoff)
            backoff = min(backoff * 2, MAX_BACKOFF_SECONDS)
        raise KafkaError("stopped before the event was handled")

    async def _bury(self, record: parked.Record, reason: str) -> None:
        async with self._runtime.sessions() as session, session.begin():
            await parked.bury(session, record, reason)
        EVENTS_CONSUMED.labels(record.headers.get("ce_type", "unknown"), "dead").inc()
        log.error("event set aside", type=record.headers.get("ce_type"), topic=record.topic, reason=reason[:200])

    async def _settle_stragglers(self) -> None:
        """Handle what was parked behind an event in the moment that one was replayed."""
        if not parked.may_have_stragglers():
            return
        async with self._runtime.sessions() as session:
            keys = await parked.straggling_keys(session)
        for key in keys:
            await parked.replay_key(self._runtime, self._reactions, key)

    async def _until_connected(
        self, action: Callable[[parked.Record, str], Awaitable[None]], record: parked.Record, reason: str
    ) -> None:
        while True:
            try:
                await action(record, reason)
                return
            except Exception as error:  # why: only a lost connection is waited out; anything else is raised
                if not is_infrastructure(error):
                    raise
                await self._pause(1.0)

    def _count(self, events: Sequence[Received[Any]], started: float) -> None:
        now = time.time()
        for event in events:
            EVENTS_CONSUMED.labels(event.data.event_type(), "handled").inc()
            if event.recorded_at:
                CONSUMER_LAG_SECONDS.observe(max(0.0, now - event.recorded_at.timestamp()))
        if now - started > 1.0:
            log.info("slow batch of events", events=len(events), seconds=round(now - started, 2))

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


def _once(events: Iterable[Received[Any]]) -> list[Received[Any]]:
    """Drop the second copy of an event that comes twice in one batch."""
    return list({event.id: event for event in events}.values())


def is_infrastructure(error: BaseException) -> bool:
    """Whether an error says that the database is away or busy, and nothing about the event."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout | OSError | TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = str(getattr(error.orig, "sqlstate", "") or "")
    # 08 connection, 40 serialisation and deadlock, 53 resources, 55P03 lock timeout, 57 operator intervention
    return error.connection_invalidated or state[:2] in {"08", "40", "53", "57"} or state == "55P03"
