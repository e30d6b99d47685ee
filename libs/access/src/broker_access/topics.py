"""Kafka topics: created where missing, never changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, NotControllerError, TopicAlreadyExistsError, for_code

from broker_access.connection import Kafka
from broker_access.table import DEAD

PARTITIONS = 6
RETENTION_HOURS = 7 * 24
DEAD_PARTITIONS = 1
DEAD_RETENTION = 4  # times as long as the events: somebody has to look at them
MAX_REPLICAS = 3
REQUEST_MS = 30_000
KNOWN_SECONDS = 30.0


@dataclass(frozen=True)
class Topic:
    """A topic's name, partitions, and for how many hours its events are kept (the broker's own measure if None)."""

    name: str
    partitions: int = PARTITIONS
    retention_hours: int | None = RETENTION_HOURS


def with_dead(names: Iterable[str], partitions: int = PARTITIONS, hours: int = RETENTION_HOURS) -> list[Topic]:
    """The topics of events, each with the one for its dead letters."""
    found = sorted(names)
    dead = [Topic(name + DEAD, DEAD_PARTITIONS, hours * DEAD_RETENTION) for name in found]
    return [Topic(name, partitions, hours) for name in found] + dead


async def create_topics(kafka: Kafka, topics: Iterable[Topic]) -> list[str]:
    """Create the topics that do not exist yet, on up to three brokers; the names of the new ones.

    Returns when the brokers know them. Raises KafkaError, TimeoutError.
    """
    admin = AIOKafkaAdminClient(request_timeout_ms=REQUEST_MS, **kafka.options)
    try:
        await admin.start()
        return await create_missing(admin, topics)
    finally:
        await admin.close()


async def create_missing(admin: AIOKafkaAdminClient, topics: Iterable[Topic]) -> list[str]:
    """The same over a connection that is open."""
    wanted = {topic.name: topic for topic in topics}
    missing = [wanted[name] for name in sorted(set(wanted) - set(await admin.list_topics()))]
    if not missing:
        return []
    await know_controller(admin)
    replicas = min(MAX_REPLICAS, len((await admin.describe_cluster())["brokers"]))
    created = []
    for name, code, *_ in (await admin.create_topics([_new(topic, replicas) for topic in missing])).topic_errors:
        error: type[KafkaError] = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error(name)
        if not code:
            created.append(name)
    async with asyncio.timeout(KNOWN_SECONDS):
        while not set(wanted) <= set(await admin.list_topics()):  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(0.05)
    return created


async def know_controller(admin: AIOKafkaAdminClient) -> None:
    """Know who changes things: brokers that have just started may not, and the client would ask None for its id.

    Raises NotControllerError.
    """
    client = admin._client
    if client.cluster.controller is None:
        await client.force_metadata_update()
    if client.cluster.controller is None:
        raise NotControllerError("the brokers name no controller yet")


async def unknown(admin: AIOKafkaAdminClient, names: Iterable[str]) -> list[str]:
    """Those of the topics that the broker does not know. Raises TopicAuthorizationFailedError for one it denies."""
    found: list[dict[str, Any]] = await admin.describe_topics(sorted(names))
    missing = []
    for topic in found:
        error: type[KafkaError] = for_code(topic["error_code"])
        if not getattr(error, "retriable", False) and topic["error_code"]:
            raise error(topic["topic"])
        if topic["error_code"]:
            missing.append(topic["topic"])
    return missing


def _new(topic: Topic, replicas: int) -> NewTopic:
    hours = topic.retention_hours
    configs = {} if hours is None else {"retention.ms": str(hours * 3_600_000)}
    return NewTopic(topic.name, topic.partitions, replicas, topic_configs=configs)
