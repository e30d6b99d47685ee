"""Event publisher: rows of the outbox as CloudEvents, a batch a partition: hundreds cost little more than one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2
from aiokafka.producer.message_accumulator import BatchBuilder

from contracts.event import CONTENT_TYPE, SPEC_VERSION

_SPEC_VERSION = ("ce_specversion", SPEC_VERSION.encode())
_CONTENT_TYPE = ("content-type", CONTENT_TYPE.encode())
NONE: Mapping[UUID, bytes] = MappingProxyType({})


class Publisher:
    """Hands rows to a producer in their order."""

    def __init__(self, producer: AIOKafkaProducer, source: str, prefix: str = "") -> None:
        """`source`: the publishing service as CloudEvents knows it; `prefix`: what the topics' names begin with."""
        self._prefix = prefix
        self._producer = producer
        self._source = ("ce_source", source.encode())

    async def send(self, rows: Sequence[Any], rendered: Mapping[UUID, bytes] = NONE) -> None:
        """Publish rows, all acknowledged when this returns. Rows of one key keep their order.

        A row without a payload has it in `rendered`, under its `source_id`.
        Raises aiokafka's errors; what of the rows was published by then is not known.
        """
        topics = {self._prefix + row["topic"] for row in rows}
        partitions = {topic: len(await self._producer.partitions_for(topic)) for topic in topics}
        open_batches: dict[tuple[str, int], BatchBuilder] = {}
        acknowledged: list[Awaitable[object]] = []
        for row in rows:
            topic, key = self._prefix + row["topic"], row["key"]
            raw_key = key.encode() if key is not None else None
            place = topic, partition_of(raw_key, partitions[topic])
            event = {
                "timestamp": None,
                "key": raw_key,
                "value": row["payload"] or rendered[row["source_id"]],
                "headers": self._headers(row),
            }
            batch = open_batches.get(place) or open_batches.setdefault(place, self._producer.create_batch())
            if batch.append(**event) is None:  # full
                acknowledged.append(await self._producer.send_batch(batch, topic, partition=place[1]))
                batch = open_batches[place] = self._producer.create_batch()
                batch.append(**event)
        for (topic, partition), batch in open_batches.items():
            acknowledged.append(await self._producer.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*acknowledged)

    def _headers(self, row: Any) -> list[tuple[str, bytes]]:
        """CloudEvents 1.0 in Kafka's binary mode (Kafka protocol binding §3.2)."""
        headers = [
            _SPEC_VERSION,
            ("ce_id", str(row["event_id"]).encode()),
            ("ce_type", row["type"].encode()),
            self._source,
            ("ce_time", row["time"].isoformat().encode()),
            ("ce_recordedtime", row["created_at"].isoformat().encode()),
            _CONTENT_TYPE,
        ]
        if row["id"] is not None:
            headers.append(("ce_sequence", str(row["id"]).encode()))
        if row["key"] is not None:
            headers.append(("ce_partitionkey", row["key"].encode()))
        if row["traceparent"] is not None:
            headers.append(("traceparent", row["traceparent"].encode()))
        return headers


def partition_of(key: bytes | None, count: int) -> int:
    """The partition of a key as Kafka's own producers choose it; without a key the first."""
    return int((murmur2(key) & 0x7FFFFFFF) % count) if key else 0
