"""Messages to citizens: events taken from Kafka, and messages handed to the aggregator, a second."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from bench.harness import events
from bench.harness.cpu import Meter
from bench.harness.numbers import per_second
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from chassis.contact import Contact
from chassis.ids import new_id
from chassis.sealing import Keyring, Vault
from contracts.card import ContactChanged, PickupScheduled

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
    vault = Vault(Keyring.parse(stack.secrets["UNICARD_CONTACT_KEYS"]))
    people = [
        ContactChanged(
            citizen_id=(citizen := new_id()),
            household_id=new_id(),
            sealed=Contact("منى", f"+2010{number:08}").seal(vault, citizen),
        )
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

        await events.publish(stack.kafka, [_appointment(person) for person in people])
        first, last = await reached(_QUEUED, count // 10), await reached(_QUEUED, count)
        await events.publish(stack.kafka, people)
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
