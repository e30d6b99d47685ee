"""Outbox relay: publishes the outbox to Kafka in its order, one relay per database.

A crash repeats events, it never loses one; consumers know repeats by their id.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

import asyncpg
from aiokafka.errors import KafkaError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import kafka
from chassis.connections import options
from chassis.kafka import told
from chassis.logging import get_logger
from chassis.metrics import EVENTS_PUBLISHED, RELAY_LAG_SECONDS, RELAY_OLDEST_SECONDS
from chassis.outbox_reader import PLANNER, OutboxReader
from chassis.publisher import NONE, Publisher
from chassis.settings import ServiceSettings

log = get_logger(__name__)

IDLE_POLL_SECONDS = 0.05
MOST_IDLE_POLL_SECONDS = 0.3
BUSY_SECONDS = 1.0
MOST_REST_SECONDS = 0.1
RETRY_SECONDS = 1.0
CLUSTER_CHECK_SECONDS = 2.0
# The producer itself never gives up. Longer than a broker needs to come back with its data.
SEND_SECONDS = 30.0
COMMAND_SECONDS = 30.0

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('unicard.relay.' || current_schema(), 0))"
_CURSOR = "INSERT INTO outbox_cursor DEFAULT VALUES ON CONFLICT DO NOTHING"
_CLUSTER = "SELECT cluster_id FROM outbox_cursor"
_REMEMBER = "UPDATE outbox_cursor SET cluster_id = $1"
_REWIND = "UPDATE outbox_cursor SET id = 0, cluster_id = $1"
_OLDEST = text(
    "SELECT extract(epoch FROM clock_timestamp() - o.created_at) FROM outbox o, outbox_cursor c"
    " WHERE o.id > c.id ORDER BY o.id LIMIT 1"
)


# The payloads, by `source_id`, of events that were written without: renderings of a row the service has anyway.
Render: TypeAlias = Callable[[asyncpg.Connection, Sequence[asyncpg.Record]], Awaitable[Mapping[UUID, bytes]]]


class ClusterChanged(Exception):
    """The broker that answers is not the one that answered before."""


class Relay:
    """Publishes one database's outbox until stopped; reconnects by itself to database and broker."""

    def __init__(self, settings: ServiceSettings, name: str, render: Render | None = None) -> None:
        """`name`: the service, for client ids and the CloudEvents source.

        `render` gives the payloads of events that were written without.
        """
        self._settings = settings
        self._name = name
        self._render = render
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self.leading = False
        self.refused = ""
        # Who commits in another process wakes it by a datagram, which may be lost: then this is how late an event is.
        self._most_idle = IDLE_POLL_SECONDS if settings.role == "work" else MOST_IDLE_POLL_SECONDS

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
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError, ClusterChanged) as error:
                self.refused = await told("relay interrupted", self._settings.kafka, error)
            finally:
                self.leading = False
            if not self._stopping.is_set():
                self._wake.clear()
                await self._pause(RETRY_SECONDS)

    async def _lead(self) -> None:
        connection = await asyncpg.connect(
            self._settings.database_url,
            command_timeout=COMMAND_SECONDS,
            # A cursor lost in a crash only repeats events.
            **options(f"{self._name}-relay", synchronous_commit="off", **PLANNER),
        )
        try:
            while not await connection.fetchval(_LOCK):
                if self._stopping.is_set():
                    return
                self._wake.clear()
                await self._pause(RETRY_SECONDS)
            await connection.execute(_CURSOR)
            await self._publish(connection)
        finally:
            await connection.close(timeout=2)

    async def _publish(self, connection: asyncpg.Connection) -> None:
        cluster = kafka.Cluster(self._settings.kafka)
        producer = kafka.producer(self._settings.kafka, f"{self._name}-relay")
        try:
            identity = await cluster.identity(CLUSTER_CHECK_SECONDS)
            await self._notice_new_cluster(connection, identity)
            await producer.start()
            self.leading = True
            publisher = Publisher(producer, f"/{self._name}-service", self._settings.topic_prefix)
            await _first_of(self._publish_for_ever(connection, publisher), self._watch(cluster, identity))
        finally:
            await kafka.abandon(producer)
            await cluster.close()

    async def _notice_new_cluster(self, connection: asyncpg.Connection, identity: str) -> None:
        """A cluster with another identity has lost our events: publish all that is kept once more."""
        known = await connection.fetchval(_CLUSTER)
        if known is None:
            await connection.execute(_REMEMBER, identity)
        elif known != identity:
            log.warning("the broker is another one than before: republishing all retained events")
            await connection.execute(_REWIND, identity)

    async def _watch(self, cluster: kafka.Cluster, identity: str) -> None:
        """Raise ClusterChanged when a wiped broker has taken the place of the one the producer is connected to.

        Raise KafkaError or OSError when none answers: what the producer still holds must not reach a broker whose
        identity nobody has asked for, or its newest events would come before the older ones republished to it.
        """
        while True:
            await asyncio.sleep(CLUSTER_CHECK_SECONDS)
            try:
                found = await cluster.identity(CLUSTER_CHECK_SECONDS)
            except TimeoutError:  # slow is not away
                log.warning("the broker is slow to answer")
                continue
            if found != identity:
                raise ClusterChanged
            self.refused = ""  # the producer beside this would have been refused by now

    async def _publish_for_ever(self, connection: asyncpg.Connection, publisher: Publisher) -> None:
        reader, busy_until, idle = OutboxReader(connection), 0.0, IDLE_POLL_SECONDS
        while True:
            self._wake.clear()
            began = time.monotonic()
            rows = await reader.read(self._settings.relay_batch)
            if rows:
                await self._send(rows, publisher, await self._rendered(connection, rows))
                self.refused = ""
                reader.published(rows)
                ended = time.monotonic()
                busy_until = ended + BUSY_SECONDS
                if len(rows) == self._settings.relay_batch:
                    # Behind by whole batches, as after a mass payout or for a new broker: the requests beside it
                    # get as much of the process as the relay.
                    await asyncio.sleep(min(ended - began, MOST_REST_SECONDS))
                    continue
                # What is committed meanwhile goes along: a batch costs little more than one event.
                await asyncio.sleep(self._settings.relay_poll_seconds)
                continue
            if self._stopping.is_set():
                return
            if time.monotonic() < busy_until:
                await self._pause(self._settings.relay_poll_seconds)
                idle = IDLE_POLL_SECONDS
            else:  # whoever commits wakes the relay
                await self._pause(idle)
                idle = min(idle * 1.5, self._most_idle)

    async def _rendered(self, connection: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> Mapping[UUID, bytes]:
        without = [row for row in rows if row["payload"] is None]
        return await self._render(connection, without) if without and self._render else NONE

    async def _send(self, rows: Sequence[asyncpg.Record], publisher: Publisher, rendered: Mapping[UUID, bytes]) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            await publisher.send(rows, rendered)
        now = time.time()
        for event_type, number in Counter(row["type"] for row in rows).items():
            EVENTS_PUBLISHED.labels(event_type).inc(number)
        for row in rows:
            RELAY_LAG_SECONDS.observe(max(0.0, now - row["created_at"].timestamp()))
        RELAY_OLDEST_SECONDS.set(0)

    async def oldest_unsent_seconds(self, engine: AsyncEngine) -> float:
        """The age of the oldest event not published yet, 0 when there is none."""
        async with engine.connect() as connection:
            age = float((await connection.execute(_OLDEST)).scalar_one_or_none() or 0.0)
        RELAY_OLDEST_SECONDS.set(age)
        return age

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return


async def _first_of(*work: Coroutine[object, None, None]) -> None:
    """Run all until one returns or raises, end the others, and do as that one did."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
