"""The job that creates topics before the services start."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from chassis.topics import TopicSettings, create, event_topics


def test_every_publisher_has_a_topic_and_contacts_their_own() -> None:
    publishers = {topic.split(".", 1)[0] for topic in event_topics()}
    assert publishers == {"card", "supply", "health", "payment", "notify", "gateway"}
    assert "card.contacts.v1" in event_topics()


async def test_topics_are_created_once_and_dead_letters_are_kept_longer(kafka_bootstrap: str) -> None:
    prefix = f"made{uuid.uuid4().hex[:8]}."
    name = f"{prefix}events.v1"
    given: dict[str, Any] = {"topic_partitions": 3, "topic_retention_hours": 10}
    first = TopicSettings(kafka_bootstrap=kafka_bootstrap, topic_prefix=prefix, **given)
    await create(first, ["events.v1"])
    await create(first.model_copy(update={"topic_partitions": 5}), ["events.v1"])
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        described = {topic["topic"]: topic for topic in await admin.describe_topics([name, f"{name}.dead"])}
        assert [len(described[each]["partitions"]) for each in (name, f"{name}.dead")] == [3, 1]
        assert await _retention(admin, name) == 10 * 3_600_000
        assert await _retention(admin, f"{name}.dead") == 40 * 3_600_000
    finally:
        await admin.close()


async def test_a_broker_that_never_answers_is_given_up() -> None:
    with pytest.raises((KafkaError, OSError)):
        await create(TopicSettings(kafka_bootstrap="127.0.0.1:1"), ["never.events.v1"], patience=0.5)


async def _retention(admin: AIOKafkaAdminClient, topic: str) -> int:
    reply = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    settings = {entry[0]: entry[1] for entry in reply[0].resources[0][4]}
    return int(settings["retention.ms"])
