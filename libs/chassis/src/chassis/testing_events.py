"""The rest of the system, for tests of a service on Kafka: tells what other services would, hears what is told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from aiokafka import AIOKafkaConsumer

from broker_access.topics import Topic, create_topics
from chassis import kafka
from chassis.ids import new_id
from chassis.publisher import Publisher
from chassis.testing import PATIENCE
from contracts.event import Event

# Enough for their order to matter; a broker that all tests share gets thousands.
PARTITIONS = 2

E = TypeVar("E", bound=Event)


def login(bootstrap: str) -> kafka.Kafka:
    """The tests' own login at a broker, as the environment has it: a super user's."""
    return kafka.Kafka.of_environment(bootstrap)


class Outside:
    """Topics of one test's own on the shared broker, so that no test hears what another one tells."""

    def __init__(self, bootstrap: str, prefix: str | None = None) -> None:
        """`prefix`: the setting `topic_prefix` of the services under test; a new one unless given."""
        self.bootstrap = bootstrap
        self.kafka = login(bootstrap)
        self.prefix = f"{new_id().hex}." if prefix is None else prefix

    @property
    def settings(self) -> dict[str, str]:
        """What lets a service talk on these topics."""
        return {"kafka_bootstrap": self.bootstrap, "topic_prefix": self.prefix}

    async def tell(self, *events: Event) -> None:
        """Publish as other services' relays would, all acknowledged when this returns."""
        names = {self.prefix + event.TOPIC for event in events}
        await create_topics(self.kafka, [Topic(name, PARTITIONS) for name in names])
        by_source: dict[str, list[dict[str, object]]] = defaultdict(list)
        for event in events:
            by_source[event.source()].append(_row(event))
        producer = kafka.producer(self.kafka, "tests")
        await producer.start()
        try:
            for source, rows in by_source.items():
                await Publisher(producer, source, self.prefix).send(rows)
        finally:
            await producer.stop()

    async def heard(self, kind: type[E], which: Callable[[E], bool], seconds: float = 15.0) -> E:
        """The first event of a type that `which` is true of. Raises TimeoutError after `PATIENCE` × `seconds`."""
        reader = AIOKafkaConsumer(self.prefix + kind.TOPIC, auto_offset_reset="earliest", **self.kafka.options)
        await reader.start()
        try:
            async with asyncio.timeout(PATIENCE * seconds):
                while True:
                    record = await reader.getone()
                    if dict(record.headers)["ce_type"].decode() == kind.event_type():
                        event = kind.model_validate_json(record.value)
                        if which(event):
                            return event
        finally:
            await reader.stop()


def _row(event: Event, position: int | None = None) -> dict[str, object]:
    now = datetime.now(UTC)
    return {
        "id": position,
        "event_id": new_id(),
        "type": event.event_type(),
        "topic": event.TOPIC,
        "key": event.partition_key(),
        "time": now,
        "created_at": now,
        "traceparent": None,
        "payload": event.model_dump_json().encode(),
    }
