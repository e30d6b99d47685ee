"""The relay: publishes the outbox to Kafka in commit order, one relay per database.

It reads rows by (transaction id, row id) and only below the oldest running transaction, so that a transaction
that commits late is never skipped. A crash repeats events, it never loses one; consumers know repeats by their id.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis import kafka
from chassis.logging import get_logger
from chassis.metrics import EVENTS_PUBLISHED, RELAY_LAG_SECONDS, RELAY_OLDEST_SECONDS
from chassis.settings import ServiceSettings
from contracts.event import CONTENT_TYPE, SPEC_VERSION

log = get_logger(__name__)

IDLE_POLL_SECONDS = 0.05
RETRY_SECONDS = 1.0

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('unicard.relay.' || current_schema(), 0))"
_READ = """
    SELECT o.xid::text AS xid, o.id, o.event_id, o.type, o.topic, o.key, o.time, o.created_at, o.traceparent, o.payload
    FROM outbox o
    WHERE (o.xid, o.id) > ($1::text::xid8, $2) AND o.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY o.xid, o.id LIMIT $3
"""
_CURSOR = "SELECT xid::text AS xid, id FROM outbox_cursor"
_ADVANCE = """
    UPDATE outbox_cursor SET xid = $3::text::xid8, id = $4 WHERE xid = $1::text::xid8 AND id = $2 RETURNING true
"""
_REWIND = "UPDATE outbox_cursor SET xid = '0', id = 0, cluster_id = $1"
_OLDEST = """
    SELECT extract(epoch FROM clock_timestamp() - o.created_at) FROM outbox o, outbox_cursor c
    WHERE (o.xid, o.id) > (c.xid, c.id) ORDER BY o.xid, o.id LIMIT 1
"""


class Relay:
    """Publishes one database's outbox until cancelled; reconnects by itself to database and broker."""

    def __init__(self, settings: ServiceSettings, name: str, topics: Iterable[str] = ()) -> None:
        """`name`: the service, for client ids and the CloudEvents source; missing `topics` are created."""
        self._topics = frozenset(topics)
        self._settings = settings
        self._name = name
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self.leading = False
        self.broker_seen_at = 0.0

    def wake(self) -> None:
        """Something was committed in this process: look at once."""
        self._wake.set()

    def stop(self) -> None:
        """Publish what is there and end."""
        self._stopping.set()
        self._wake.set()

    async def run(self) -> None:
        """Lead when no other process does, publish, begin again after any failure."""
        while not self._stopping.is_set():
            try:
                await self._lead()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError) as error:
                log.warning("relay interrupted", error=type(error).__name__, reason=str(error)[:200])
            finally:
                self.leading = False
            self._wake.clear()
            await self._pause(RETRY_SECONDS)

    async def _lead(self) -> None:
        connection = await asyncpg.connect(
            self._settings.database_url,
            timeout=5,
            server_settings={"application_name": f"{self._name}-relay"},
        )
        try:
            while not await connection.fetchval(_LOCK):
                if self._stopping.is_set():
                    return
                self._wake.clear()
                await self._pause(RETRY_SECONDS)
            # A cursor lost in a crash only repeats events.
            await connection.execute("SET synchronous_commit = off")
            await kafka.ensure_topics(self._settings.kafka_bootstrap, self._topics)
            producer = kafka.producer(self._settings.kafka_bootstrap, f"{self._name}-relay")
            await producer.start()
            try:
                await self._notice_new_cluster(connection)
                self.leading = True
                await self._publish_for_ever(connection, producer)
            finally:
                await producer.stop()
        finally:
            await connection.close(timeout=2)

    async def _notice_new_cluster(self, connection: asyncpg.Connection) -> None:
        """A cluster with another identity has lost our events: publish all that is kept once more."""
        cluster = await kafka.cluster_id(self._settings.kafka_bootstrap)
        known = await connection.fetchval("SELECT cluster_id FROM outbox_cursor")
        if known is None:
            await connection.execute("UPDATE outbox_cursor SET cluster_id = $1", cluster)
        elif known != cluster:
            log.warning("the broker is another one than before: republishing all retained events")
            await connection.execute(_REWIND, cluster)

    async def _publish_for_ever(self, connection: asyncpg.Connection, producer: AIOKafkaProducer) -> None:
        active_until = 0.0
        while True:
            self._wake.clear()
            published = await self._publish_batch(connection, producer)
            if published:
                active_until = time.monotonic() + 1.0
                if published == self._settings.relay_batch:
                    continue
            elif self._stopping.is_set():
                return
            busy = time.monotonic() < active_until
            await self._pause(self._settings.relay_poll_seconds if busy else IDLE_POLL_SECONDS)

    async def _publish_batch(self, connection: asyncpg.Connection, producer: AIOKafkaProducer) -> int:
        cursor = await connection.fetchrow(_CURSOR)
        if cursor is None:
            raise RuntimeError("the table outbox_cursor has lost its only row")
        rows = await connection.fetch(_READ, cursor["xid"], cursor["id"], self._settings.relay_batch)
        if not rows:
            RELAY_OLDEST_SECONDS.set(0)
            return 0
        sent = [
            await producer.send(row["topic"], row["payload"], _key(row), headers=headers(row, f"/{self._name}-service"))
            for row in rows
        ]
        await asyncio.gather(*sent)
        self.broker_seen_at = time.monotonic()
        now = time.time()
        for row in rows:
            EVENTS_PUBLISHED.labels(row["type"]).inc()
            RELAY_LAG_SECONDS.observe(max(0.0, now - row["created_at"].timestamp()))
        last = rows[-1]
        # Zero rows moved: an operator asked to republish meanwhile, and the cursor is theirs.
        await connection.fetchval(_ADVANCE, cursor["xid"], cursor["id"], last["xid"], last["id"])
        return len(rows)

    async def oldest_unsent_seconds(self, pool: asyncpg.Pool) -> float:
        """The age of the oldest event not published yet, 0 when there is none."""
        age = float(await pool.fetchval(_OLDEST) or 0.0)
        RELAY_OLDEST_SECONDS.set(age)
        return age

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return


def _key(row: Any) -> bytes | None:
    return row["key"].encode() if row["key"] is not None else None


def headers(row: Any, source: str) -> list[tuple[str, bytes]]:
    """CloudEvents 1.0 binary-mode headers (Kafka protocol binding §3.2) of an outbox row."""
    pairs = {
        "ce_specversion": SPEC_VERSION,
        "ce_id": str(row["event_id"]),
        "ce_type": row["type"],
        "ce_source": source,
        "ce_time": row["time"].isoformat(),
        "ce_recordedtime": row["created_at"].isoformat(),
        "ce_partitionkey": row["key"],
        "content-type": CONTENT_TYPE,
        "traceparent": row["traceparent"],
    }
    return [(name, value.encode()) for name, value in pairs.items() if value is not None]
