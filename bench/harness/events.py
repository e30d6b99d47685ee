"""Publishing events as the relay of the service they belong to does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer

from broker_access.connection import Kafka
from chassis.ids import new_id
from contracts.event import CONTENT_TYPE, SPEC_VERSION, Event


async def publish(kafka: Kafka, events: Sequence[Event]) -> None:
    """Publish, and wait until the broker has them all."""
    producer = AIOKafkaProducer(acks="all", **kafka.options)
    await producer.start()
    try:
        now = datetime.now(UTC).isoformat()
        sent = []
        for event in events:
            headers = {
                "ce_specversion": SPEC_VERSION, "ce_id": str(new_id()), "ce_type": event.event_type(),
                "ce_source": event.source(), "ce_time": now, "ce_recordedtime": now, "content-type": CONTENT_TYPE,
            }  # fmt: skip
            pairs = [(name, value.encode()) for name, value in headers.items()]
            body, key = event.model_dump_json().encode(), event.partition_key().encode()
            sent.append(await producer.send(event.TOPIC, body, key=key, headers=pairs))
        await asyncio.gather(*sent)
    finally:
        await producer.stop()
