"""Producers, consumers and topics on Apache Kafka."""

from __future__ import annotations

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

DEAD = ".dead"
PARTITIONS = 6
MAX_REPLICAS = 3


def producer(bootstrap: str, client_id: str) -> AIOKafkaProducer:
    """An idempotent producer that waits for all replicas."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=256 * 1024,
        request_timeout_ms=10_000,
        retry_backoff_ms=100,
    )


def consumer(bootstrap: str, group: str, topics: Iterable[str]) -> AIOKafkaConsumer:
    """A group member that commits offsets by hand and begins at the oldest event."""
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap,
        group_id=group,
        client_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=6_000,
        heartbeat_interval_ms=2_000,
        max_poll_interval_ms=300_000,
        fetch_max_wait_ms=200,
        metadata_max_age_ms=30_000,
    )


async def ensure_topics(bootstrap: str, names: Iterable[str], partitions: int = PARTITIONS) -> None:
    """Create the topics that do not exist yet, on up to three brokers, with their default retention."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        missing = sorted(set(names) - set(await admin.list_topics()))
        if not missing:
            return
        replicas = min(MAX_REPLICAS, len((await admin.describe_cluster())["brokers"]))
        wanted = [NewTopic(name, num_partitions=partitions, replication_factor=replicas) for name in missing]
        reply = await admin.create_topics(wanted)
        for topic_error in reply.topic_errors:
            error = for_code(topic_error[1])
            if topic_error[1] and error is not TopicAlreadyExistsError:
                raise error(topic_error[0])
    finally:
        await admin.close()


async def cluster_id(bootstrap: str) -> str:
    """The identity of the cluster: another one means that its log is not the one published to before."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()
