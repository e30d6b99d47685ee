"""`python -m chassis.topics`: create every topic that events name, where missing, before the services start.

A service creates the topics it needs by itself; this gives all of them the installation's partitions and retention.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import stamina
from aiokafka.errors import KafkaError
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis import kafka, logging
from contracts.generation import all_events

log = logging.get_logger(__name__)

DEAD_PARTITIONS = 1
DEAD_RETENTION = 4  # times as long as the events: somebody has to look at them
PATIENCE_SECONDS = 60.0


class TopicSettings(BaseSettings):
    """How topics are made that do not exist yet; an existing one is never changed."""

    model_config = SettingsConfigDict(env_prefix="UNICARD_", extra="ignore")

    kafka_bootstrap: str
    topic_prefix: str = ""
    topic_partitions: int = Field(default=kafka.PARTITIONS, ge=1, le=1000, description="as many consumers can share")
    topic_retention_hours: int = Field(default=7 * 24, ge=1, description="how long a consumer may be away")


def event_topics() -> list[str]:
    """The topics of all publishers' events."""
    return sorted({event.TOPIC for event in all_events()})


async def create(settings: TopicSettings, names: Iterable[str], patience: float = PATIENCE_SECONDS) -> None:
    """Create events' topics and their dead letters', waiting for a broker that still starts. Raises KafkaError."""
    topics = sorted(settings.topic_prefix + name for name in names)
    dead = [topic + kafka.DEAD for topic in topics]
    brokers, hours = settings.kafka_bootstrap, settings.topic_retention_hours
    async for attempt in stamina.retry_context(on=(KafkaError, OSError), attempts=None, timeout=patience, wait_max=2.0):
        with attempt:
            await kafka.ensure_topics(brokers, topics, settings.topic_partitions, hours)
            await kafka.ensure_topics(brokers, dead, DEAD_PARTITIONS, hours * DEAD_RETENTION)


def main() -> None:
    """Create the topics with the settings of the environment."""
    logging.configure("topics", "INFO")
    settings = TopicSettings()
    names = event_topics()
    asyncio.run(create(settings, names))
    log.info("topics exist", topics=names)


if __name__ == "__main__":
    main()
