"""A consumer on the chassis, as a process of its own: when was each sale's event appended, when was it consumed?

It consumes `Redeemed` the way every service does (inbox and effect in one transaction, offsets afterwards) and
notes, after the commit, how long ago the event's row was written at the publisher. A second, plain reader takes the
broker's own time of appending from each record. `python -m bench.harness.listener` prints a line when it is ready,
measures until its standard input ends, and prints the lags.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from datetime import datetime

from aiokafka import AIOKafkaConsumer
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from broker_access.connection import Kafka
from chassis.app import Service, create_app, stateless
from chassis.consumer import EventConsumer, Reactions, Received
from chassis.runtime import Resources, Runtime
from chassis.settings import ServiceSettings
from contracts.supply import REDEMPTIONS_TOPIC, Redeemed

QUIET_SECONDS = 1.0
_TYPE = Redeemed.event_type().encode()


class Listener:
    """Both readers and what they have seen, in seconds."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self.consumed: list[float] = []
        self.appended: list[float] = []

    def reactions(self) -> Reactions[Runtime[None]]:
        """What a service would have."""
        reactions: Reactions[Runtime[None]] = Reactions(group="bench-listener")
        reactions.on(Redeemed)(self._redeemed)
        return reactions

    async def _redeemed(self, events: Sequence[Received[Redeemed]], session: AsyncSession, _: Resources) -> None:
        written = [received.recorded_at.timestamp() for received in events if received.recorded_at]

        def committed(_: Session) -> None:
            now = time.time()
            self.consumed += [now - at for at in written]

        event.listen(session.sync_session, "after_commit", committed, once=True)

    async def until_quiet(self, consumer: EventConsumer[Runtime[None]]) -> None:
        """Wait until everything that was published before is consumed."""
        seen = -1
        while not consumer.joined or seen != len(self.consumed):
            seen = len(self.consumed)
            await asyncio.sleep(QUIET_SECONDS)

    async def watch_broker(self) -> None:
        """Read every record's time of appending, for ever."""
        consumer = AIOKafkaConsumer(REDEMPTIONS_TOPIC, auto_offset_reset="latest", **self._kafka.options)
        await consumer.start()
        try:
            async for record in consumer:
                headers = dict(record.headers)
                if headers.get("ce_type") == _TYPE:
                    written = datetime.fromisoformat(headers["ce_recordedtime"].decode())
                    self.appended.append(record.timestamp / 1000 - written.timestamp())
        finally:
            await consumer.stop()


async def listen(settings: ServiceSettings) -> None:
    """Measure until standard input ends."""
    listener = Listener(settings.kafka)
    app = create_app(Service("bench", "listener", settings, [], stateless, reactions=listener.reactions()))
    async with app.router.lifespan_context(app):
        consumer = app.background.consumer if app.background else None
        if consumer is None:
            raise RuntimeError("it has reactions, hence a consumer")
        broker = asyncio.create_task(listener.watch_broker())
        await listener.until_quiet(consumer)
        loop = asyncio.get_running_loop()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            command = await loop.run_in_executor(None, sys.stdin.readline)
            if not command:
                break
            listener.consumed.clear()
            listener.appended.clear()
            sys.stdout.write("measuring\n")
            sys.stdout.flush()
            await loop.run_in_executor(None, sys.stdin.readline)
            await listener.until_quiet(consumer)
            json.dump({"consumed": listener.consumed, "appended": listener.appended}, sys.stdout)
            sys.stdout.write("\n")
            sys.stdout.flush()
        broker.cancel()


def main() -> None:
    """Settings from the environment, as for every service."""
    import uvloop

    uvloop.run(listen(ServiceSettings(log_level="WARNING")))


if __name__ == "__main__":
    main()
