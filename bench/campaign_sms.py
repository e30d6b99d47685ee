"""A campaign: how fast it is queued and sent, what memory that takes, and how long «رصيد» is answered meanwhile."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import psutil

from bench.harness.cpu import Meter
from bench.harness.numbers import per_second, percentile
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from chassis.ids import new_id
from chassis.sealing import Keyring, Vault, key_bytes
from devstack.demo.sink import Sink
from notify_service.messages.sealed_columns import Contact

QUEUE_AIM, ANSWER_AIM_SECONDS = 8_000, 3.0  # half a million in about a minute
CITIZENS_A_CARD = 2  # of the options: 50,000 of 100,000 cards
ASKED_A_SECOND, ASKED_SHARE = 5, 500
POLL_SECONDS, _GIVE_UP_SECONDS = 0.05, 900.0
TEXT = "بطاقة التموين القديمة لا تعمل بعد نهاية الشهر. استلم الكارت الموحد من أقرب مكتب بريد"
STATE = "SELECT state FROM campaign WHERE campaign_id = $1"
QUEUED = "SELECT count(*) FROM message WHERE campaign_id = $1"
SENT = "SELECT count(*) FROM message WHERE campaign_id = $1 AND sent_at IS NOT NULL"
_ANSWERED = (
    "SELECT extract(epoch FROM m.sent_at - i.asked_at)::float8 FROM inquiry i"
    " JOIN message m ON m.subject = i.inquiry_id WHERE m.sent_at IS NOT NULL AND i.asked_at BETWEEN $1 AND $2"
)


@dataclass
class CampaignFound:
    """Rates a second; `sent` is None in quiet hours; seconds of answers without and during the campaign."""

    count: int
    queued: float
    sent: float | None
    memory_before: int
    memory: int
    cpu: dict[str, float]
    alone: list[float]
    meanwhile: list[float]
    asked: int


async def run(stack: Stack, options: Options) -> CampaignFound:
    """Citizens and a campaign written into notify's database; then it runs by itself, while others ask."""
    count = options.cards // CITIZENS_A_CARD
    asked = max(20, count // ASKED_SHARE)
    database = await asyncpg.connect(stack.database_url("notify"))
    sink = Sink(stack.settings.url("sink"))
    try:
        numbers = await make_citizens(database, stack, count)
        alone = await _ask(stack, sink, numbers[:asked])
        campaign_id = new_id()
        process = psutil.Process(stack.processes("notify")["notify"])
        before = peak = memory_of(process)
        meter = Meter(stack.processes("notify", "sink", "postgres"))
        meter.start()
        await begin(database, campaign_id, datetime.now(UTC))
        asking = asyncio.create_task(_ask(stack, sink, numbers[asked : 2 * asked]))
        began = time.perf_counter()
        while await database.fetchval(STATE, campaign_id) == "queueing":
            give_up_late(began)
            peak = max(peak, memory_of(process))
            await asyncio.sleep(POLL_SECONDS)
        queued = await database.fetchval(QUEUED, campaign_id) / (time.perf_counter() - began)
        while not asking.done() or (
            await database.fetchval(SENT, campaign_id) and await database.fetchval(STATE, campaign_id) == "running"
        ):
            give_up_late(began)
            peak = max(peak, memory_of(process))
            await asyncio.sleep(POLL_SECONDS)
        sent = await database.fetchval(SENT, campaign_id)
        seconds = time.perf_counter() - began
        return CampaignFound(
            count=count, queued=queued, sent=sent / seconds if sent else None, memory_before=before, memory=peak,
            cpu=meter.stop(), alone=alone, meanwhile=await asking, asked=asked,
        )  # fmt: skip
    finally:
        await database.close()
        await sink.wire.aclose()


async def make_citizens(database: asyncpg.Connection, stack: Stack, count: int) -> list[str]:
    """Contacts as notify-service keeps them; their numbers."""
    secrets = stack.secrets
    ring = Keyring.parse(secrets["UNICARD_NOTIFY_DATA_KEYS"])
    vault = Vault(ring, key_bytes(secrets["UNICARD_NOTIFY_LOOKUP_KEY"]))
    numbers = [f"+2012{number:08}" for number in range(count)]
    rows = []
    for number in numbers:
        citizen = new_id()
        sealed = Contact(number, "منى").seal(vault, citizen)
        rows.append((citizen, new_id(), "ar", vault.fingerprint(number), sealed, datetime.now(UTC), "03"))
    await database.copy_records_to_table(
        "contact",
        records=rows,
        columns=["citizen_id", "household_id", "language", "number_hash", "sealed", "changed_at", "governorate"],
    )
    await database.execute("ANALYZE contact")
    return numbers


async def begin(database: asyncpg.Connection, campaign_id: UUID, now: datetime) -> None:
    """A campaign as it is when a second person has approved it, `now` by the service's clock."""
    text_id = new_id()
    await database.execute(
        "INSERT INTO campaign_text VALUES ($1, $2, 1, $3, 'Old ration cards end.', '{}', 'bench', 'bench', $4)",
        text_id, f"bench-{text_id}", TEXT, now,
    )  # fmt: skip
    await database.execute(
        'INSERT INTO campaign (campaign_id, name, text_id, "values", filter, ar, en, parts, parts_per_second,'
        " messages_per_week, starts_at, ends_at, state, created_by, created_at)"
        " VALUES ($1, 'bench', $2, '{}', '{}', $3, 'Old ration cards end.', 2, 10000, 100000000, $4, $5, 'queueing',"
        " 'bench', $4)",
        campaign_id, text_id, TEXT, now, now + timedelta(days=7),
    )  # fmt: skip


async def _ask(stack: Stack, sink: Sink, numbers: list[str]) -> list[float]:
    """Seconds from each question to the moment when its answer was handed over; what is not answered is no figure."""
    first = datetime.now(UTC) - timedelta(seconds=1)
    for number in numbers:
        await sink.say(number, "رصيد")
        await asyncio.sleep(1 / ASKED_A_SECOND)
    await asyncio.sleep(2 * ANSWER_AIM_SECONDS)
    database = await asyncpg.connect(stack.database_url("notify"))
    try:
        rows = await database.fetch(_ANSWERED, first, datetime.now(UTC))
    finally:
        await database.close()
    return sorted(row[0] for row in rows)


def memory_of(process: psutil.Process) -> int:
    """Bytes of a process and its children."""
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


def give_up_late(began: float) -> None:
    """Raises RuntimeError where a campaign takes for ever."""
    if time.perf_counter() - began > _GIVE_UP_SECONDS:
        raise RuntimeError(f"the campaign is not over after {_GIVE_UP_SECONDS:.0f} s")


def section(found: CampaignFound) -> Section:
    """The figure in words and a table."""
    told = Section("A campaign of messages")
    told.say(
        f"A campaign to {found.count:,} citizens, two parts each: queued in chunks, let go at the sender's own limit,",
        f"while {found.asked:,} citizens ask for their balance, {ASKED_A_SECOND} a second, as many as did before.",
        "An answer counts from the question's arrival to the moment when the aggregator has taken it.",
    )
    sent = "quiet hours" if found.sent is None else per_second(found.sent)
    told.table(
        ["", ""],
        [
            ["messages queued a second", per_second(found.queued)],
            ["messages sent a second, from the start to the last", sent],
            ["memory of notify-service before and at its most, MB", megabytes(found.memory_before, found.memory)],
            ["answer alone, p50 and p99, ms", milliseconds_of(found.alone)],
            ["answer while the campaign runs, p50 and p99, ms", milliseconds_of(found.meanwhile)],
            ["answered, of those asked", f"{len(found.alone)} and {len(found.meanwhile)} of {found.asked}"],
        ],
    )
    shares = ", ".join(f"{name} {share:.0f} %" for name, share in found.cpu.items())
    told.say(f"CPU meanwhile, percent of one core: {shares}.")
    aim = f"a campaign queued ≥ {QUEUE_AIM:,} a second"
    told.aim(aim, per_second(found.queued), reached=found.queued >= QUEUE_AIM)
    p99 = percentile(found.meanwhile, 0.99)
    answered = len(found.meanwhile) == found.asked and p99 <= ANSWER_AIM_SECONDS
    told.aim(f"«رصيد» answered in ≤ {ANSWER_AIM_SECONDS:g} s meanwhile (p99)", f"{p99:.2f} s", reached=answered)
    return told


def milliseconds_of(seconds: list[float]) -> str:
    """The median and the 99th percentile of sorted times."""
    return f"{percentile(seconds, 0.5) * 1000:.0f}, {percentile(seconds, 0.99) * 1000:.0f}"


def megabytes(before: int, most: int) -> str:
    """Memory before and at its most."""
    return f"{before / 1e6:.0f}, {most / 1e6:.0f}"
