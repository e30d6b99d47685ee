"""The client's campaign at full size: 496,000 people, 50,000 a week, sites of every kind, ten weeks and what is left.

Business time is card-service's training clock, moved from day to day; what follows from a day that is over (who missed,
who is invited again) the service does by itself. People and their memberships are filled in by COPY, as an import would
have left them. Everything else goes through the gateway as offices do it: plans drafted and started week by week, every
hand-over and walk-in by a counter of its own site, activations by cohorts, the review. Who comes follows from the
person's number: one of eight misses the first hour, one of twenty-four the second too, one of fifty comes days early.
The hour within a day is not played: at 11:10 come those who are early, at 14:30 all others. Use is told as
supply-service tells it. `--quick` has fewer people, and sites with few counters, which bound its weeks.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import asyncpg

from bench.harness import distribution, events, stack
from bench.harness.distribution import A_WEEK, ADULTS, GOVERNORATE, SITES_IN_ALL, Memory, ended, national_number
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from chassis.clock import CAIRO, day_begins
from contracts.clients import Owner
from contracts.summaries import HouseholdsServed
from devstack.terminal.caller import Caller, ClientSecret, Refused
from devstack.terminal.wire import Wire

FAMILY = 4
WORKING_DAYS = 6  # from Saturday to Thursday
COHORT_WEEKS = 3  # an activation every so many weeks
LONGEST_DAYS = 92  # "within two to three months"
AT_ONCE = 2  # hand-overs of a site
GIVEN_UP_SECONDS, DAY_SECONDS, POLL_SECONDS = 4 * 3600.0, 900.0, 0.1
REVIEW_SECONDS = 65.0  # a little more than the gateway gives it
TOLD_AT_ONCE = 5_000  # households of one event
_SWEEPS = {"UNICARD_CARD_SWEEP_SECONDS": "0.5"}  # a day lasts seconds here
_DUE = (
    "SELECT a.card_id, a.site_id, c.citizen_id,"
    " (SELECT count(*) FROM appointment m WHERE m.card_id = a.card_id AND m.state = 'missed') AS missed"
    " FROM appointment a JOIN card c USING (card_id) WHERE a.state = 'scheduled'"
    " AND a.starts_at >= $1 AND a.starts_at < $2 ORDER BY a.starts_at, a.appointment_id"
)
_OVER = "SELECT count(*) FROM appointment WHERE state = 'scheduled' AND ends_at <= $1"
_ACTIVE = "SELECT DISTINCT household_id FROM card WHERE activated_at IS NOT NULL ORDER BY household_id"
_AHEAD = "SELECT count(*) FROM appointment WHERE state = 'scheduled'"
_FAULTS = {
    **distribution.FAULTS,
    "cards with two open appointments": (
        "SELECT count(*) FROM (SELECT FROM appointment WHERE state = 'scheduled'"
        " GROUP BY card_id HAVING count(*) > 1) t"
    ),
    "invited again without having missed": (
        "SELECT count(*) FROM appointment a WHERE a.number > 1"
        " AND NOT EXISTS (SELECT FROM appointment b WHERE b.card_id = a.card_id AND b.number = a.number - 1"
        "  AND b.state = 'missed')"
        " AND NOT EXISTS (SELECT FROM appointment_change w WHERE w.card_id = a.card_id AND w.kind = 'walk_in')"
    ),
    "appointments missed beyond two": (
        "SELECT count(*) FROM (SELECT FROM appointment WHERE state = 'missed' GROUP BY card_id HAVING count(*) > 2) t"
    ),
    "invited after the card was collected": (
        "SELECT count(*) FROM appointment a JOIN card c USING (card_id)"
        " WHERE a.state = 'scheduled' AND c.issued_at IS NOT NULL"
    ),
}
_EACH_WEEK = ("slots over their capacity", "cards with two open appointments")

T = TypeVar("T")


class Due(NamedTuple):
    """Somebody who is expected at a site: the card, and how many hours were missed before."""

    card_id: UUID
    site_id: UUID
    citizen_id: UUID
    missed: int


@dataclass
class Week:
    """A week: seconds of its draft and plan, who is invited, hand-overs and their seconds, hours missed."""

    begins: date
    drafted: float = 0.0
    planned: float = 0.0
    invited: int = 0
    given: int = 0
    giving: float = 0.0
    missed: int = 0
    marking: float = 0.0


@dataclass
class Found:
    """What the campaign came to. Times in seconds, memory in bytes."""

    people: int
    whole: float = 0.0
    weeks: list[Week] = field(default_factory=list)
    walked_in: int = 0
    sent_away: int = 0
    activated: int = 0
    activating: float = 0.0
    review: float = 0.0
    funnel: dict[str, Any] = field(default_factory=dict)
    before: int = 0
    most: int = 0
    days: int = 0
    faults: dict[str, int] = field(default_factory=dict)

    @property
    def given(self) -> int:
        """All hand-overs."""
        return sum(week.given for week in self.weeks)


def misses(number: int) -> int:
    """How many hours an adult misses, by the number of the family's member."""
    adult = number // FAMILY * ADULTS + number % FAMILY
    return 2 if adult % 24 == 3 else int(adult % 8 == 3)


