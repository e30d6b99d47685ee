"""Kafka producers, consumers, topics and the identity of the cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

DEAD = ".dead"
PARTITIONS = 6
MAX_REPLICAS = 3
REQUEST_MS = 10_000
KNOWN_SECONDS = 10.0
CLOSE_SECONDS = 3.0


def producer(bootstrap: str, client_id: str) -> AIOKafkaProducer:
    """An idempotent producer that waits for all replicas. It retries for ever: bound what you await of it."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=256 * 1024,
        request_timeout_ms=REQUEST_MS,
        retry_backoff_ms=100,
    )


async def abandon(producer: AIOKafkaProducer) -> None:
    """Close a producer without waiting for what it still holds: `stop()` alone would, as long as no broker answers.

    What it holds is not sent later either, when newer events may have overtaken it.
    """
    sender = producer._sender.sender_task if producer._sender is not None else None
    if sender is not None:
        sender.cancel()
    producer._message_accumulator.fail_all(KafkaError("abandoned"))
    stopping = asyncio.ensure_future(producer.stop())
    await asyncio.wait([stopping], timeout=CLOSE_SECONDS)
    if not stopping.done():
        stopping.cancel()
    # The cancelled sender cancels whoever awaits it; it must not take the caller along.
    ended = await asyncio.gather(stopping, return_exceptions=True)
    if ended[0] is not None:
        await producer.client.close()


def consumer(bootstrap: str, group: str) -> AIOKafkaConsumer:
    """A group member, not subscribed yet, that commits offsets by hand and begins at the oldest event."""
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        client_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=6_000,
        heartbeat_interval_ms=2_000,
        max_poll_interval_ms=300_000,
        request_timeout_ms=REQUEST_MS,
        fetch_max_wait_ms=500,
        metadata_max_age_ms=30_000,
    )


async def leave(consumer: AIOKafkaConsumer) -> None:
    """Leave the group and close a consumer; with no broker to say goodbye to, only close it."""
    try:
        await asyncio.wait_for(consumer.stop(), CLOSE_SECONDS)
    except TimeoutError:
        await consumer._client.close()


async def ensure_topics(
    bootstrap: str, names: Iterable[str], partitions: int = PARTITIONS, retention_hours: int | None = None
) -> None:
    """Create the topics that do not exist yet, on up to three brokers, with their default retention unless given.

    Returns when the brokers know them: a consumer that comes earlier would not look again for half a minute.
    """
    wanted = set(names)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=REQUEST_MS)
    try:
        await admin.start()
        missing = sorted(wanted - set(await admin.list_topics()))
        if not missing:
            return
        replicas = min(MAX_REPLICAS, len((await admin.describe_cluster())["brokers"]))
        given = {} if retention_hours is None else {"retention.ms": str(retention_hours * 3_600_000)}
        topics = [NewTopic(name, partitions, replicas, topic_configs=given) for name in missing]
        reply = await admin.create_topics(topics)
        for topic_error in reply.topic_errors:
            error = for_code(topic_error[1])
            if topic_error[1] and error is not TopicAlreadyExistsError:
                raise error(topic_error[0])
        async with asyncio.timeout(KNOWN_SECONDS):
            while not wanted <= set(await admin.list_topics()):  # noqa: ASYNC110 - Kafka tells nobody
                await asyncio.sleep(0.05)
    finally:
        await admin.close()


class Cluster:
    """Asks the cluster for its identity, again and again over one connection."""

    def __init__(self, bootstrap: str) -> None:
        """Nothing is connected before the first question."""
        self._bootstrap = bootstrap
        self._admin: AIOKafkaAdminClient | None = None
        self._asking = asyncio.Lock()

    async def identity(self, seconds: float) -> str:
        """The cluster's id: another one means that its log is not the one published to before.

        Raises KafkaError or TimeoutError when no broker answers within `seconds`.
        """
        async with asyncio.timeout(seconds), self._asking:
            try:
                if self._admin is None:
                    self._admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=REQUEST_MS)
                    await self._admin.start()
                return str((await self._admin.describe_cluster())["cluster_id"])
            except BaseException:  # why: also when it took too long, the next question needs another connection
                await self.close()
                raise

    async def close(self) -> None:
        """Let the connection go; the next question opens another."""
        admin, self._admin = self._admin, None
        if admin is not None:
            await admin.close()
