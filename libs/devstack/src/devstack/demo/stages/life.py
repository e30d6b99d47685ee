"""What happens to families in the month: each change is asked for by a clerk and decided by another person."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from devstack.demo.calendar import at
from devstack.demo.context import Cardholder, Context
from devstack.demo.families import Event, Family, newcomer
from devstack.demo.homes import Home, Homes
from devstack.demo.people import Household
from devstack.demo.rules import Rules
from devstack.demo.sink import e164
from devstack.demo.stages import deaths, moves
from devstack.demo.stages.by_hand import done_of, sell_bread
from devstack.demo.waiting import until
from devstack.terminal.fleet import in_parallel

LANES = 8
REQUEST = "POST /v1/change-requests, …/decision"
MONTHS = "GET /v1/households/{id}/months/{month}"
SINK = "GET {sink}/messages"
CODE = re.compile(r"\b\d{6}\b")
WAIT_S = 60.0
NOTICE_LEFT = 1  # days between the announcement of an exclusion and the week of the counters
GROUNDS = "The salary is that of another person of the same name."
TOO_YOUNG, GROWN = 2, 5
NEW_NAMES = ("سارة", "منى")


class Life:
    """The month's events, a day for each kind, and what they come to."""

    rules: Rules

    def __init__(self, context: Context, homes: Homes) -> None:
        self.context, self.homes, self.office = context, homes, context.office
        self.next_month = context.calendar.months[2]
        self.mark = 0  # the sink's newest message before the first event
        kinds: list[Callable[[date], Awaitable[None]]] = [
            self._births, self._deaths, self._heads, self._marriages, self._appeals, self._divorces, self._splits,
            self._moves, self._mobiles, self._names,
        ]  # fmt: skip
        days = context.calendar.month_days[1:]
        self._plan: dict[date, list[Callable[[date], Awaitable[None]]]] = {}
        for number, kind in enumerate(kinds):
            self._plan.setdefault(days[number * len(days) // len(kinds)], []).append(kind)

    async def announce(self) -> None:
        """Before the week of the counters: exclusions are decided and announced, and take effect before the month."""
        context, homes = self.context, self.homes.of(Event.APPEAL)
        context.headline("An exclusion is announced")
        day = context.calendar.week_start - timedelta(days=NOTICE_LEFT)
        await context.set_clock(at(day, 23))
        self.mark = await context.sink.last_id()

        async def one(home: Home) -> None:
            made = await self.office.enter(
                "exclusion", home.household_id, day, citizen_ids=home.citizens, programmes=["goods", "bread"],
                ground="income",
            )  # fmt: skip
            home.request_id = made["request_id"]
            await self.office.approve(home.request_id)
            home.from_month(context.calendar.month, 0)
            home.holder.apart = True

        await in_parallel(homes, one, lanes=LANES)
        states = [await self.office.state(home.request_id) for home in homes]
        text = await self._told(homes[0], "التظلم")
        context.say(
            "A family is to lose goods and bread for its income. It is told beforehand, and how to appeal:", [text]
        )
        self.check("exclusions announced, not carried out yet", len(homes), states.count("announced"))

    async def took_effect(self) -> None:
        """After the notice: the exclusion is carried out by itself, and counts from the month that comes."""
        homes = self.homes.of(Event.APPEAL)

        async def carried_out() -> int:
            return [await self.office.state(home.request_id) for home in homes].count("done")

        done = await until(carried_out, lambda found: found == len(homes), within_s=WAIT_S, every_s=0.5)
        self.check("exclusions carried out after their notice", len(homes), done)

    async def day(self, day: date) -> None:
        """What happens on a day of the month."""
        events = self._plan.get(day, [])
        if events:
            await self.context.set_clock(at(day, 9))
        for event in events:
            await event(day)

    async def _births(self, day: date) -> None:
        homes, people = self.homes.of(Event.BIRTH), self.context.people
        children = {home.household_id: newcomer(people, GROWN, male=True) for home in homes}

        async def one(home: Home) -> None:
            child = _new(children[home.household_id])
            made = await self.office.enter("newborn", home.household_id, day, person=child)
            home.request_id = made["request_id"]
            await self.office.approve(home.request_id)
            home.from_month(self.next_month, len(home.members) + 1)

        young = await self.office.refusal(
            "newborn", homes[0].household_id, day, person=_new(newcomer(people, TOO_YOUNG, male=False))
        )
        other = self.homes.of(Event.NAME)[0].household_id
        without = await self.office.refusal(
            "newborn", other, day, person=_new(newcomer(people, GROWN, male=False)), basis=None
        )
        done = await in_parallel(homes, one, lanes=LANES)
        self._say(day, f"{len(homes)} child added to its family's card; it counts from {self.next_month:%B} on.")
        self.check("births entered by a clerk, decided by an approver", len(homes), done_of(done))
        self.check("a child below the age of Directive 51", "too_young", young)
        self.check("a family that the directive does not name", "family_not_eligible", without)

    async def _deaths(self, day: date) -> None:
        """A grandmother dies: the civil registry tells it, and it is carried out at once."""
        homes = self.homes.of(Event.DEATH)

        async def one(home: Home) -> None:
            change = {
                "kind": "death", "household_id": home.household_id, "fact_on": day.isoformat(),
                "citizen_id": home.citizen(2),
            }  # fmt: skip
            body = {"change": change, "archive_references": ["civil-registry:2026/118"]}
            made = await self.context.registry.post("/v1/change-requests", body)
            if made["state"] == "done":
                home.dead.append((home.members[2], await self.context.sink.last_id()))
                home.from_month(self.next_month, len(home.members) - 1)

        await in_parallel(homes, one, lanes=LANES)
        dead = sum(1 for home in homes if home.dead)
        self._say(day, "A grandmother has died. The civil registry's word is carried out at once.")
        self.check("deaths told by the civil registry, carried out at once", len(homes), dead)

    async def _heads(self, day: date) -> None:
        await deaths.play(self.context, self.homes, day, self.check, self._say)

    async def _marriages(self, day: date) -> None:
        pairs = list(zip(self.homes.of(Event.GROOM), self.homes.of(Event.BRIDE), strict=True))
        alone = self.homes.of(Event.NEWLYWED)
        brides = {home.household_id: newcomer(self.context.people, 26, male=False) for home in alone}

        async def wed(pair: tuple[Home, Home]) -> None:
            groom, family = pair
            await self.office.done("marriage", groom.household_id, day, citizen_id=family.citizen(2))
            groom.from_month(self.next_month, 2)
            family.from_month(self.next_month, len(family.members) - 1)

        async def with_newcomer(home: Home) -> None:
            person = _new(brides[home.household_id])
            await self.office.done("marriage", home.household_id, day, person=person)
            home.from_month(self.next_month, 2)

        done = await in_parallel(pairs, wed, lanes=LANES)
        await in_parallel(alone, with_newcomer, lanes=LANES, tally=done)
        self._say(
            day, "Two weddings: one bride leaves her parents' card, the other comes onto a card for the first time."
        )
        self.check("marriages", len(pairs) + len(alone), done_of(done))

    async def _appeals(self, day: date) -> None:
        """The excluded appeal: bread goes on from that moment, goods wait for the decision."""
        homes, context = self.homes.of(Event.APPEAL), self.context
        bakery = context.bakeries[0]

        async def one(home: Home) -> None:
            await self.office.appeal(home.request_id, GROUNDS)
            home.from_month(context.calendar.month, 0, len(home.members))

        async def bread_of(home: Home) -> int:
            pots = (await bakery.caller.get(f"/v1/entitlements/{home.holder.card_id}"))["pots"]
            return sum(int(pot["remaining"]) for pot in pots if pot["programme"] == "bread")

        before = await bread_of(homes[0])
        await in_parallel(homes, one, lanes=LANES)
        after = await until(lambda: bread_of(homes[0]), lambda found: found > 0, within_s=WAIT_S)
        self._say(day, f"The excluded family appeals. Its bread goes on at once: {before} loaves before, {after} now.")
        self.check(
            "appeals entered", len(homes), sum(1 for home in homes if home.must_count(context.calendar.month).bread)
        )
        self.check("bread of the excluded before the appeal, loaves", 0, before, "GET /v1/entitlements/{card}")
        await in_parallel(homes, lambda home: sell_bread(context, home.holder), lanes=LANES)

    async def _divorces(self, day: date) -> None:
        homes = self.homes.of(Event.DIVORCE)

        async def one(home: Home) -> None:
            wife, child = home.citizen(1), home.citizen(3)
            made = await self.office.done("divorce", home.household_id, day, citizen_id=wife, children=[child])
            home.from_month(self.next_month, 2)
            self._found(home, made["founded"], [1, 3])

        done = await in_parallel(homes, one, lanes=LANES)
        self._say(day, "A divorce: mother and daughter found a household; its first pots are the coming month's.")
        self.check("divorces that found a household", len(homes), done_of(done))

    async def _splits(self, day: date) -> None:
        homes = self.homes.of(Event.SPLIT)

        async def one(home: Home) -> None:
            made = await self.office.done("split", home.household_id, day, roles={home.citizen(2): "head"})
            home.from_month(self.next_month, 3)
            self._found(home, made["founded"], [2])

        done = await in_parallel(homes, one, lanes=LANES)
        self._say(day, "A grown son founds a household of his own: four become three and one.")
        self.check("splits", len(homes), done_of(done))

    def _found(self, home: Home, founded: str, numbers: Sequence[int]) -> None:
        """Keep what those who left have founded; the first of them is its head."""
        people = tuple(home.members[number] for number in numbers)
        head = replace(people[0], role="head")
        household = Household(f"{home.family.household.ref}-2", home.family.household.district, "", (head, *people[1:]))
        holder = Cardholder(household, household_id=founded, apart=True)
        family = Family(home.family.event, household, "", None, None)
        new = Home(family, holder, [home.citizen(number) for number in numbers])
        new.from_month(self.context.calendar.months[0], 0)
        new.from_month(self.next_month, len(people))
        self.homes.founded.append(new)

    async def _moves(self, day: date) -> None:
        await moves.play(self.context, self.homes, day, self.check, self._say)

    async def _mobiles(self, day: date) -> None:
        """Another mobile: a code to it and one to the old number, both read from the telephones."""
        homes, context = self.homes.of(Event.MOBILE), self.context
        mark = await context.sink.last_id()
        numbers = {home.household_id: context.people.phone() for home in homes}
        texts: list[str] = []

        async def one(home: Home) -> None:
            old, new = e164(home.members[0].mobile), e164(numbers[home.household_id])
            made = await self.office.enter(
                "mobile", home.household_id, day, archive=[], citizen_id=home.citizen(0),
                mobile=numbers[home.household_id], proof="old_number",
            )  # fmt: skip
            told = {number: (await context.sink.wait_for(number, mark, "رمز"))["text"] for number in (new, old)}
            codes = {number: CODE.findall(text)[0] for number, text in told.items()}
            texts.append(told[new].replace(codes[new], "••••••"))
            body = {"new_number": codes[new], "old_number": codes[old]}
            proven = await self.office.clerk.post(f"/v1/change-requests/{made['request_id']}/codes", body)
            if proven["state"] == "waiting":
                proven = await self.office.approve(made["request_id"])
            if proven["state"] != "done":
                raise LookupError(f"the number was not changed: {proven['state']}")

        done = await in_parallel(homes, one, lanes=LANES)
        self._say(day, "Another mobile number: codes come to the new one and to the old one.", texts[:1])
        self.check("mobiles changed with both codes", len(homes), done_of(done))

    async def _names(self, day: date) -> None:
        homes = self.homes.of(Event.NAME)

        async def one(home: Home) -> None:
            written, *others = home.members[0].full_name.split()
            name = " ".join([next(one for one in NEW_NAMES if one != written), *others])
            await self.office.done("correct_name", home.household_id, day, citizen_id=home.citizen(0), full_name=name)
            found = await self.context.registry.get(f"/v1/citizens/{home.citizen(0)}")
            if found["full_name"] != name:
                raise LookupError("the name was not corrected")

        done = await in_parallel(homes, one, lanes=LANES)
        self._say(day, "A name was written wrongly, and is corrected.")
        self.check("names corrected", len(homes), done_of(done), "GET /v1/citizens/{id}")

    async def _told(self, home: Home, words: str) -> str:
        """What a family's head reads."""
        return str((await self.context.sink.wait_for(e164(home.members[0].mobile), self.mark, words, WAIT_S))["text"])

    def _say(self, day: date, text: str, lines: Sequence[str] = ()) -> None:
        self.context.say(f"[bold cyan]{day:%d %b}[/] {text}", lines)

    def check(self, what: str, expected: Any, found: Any, where: str = REQUEST, **rule: Any) -> None:
        """A line of the report that belongs to what happens to families."""
        self.context.report.check(f"life: {what}", expected, found, where, **rule)


def _new(person: Any) -> dict[str, Any]:
    return {"national_id": person.national_id, "full_name": person.full_name, "mobile": None}
