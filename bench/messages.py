"""Messages to citizens: events taken from Kafka, and messages handed to the aggregator, a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
from aiokafka import AIOKafkaProducer

from bench.harness.cpu import Meter
from bench.harness.numbers import per_second
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from chassis.ids import new_id
from contracts.card import ContactChanged, PickupScheduled
from contracts.event import CONTENT_TYPE, SPEC_VERSION, Event

INGEST_AIM, SEND_AIM = 2000, 1000
_POLL_SECONDS = 0.02
_GIVE_UP_SECONDS = 300.0
_QUEUED = "SELECT count(*) FROM message WHERE template = 'appointment'"
_KNOWN = "SELECT count(*) FROM contact"
_SENT = "SELECT count(*) FROM message WHERE template = 'appointment' AND sent_at IS NOT NULL"


@dataclass
class Messages:
    """Rates a second and the CPU while sending."""

    count: int
    queued: float
    known: float
    sent: float
    cpu: dict[str, float]


async def run(stack: Stack, options: Options) -> Messages:
    """Appointments first, whose citizens nobody knows yet; then the contacts, with which the messages may leave."""
    count = options.cards // 5
    people = [
        ContactChanged(citizen_id=new_id(), household_id=new_id(), given_name="منى", mobile=f"+2010{number:08}")
        for number in range(count)
    ]
    database = await asyncpg.connect(stack.database_url("notify"))
    try:
        base = {query: await database.fetchval(query) for query in (_QUEUED, _KNOWN, _SENT)}

        async def reached(query: str, more: int) -> float:
            deadline = time.perf_counter() + _GIVE_UP_SECONDS
            while time.perf_counter() < deadline:
                if await database.fetchval(query) >= base[query] + more:
                    return time.perf_counter()
                await asyncio.sleep(_POLL_SECONDS)
            raise RuntimeError(f"not {more:,} after {_GIVE_UP_SECONDS:.0f} s: {query}")

        await _publish(stack.bootstrap, [_appointment(person) for person in people])
        first, last = await reached(_QUEUED, count // 10), await reached(_QUEUED, count)
        await _publish(stack.bootstrap, people)
        known_first, known_last = await reached(_KNOWN, count // 10), await reached(_KNOWN, count)
        already = await database.fetchval(_SENT) - base[_SENT]
        meter = Meter(stack.processes("notify", "sink", "postgres"))
        meter.start()
        sent = await reached(_SENT, count)
    finally:
        await database.close()
    return Messages(
        count=count,
        queued=0.9 * count / (last - first),
        known=0.9 * count / (known_last - known_first),
        sent=(count - already) / (sent - known_last),
        cpu=meter.stop(),
    )


def _appointment(person: ContactChanged) -> PickupScheduled:
    return PickupScheduled(
        appointment_id=new_id(), card_id=new_id(), citizen_id=person.citizen_id, household_id=person.household_id,
        site_id=new_id(), site_name_ar="مكتب بريد بورسعيد الرئيسي", site_name_en="Port Said Main Post Office",
        site_address_ar="", starts_at=datetime.now(UTC), ends_at=datetime.now(UTC),
    )  # fmt: skip


async def _publish(bootstrap: str, events: Sequence[Event]) -> None:
    """As the relay of the service they belong to does."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        now = datetime.now(UTC).isoformat()
        sent = []
        for event in events:
            headers = {
                "ce_specversion": SPEC_VERSION, "ce_id": str(new_id()), "ce_type": event.event_type(),
                "ce_source": event.source(), "ce_time": now, "ce_recordedtime": now, "content-type": CONTENT_TYPE,
            }  # fmt: skip
            pairs = [(name, value.encode()) for name, value in headers.items()]
            body, key = event.model_dump_json().encode(), event.partition_key().encode()
            sent.append(await producer.send(event.TOPIC, body, key=key, headers=pairs))
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


def section(found: Messages) -> Section:
    """The figure in words and a table."""
    told = Section("Messages to citizens")
    told.say(
        f"{found.count:,} appointments and as many contacts, published to Kafka at once; notify-service takes them in,",
        "seals them, puts them into words and hands them to the aggregator (the SMS sink, over HTTP) in batches.",
        "All of it on the same cores, sink and database included.",
    )
    told.table(
        ["", "a second"],
        [
            ["PickupScheduled taken in, a message queued for each", per_second(found.queued)],
            ["ContactChanged taken in, meanwhile sending has begun", per_second(found.known)],
            ["messages handed to the aggregator and written down as sent", per_second(found.sent)],
        ],
    )
    shares = ", ".join(f"{name} {share:.0f} %" for name, share in found.cpu.items())
    told.say(f"CPU while sending, percent of one core: {shares}.")
    aim, reached = f"messages taken in ≥ {INGEST_AIM:,} a second", found.queued >= INGEST_AIM
    told.aim(aim, per_second(found.queued), reached=reached)
    told.aim(f"messages sent ≥ {SEND_AIM:,} a second", per_second(found.sent), reached=found.sent >= SEND_AIM)
    return told