def comes_early(number: int) -> bool:
    """Whether an adult comes some days before the hour."""
    return (number // FAMILY * ADULTS + number % FAMILY) % 50 == 6


async def run(options: Options) -> Found:
    """Fill a register and play the campaign to its end. Raises RuntimeError where there is a fault."""
    async with stack.running(_SWEEPS) as running:
        adults = await distribution.fill(running, options.campaign // ADULTS, memberships=True)
        wire = running.wire(limit=4 * SITES_IN_ALL)
        database = await asyncpg.connect(distribution.owners_url(running, "card"))
        try:
            async with asyncio.timeout(GIVEN_UP_SECONDS):
                cards, operations = running.client(wire, "cards"), running.client(wire, "operations")
                sites = await distribution.enter_sites(cards, options.campaign_counters, options.campaign_minutes)
                counters = await _counters(running, wire, sites)
                played = _Campaign(running, cards, operations, database, counters, adults)
                return await played.run()
        finally:
            await database.close()
            await wire.aclose()


async def _counters(running: Stack, wire: Wire, sites: Iterable[UUID]) -> dict[UUID, Caller]:
    clients, made = running.clients(wire), {}
    for number, site_id in enumerate(sites):
        name = f"bench-site-{number}"
        body = {
            "client_id": name, "name": f"Site {number}", "scopes": ["cards:handover"], "governorate": GOVERNORATE,
            "site_id": str(site_id), "owner": Owner.MINISTRY,
        }  # fmt: skip
        made[site_id] = Caller(wire, ClientSecret(name, (await clients.make(body))["client_secret"]))
    return made


class _Campaign:
    """The campaign as it goes on."""

    def __init__(
        self,
        running: Stack,
        cards: Caller,
        operations: Caller,
        database: asyncpg.Connection,
        counters: dict[UUID, Caller],
        adults: dict[UUID, int],
    ) -> None:
        self.running, self.cards, self.operations, self.database = running, cards, operations, database
        self.counters, self.adults = counters, adults
        self.memory = Memory.of(running, "card")
        self.found = Found(len(adults))
        self.phase = ""
        self.early = {citizen for citizen, number in adults.items() if comes_early(number)}

    async def run(self) -> Found:
        phase = {"name": "Campaign", "governorate": GOVERNORATE, "sequence": 1, "services": ["supply"]}
        self.phase = f"/v1/rollout-phases/{(await self.cards.post('/v1/rollout-phases', phase))['phase_id']}"
        begins = distribution.saturday()
        self.found.whole = await self._looked_at(begins)
        left = True
        while left or await self.database.fetchval(_AHEAD):
            await self._at(begins - timedelta(days=1), "12:00")
            week = Week(begins)
            self.found.weeks.append(week)
            if left:
                left = await self._invite(week)
            for n in range(WORKING_DAYS):
                await self._day(week, begins + timedelta(days=n))
            await self._checked({name: _FAULTS[name] for name in _EACH_WEEK})
            sys.stderr.write(f"  {begins}: {week.invited:,} invited, {week.given:,} handed over\n")
            if len(self.found.weeks) % COHORT_WEEKS == 0:
                await self._activate()
            begins += timedelta(days=7)
        await self._activate()
        await self._reviewed(begins)
        self.found.before, self.found.most = self.memory.before, self.memory.most
        self.found.days = await distribution.span_days(self.database)
        await self._ended()
        return self.found

    async def _at(self, day: date, hour: str) -> None:
        """Move card-service's clock."""
        now = datetime.combine(day, wall_time.fromisoformat(hour), CAIRO)
        await self.operations.put("/v1/training/clock/card", {"now": now.isoformat()})

    async def _until(self, statement: str, count: int, *values: object) -> None:
        """Wait until so many are counted."""
        async with asyncio.timeout(DAY_SECONDS):
            while True:
                if await self.database.fetchval(statement, *values) == count:
                    return
                await asyncio.sleep(POLL_SECONDS)

    async def _plan(self, begins: date, weeks: int) -> tuple[dict[str, Any], float]:
        """A draft, computed, and its seconds."""
        asked = {"week_start": f"{begins}", "weeks": weeks, "limit": 1_000_000, "holders": "adults", "draft": True}
        began = time.perf_counter()
        plan = await self.cards.post(f"{self.phase}/pickup-plans", asked)
        drafted = await ended(self.cards, plan["id"], self.memory)
        return drafted, time.perf_counter() - began

    async def _looked_at(self, begins: date) -> float:
        """Look at the whole campaign before anybody is invited; seconds."""
        drafted, seconds = await self._plan(begins, 12)
        if (drafted["scheduled"], drafted["unplaced"]) != (self.found.people, {}):
            raise RuntimeError(f"the whole: {drafted}")
        await self.cards.post(f"/v1/pickup-plans/{drafted['id']}/withdrawal")
        return seconds

    async def _invite(self, week: Week) -> bool:
        """A week's plan, looked at and started; whether there are others to be invited."""
        drafted, week.drafted = await self._plan(week.begins, 1)
        began = time.perf_counter()
        await self.cards.post(f"/v1/pickup-plans/{drafted['id']}/start")
        plan = await ended(self.cards, drafted["id"], self.memory)
        week.planned, week.invited = time.perf_counter() - began, plan["scheduled"]
        if plan["scheduled"] != drafted["scheduled"] or not plan["scheduled"]:
            raise RuntimeError(f"plan: {plan}, its draft: {drafted}")
        return bool(plan["unplaced"])

    async def _due(self, first: date, last: date) -> list[Due]:
        ends = day_begins(last + timedelta(days=1))
        return [Due(*row) for row in await self.database.fetch(_DUE, day_begins(first), ends)]

    async def _day(self, week: Week, day: date) -> None:
        expected = await self._due(day, day)
        if not expected:
            return  # a day off
        await self._at(day, "11:10")
        ahead = [
            one for one in await self._due(day + timedelta(days=1), day + timedelta(days=3)) if self._is_early(one)
        ]
        taken = [one for one in await self._each(ahead, self._walk_in) if one is not None]
        await self._at(day, "14:30")
        come = [one for one in expected if one.missed >= misses(self.adults[one.citizen_id])]
        began = time.perf_counter()
        await self._each([*taken, *come], self._hand_over)
        week.giving += time.perf_counter() - began
        week.given += len(taken) + len(come)
        week.missed += len(expected) - len(come)
        self.memory.look()
        began = time.perf_counter()
        over = day + timedelta(days=1)
        await self._at(over, "06:00")
        await self._until(_OVER, 0, day_begins(over))
        week.marking += time.perf_counter() - began
        self.memory.look()

    def _is_early(self, one: Due) -> bool:
        if one.citizen_id not in self.early:
            return False
        self.early.discard(one.citizen_id)
        return one.missed == 0

    async def _each(self, people: Sequence[Due], act: Callable[[Due], Awaitable[T]]) -> list[T]:
        """Let every site serve its people, a few at once."""
        by_site: defaultdict[UUID, list[Due]] = defaultdict(list)
        for one in people:
            by_site[one.site_id].append(one)

        async def serve(queue: Iterable[Due]) -> list[T]:
            return [await act(one) for one in queue]

        shares = [there[n::AT_ONCE] for there in by_site.values() for n in range(AT_ONCE)]
        return [done for share in await asyncio.gather(*(serve(share) for share in shares)) for done in share]

    async def _walk_in(self, one: Due) -> Due | None:
        """Whoever comes without an hour: taken in, or sent away with the next free hour."""
        try:
            await self.counters[one.site_id].post(f"/v1/cards/{one.card_id}/walk-ins")
        except Refused as refused:
            if refused.code != "no_room_today":
                raise
            self.found.sent_away += 1
            return None
        self.found.walked_in += 1
        return one

    async def _hand_over(self, one: Due) -> None:
        given = {"national_id": national_number(self.adults[one.citizen_id])}
        await self.counters[one.site_id].post(f"/v1/cards/{one.card_id}/handover", given)

    async def _activate(self) -> None:
        began = time.perf_counter()
        made = await self.cards.post(f"{self.phase}/activations", {"holders": "adults", "services": ["supply"]})
        while True:
            state = await self.cards.get(f"/v1/activations/{made['id']}")
            self.memory.look()
            if state["status"] in {"done", "failed"}:
                break
            await asyncio.sleep(POLL_SECONDS)
        if (state["status"], state["remaining"]) != ("done", 0):
            raise RuntimeError(f"activation: {state}")
        self.found.activated += state["activated"]
        self.found.activating += time.perf_counter() - began

    async def _reviewed(self, day: date) -> None:
        """Tell that three of four active households drew, and read the review."""
        homes = [row["household_id"] for row in await self.database.fetch(_ACTIVE)]
        drew = homes[: len(homes) * 3 // 4]
        told = [
            HouseholdsServed(
                governorate=GOVERNORATE,
                business_day=day - timedelta(days=2),
                household_ids=drew[start : start + TOLD_AT_ONCE],
            )
            for start in range(0, len(drew), TOLD_AT_ONCE)
        ]
        await events.publish(self.running.kafka, told)
        await self._until("SELECT count(*) FROM household_use", len(drew))
        began = time.perf_counter()
        try:
            review = await self.cards.call("GET", f"{self.phase}/review", timeout_s=REVIEW_SECONDS)
            self.found.funnel = review.json()["phase"]["funnel"]
        except Refused as refused:  # counted as a fault beside everything else that is measured
            sys.stderr.write(f"  review: {refused}\n")
        self.found.review = time.perf_counter() - began
        self.memory.look()

    async def _checked(self, asked: dict[str, str]) -> None:
        self.found.faults = await distribution.faults(self.database, asked)
        if any(self.found.faults.values()):
            raise RuntimeError(f"campaign: {self.found.faults}")

    async def _ended(self) -> None:
        """Everything that must not be, and what everybody's coming or not must have led to."""
        await self._checked(_FAULTS)
        found, gone = self.found, sum(misses(number) == 2 for number in self.adults.values())
        homes = found.people // ADULTS
        counted = {
            "days beyond three months": max(0, found.days - LONGEST_DAYS),
            "not invited by a plan": found.people - sum(week.invited for week in found.weeks),
            "not handed over": found.people - gone - found.given,
            "not activated": found.given - found.activated,
            "households missing in the review": homes - found.funnel.get("invited", 0),
        }
        found.faults |= counted
        if any(counted.values()):
            sys.stderr.write("\n".join(section(found).lines))
            raise RuntimeError(f"campaign: {counted}")


def section(found: Found) -> Section:
    """The figures in words and a table."""
    text = Section("The campaign of a governorate")
    giving, missed = sum(week.giving for week in found.weeks), sum(week.missed for week in found.weeks)
    text.say(
        f"{found.people:,} adults in households of two, at most {A_WEEK:,} a week, over {SITES_IN_ALL} sites: looked",
        f"at as a whole in {found.whole:.1f} s, then drafted and started week by week, all through the gateway, while",
        f"business time is moved from day to day. {found.given:,} cards handed over by a counter of their site,",
        f"**{found.given / giving:,.0f} a second**; {missed:,} hours missed; {found.walked_in:,} taken in before,",
        f"{found.sent_away:,} sent away until then. {found.activated:,} cards activated in cohorts, in",
        f"{found.activating:.1f} s. {found.days} days from the first to the last appointment. The review of",
        f"{found.people // ADULTS:,} households took {found.review:.1f} s. card-service held",
        f"{found.before / 1e6:,.0f} MB before and {found.most / 1e6:,.0f} MB at most.",
    )
    text.say(f"Faults, each of them 0: {'; '.join(found.faults)}.")
    rows = [
        [
            f"{week.begins}", f"{week.drafted:.1f}", f"{week.planned:.1f}", f"{week.invited:,}", f"{week.given:,}",
            f"{week.given / week.giving:,.0f}" if week.giving else "—", f"{week.missed:,}", f"{week.marking:.1f}",
        ]
        for week in found.weeks
    ]  # fmt: skip
    head = ["week", "draft s", "plan s", "invited", "handed over", "a second", "missed", "told and booked anew s"]
    text.table(head, rows)
    text.aim("the campaign within three months", f"{found.days} days", reached=found.days <= LONGEST_DAYS)
    return text
