"""A campaign over a line by SMPP: does the provider's limit decide how long it takes, and who waits for it?

The SMSC is another's (smpp34), a process of its own that refuses what is above its limit. What left and when, and how
long a question waited for its answer, is read in its journal, not in ours.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
import orjson
import psutil

from bench import campaign_sms as campaigns
from bench.campaign_sms import ANSWER_AIM_SECONDS, ASKED_A_SECOND, CITIZENS_A_CARD, POLL_SECONDS, QUEUE_AIM
from bench.harness import smsc as smscs
from bench.harness import stack as stacks
from bench.harness.cpu import Meter
from bench.harness.numbers import per_second, percentile
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.smsc import PASSWORD, Part, Smsc
from bench.harness.stack import Stack
from chassis.clock import CAIRO
from chassis.ids import new_id
from notify_service import POLICIES
from notify_service.keys import KEYS
from notify_service.rules import read_rules
from policybook.book import PolicyBook
from policybook.files import read_policies

LIMIT: Final = 500  # parts a second, as agreed with an operator
PARTS: Final = 2
WINDOW: Final = 100
LATE_AIM: Final = 1.05  # of the time that the limit alone allows
_PROVIDER: Final = "limited"
_ELSEWHERE: Final = "0199"  # what numbers of this campaign do not begin with: the aggregator gets none of them
_ENDED: Final = "SELECT state = 'ended' FROM campaign WHERE campaign_id = $1"


@dataclass(frozen=True)
class Found:
    """Rates a second, seconds by the SMSC's journal, bytes; seconds of answers without the campaign and with it."""

    count: int
    queued: float
    seconds: float
    distinct: int
    repeated: int
    throttled: int
    memory_before: int
    memory: int
    cpu: dict[str, float]
    alone: list[float]
    meanwhile: list[float]
    asked: int

    @property
    def least(self) -> float:
        """The seconds in which the limit lets all parts through, those of answers with them."""
        return (self.count * PARTS + len(self.meanwhile)) / LIMIT


