"""Topics: created where missing, never changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devstack.engines.process import EngineError

if TYPE_CHECKING:
    from aiokafka.admin import AIOKafkaAdminClient

_ALREADY_EXISTS = 36  # Kafka's error code TOPIC_ALREADY_EXISTS
_MOST_REPLICAS = 3
_KNOWN_SECONDS = 10.0


@dataclass(frozen=True)
class Topic:
    """A topic's name, partitions, and for how long its events are kept."""

    name: str
    partitions: int = 6
    retention_hours: int = 7 * 24


async def create_topics(bootstrap: str, topics: Iterable[Topic]) -> list[str]:
    """Create the topics that do not exist yet, on up to three brokers; the names of the new ones.

    `EngineError` when the broker refuses.
    """
    from aiokafka.admin import AIOKafkaAdminClient, NewTopic
    from aiokafka.errors import KafkaError, for_code

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        replicas = min(_MOST_REPLICAS, len((await admin.describe_cluster())["brokers"]))
        wanted = [
            NewTopic(
                topic.name,
                topic.partitions,
                replicas,
                topic_configs={"retention.ms": str(topic.retention_hours * 3_600_000)},
            )
            for topic in topics
            if topic.name not in existing
        ]
        if not wanted:
            return []
        created = []
        for name, code, *_ in (await admin.create_topics(wanted)).topic_errors:
            if code not in (0, _ALREADY_EXISTS):
                raise for_code(code)(name)
            if code == 0:
                created.append(name)
        await _until_known(admin, {topic.name for topic in wanted})
        return created
    except KafkaError as error:
        raise EngineError(f"the topics could not be created at {bootstrap}: {error!r}") from error
    finally:
        await admin.close()


async def _until_known(admin: AIOKafkaAdminClient, names: set[str]) -> None:
    """Wait until the broker itself has heard from its controller of the topics."""
    async with asyncio.timeout(_KNOWN_SECONDS):
        while not names <= set(await admin.list_topics()):  # noqa: ASYNC110 - Kafka tells nobody
            await asyncio.sleep(0.05)
