"""Kafka producers and consumers, whether their topics are there, and the identity of the cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from broker_access import topics
from broker_access.connection import Kafka, is_refusal
from broker_access.table import DEAD
from chassis.logging import get_logger

__all__ = ["DEAD", "Cluster", "Kafka", "abandon", "behind", "consumer", "leave", "need_topics", "producer", "told"]

log = get_logger(__name__)

REQUEST_MS = 10_000
CLOSE_SECONDS = 3.0


def producer(kafka: Kafka, client_id: str) -> AIOKafkaProducer:
    """An idempotent producer that waits for all replicas. It retries for ever: bound what you await of it."""
    return AIOKafkaProducer(
        **kafka.options,
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


def consumer(kafka: Kafka, group: str) -> AIOKafkaConsumer:
    """A group member, not subscribed yet, that commits offsets by hand and begins at the oldest event."""
    return AIOKafkaConsumer(
        **kafka.options,
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
    stopping = asyncio.ensure_future(consumer.stop())
    done, _ = await asyncio.wait([stopping], timeout=CLOSE_SECONDS)
    if done:
        await stopping
        return
    stopping.cancel()  # it may not listen: nobody waits for it
    await asyncio.wait([asyncio.ensure_future(consumer._client.close())], timeout=CLOSE_SECONDS)


async def behind(kafka: Kafka, group: str, names: Sequence[str]) -> int:
    """How many events of topics a group has still to handle. Raises KafkaError or OSError.

    Asked as nobody of the group: it joins nothing, so no member has to let a partition go.
    """
    asking = consumer(kafka, group)
    try:
        await asking.start()
        await asking._client.set_topics(names)
        known = asking._client.cluster.partitions_for_topic
        partitions = [TopicPartition(name, number) for name in names for number in known(name) or ()]
        if not partitions:
            return 0
        asking.assign(partitions)
        ends, begins = await asking.end_offsets(partitions), await asking.beginning_offsets(partitions)
        handled = await asyncio.gather(*map(asking.committed, partitions))
        return sum(
            max(0, ends[partition] - max(begins[partition], offset or 0))
            for partition, offset in zip(partitions, handled, strict=True)
        )
    finally:
        await leave(asking)


async def need_topics(kafka: Kafka, names: Iterable[str]) -> None:
    """Raise UnknownTopicOrPartitionError while a topic is not there: a consumer would not look again for half a minute.

    Topics are made by whoever keeps the broker (`broker_access`), never by a service. Raises KafkaError or OSError
    when the broker is away or does not let this user know the topics.
    """
    admin = AIOKafkaAdminClient(request_timeout_ms=REQUEST_MS, **kafka.options)
    try:
        await admin.start()
        if missing := await topics.unknown(admin, names):
            raise UnknownTopicOrPartitionError(", ".join(missing))
    finally:
        await admin.close()


async def told(what: str, kafka: Kafka, error: Exception) -> str:
    """Log why work with a broker was interrupted; the refusal's kind where the broker is there and refuses this user.

    A broker that is away comes back: a warning. A wrong password or a right that is missing is somebody's to mend.
    """
    reason = await kafka.why(error)
    kind = type(reason).__name__
    if is_refusal(reason):
        log.error(what, error=kind, reason=str(reason)[:200], user=kafka.user)
        return kind
    log.warning(what, error=kind, reason=str(reason)[:200])
    return ""


class Cluster:
    """Asks the cluster for its identity, again and again over one connection."""

    def __init__(self, kafka: Kafka) -> None:
        """Nothing is connected before the first question."""
        self._kafka = kafka
        self._admin: AIOKafkaAdminClient | None = None
        self._asking = asyncio.Lock()

    async def identity(self, seconds: float) -> str:
        """The cluster's id: another one means that its log is not the one published to before.

        Raises KafkaError or TimeoutError when no broker answers within `seconds`, or none lets this user in.
        """
        async with asyncio.timeout(seconds), self._asking:
            try:
                if self._admin is None:
                    self._admin = AIOKafkaAdminClient(request_timeout_ms=REQUEST_MS, **self._kafka.options)
                    await self._admin.start()
                # `describe_cluster` would have every topic described, too; this is asked every other second.
                found = await self._admin._get_cluster_metadata([])
                return str(found.to_object()["cluster_id"])
            except KafkaError as error:
                await self.close()
                raise await self._kafka.why(error) from error
            except BaseException:  # why: also when it took too long, the next question needs another connection
                await self.close()
                raise

    async def close(self) -> None:
        """Let the connection go; the next question opens another."""
        admin, self._admin = self._admin, None
        if admin is not None:
            await admin.close()