async def run(options: Options) -> Found:
    """A system of its own whose only way out is the line; all is handed over, while others ask for their balance."""
    async with smscs.running(LIMIT) as smsc, stacks.running(_line(smsc)) as stack:
        wire = stack.wire()
        try:
            now = open_instant(datetime.now(UTC))
            await stack.client(wire, "operations").put("/v1/training/clock/notify", {"now": now.isoformat()})
        finally:
            await wire.aclose()
        database = await asyncpg.connect(stack.database_url("notify"))
        try:
            return await _measure(stack, smsc, database, now, options.cards // CITIZENS_A_CARD)
        finally:
            await database.close()


def _line(smsc: Smsc) -> dict[str, str]:
    provider = {
        "name": _PROVIDER, "host": "127.0.0.1", "port": smsc.port, "system_id": _PROVIDER, "per_second": LIMIT,
        "window": WINDOW,
    }  # fmt: skip
    return {
        "UNICARD_SMPP_PROVIDERS": orjson.dumps([provider]).decode(),
        "UNICARD_SMPP_PASSWORDS": f"{_PROVIDER}:{PASSWORD}",
        "UNICARD_SMS_PREFIXES": orjson.dumps([_ELSEWHERE]).decode(),
    }


def open_instant(after: datetime) -> datetime:
    """The next noon in Cairo at which messages of campaigns may leave."""
    book = PolicyBook.of(read_policies(POLICIES, KEYS))
    at = after.astimezone(CAIRO).replace(hour=12, minute=0, second=0, microsecond=0)
    while True:
        at += timedelta(days=1)
        rules = read_rules(book, at.date())
        if rules.classes["campaign"].priority in rules.open_priorities(at):
            return at


async def _measure(stack: Stack, smsc: Smsc, database: asyncpg.Connection, now: datetime, count: int) -> Found:
    asked = max(20, count // campaigns.ASKED_SHARE)
    numbers = await campaigns.make_citizens(database, stack, count)
    await smsc.shows("bound")
    first = await _ask(smsc, numbers[:asked])
    campaign_id = new_id()
    stack.extra["SMSC"] = smsc.process.pid
    process = psutil.Process(stack.processes("notify")["notify"])
    before = peak = campaigns.memory_of(process)
    meter = Meter(stack.processes("notify", "SMSC", "postgres"))
    meter.start()
    began, began_at = time.perf_counter(), time.time()
    await campaigns.begin(database, campaign_id, now)
    asking = asyncio.create_task(_ask(smsc, numbers[asked : 2 * asked]))
    queued = None
    while not asking.done() or not await database.fetchval(_ENDED, campaign_id):
        campaigns.give_up_late(began)
        peak = max(peak, campaigns.memory_of(process))
        if queued is None and await database.fetchval(campaigns.STATE, campaign_id) != "queueing":
            queued = count / (time.perf_counter() - began)
        await asyncio.sleep(POLL_SECONDS)
    shares, parts = meter.stop(), smsc.parts()
    mine = [part for part in parts if _of_campaign(part)]
    distinct = {(part.to, part.head) for part in mine}
    return Found(
        count=count, queued=queued or 0.0, seconds=mine[-1].at - began_at, distinct=len(distinct),
        repeated=len(mine) - len(distinct), throttled=smsc.count("throttled"), memory_before=before, memory=peak,
        cpu=shares, alone=_answered(parts, first), meanwhile=_answered(parts, await asking), asked=asked,
    )  # fmt: skip


def _of_campaign(part: Part) -> bool:
    return part.words != "" and part.words in campaigns.TEXT


async def _ask(smsc: Smsc, numbers: list[str]) -> dict[str, float]:
    """When each number asked, a while after all could be answered."""
    asked: dict[str, float] = {}
    for number in numbers:
        asked[number] = time.time()
        await smsc.say(number, "رصيد")
        await asyncio.sleep(1 / ASKED_A_SECOND)
    await asyncio.sleep(2 * ANSWER_AIM_SECONDS)
    return asked


def _answered(parts: list[Part], asked: dict[str, float]) -> list[float]:
    """Seconds from each question to the answer's first part at the SMSC; what was not answered is no figure."""
    answers: dict[str, float] = {}
    for part in parts:
        if part.to in asked and not _of_campaign(part) and part.at >= asked[part.to]:
            answers.setdefault(part.to, part.at - asked[part.to])
    return sorted(answers.values())


def section(found: Found) -> Section:
    """The figure in words and a table."""
    told = Section("A campaign at the limit of an SMPP server")
    told.say(
        f"A campaign to {found.count:,} citizens, {PARTS} parts each, over one line by SMPP to a server of another's",
        f"making that takes {LIMIT:,} parts a second (window {WINDOW}); {found.asked:,} citizens ask it for their",
        f"balance meanwhile, {ASKED_A_SECOND} a second, as many as did before. Times are the server's.",
    )
    memory = campaigns.megabytes(found.memory_before, found.memory)
    told.table(
        ["", ""],
        [
            ["messages queued a second", per_second(found.queued)],
            ["from the start to the last part at the server, s", f"{found.seconds:.1f}"],
            ["what the limit alone takes, s", f"{found.least:.1f}"],
            ["parts a second at the server", per_second(found.count * PARTS / found.seconds)],
            ["parts handed over, each once, of those intended", f"{found.distinct:,} of {found.count * PARTS:,}"],
            ["parts that came again", f"{found.repeated:,}"],
            ["parts refused as above the limit", f"{found.throttled:,}"],
            ["memory of notify-service before and at its most, MB", memory],
            ["answer alone, p50 and p99, ms", campaigns.milliseconds_of(found.alone)],
            ["answer while the campaign runs, p50 and p99, ms", campaigns.milliseconds_of(found.meanwhile)],
            ["answered, of those asked", f"{len(found.alone)} and {len(found.meanwhile)} of {found.asked}"],
        ],
    )  # fmt: skip
    shares = ", ".join(f"{name} {share:.0f} %" for name, share in found.cpu.items())
    told.say(f"CPU meanwhile, percent of one core: {shares}.")
    late = found.seconds / found.least
    whole = found.distinct == found.count * PARTS and not found.repeated
    told.aim(
        f"a campaign handed to an SMPP server in ≤ {LATE_AIM:g} × what its limit takes, each part once",
        f"{late:.2f} ×", reached=whole and late <= LATE_AIM,
    )  # fmt: skip
    aim = f"queued ≥ {QUEUE_AIM:,} a second while it is sent by SMPP"
    told.aim(aim, per_second(found.queued), reached=found.queued >= QUEUE_AIM)
    p99 = percentile(found.meanwhile, 0.99)
    answered = len(found.meanwhile) == found.asked and p99 <= ANSWER_AIM_SECONDS
    told.aim(f"«رصيد» by SMPP answered in ≤ {ANSWER_AIM_SECONDS:g} s meanwhile (p99)", f"{p99:.2f} s", reached=answered)
    return told
