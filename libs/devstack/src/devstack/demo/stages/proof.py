"""The closing proof: every household's pots of every month, computed from the register's history and held against."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from rich.table import Table

from contracts.clients import Owner
from contracts.scopes import Scope
from devstack.demo.context import Cardholder, Context
from devstack.demo.homes import Homes
from devstack.demo.pots import BREAD, FLOUR, GOODS, POINTS, Counted, Difference, Facts, Key, Pot, differences, expected
from devstack.demo.rules import Rules
from devstack.demo.stages.story import Story
from devstack.terminal.caller import Caller, ClientSecret, Refused
from devstack.terminal.fleet import Tally, in_parallel

# All households of a tenth of the pilot; of a greater run so many, and all to whom something happened.
MOST_ASKED = 5_000
READERS = 6
ROUNDS = 3
SHOWN = 20
GRANT = "grant_"  # begins the names of grants' programmes
MONTHS = "GET /v1/households/{id}/months/{month}"
POTS = "GET /v1/entitlements/{card}"
Item = TypeVar("Item")


@dataclass(slots=True)
class Proof:
    """What both sides said of each household at the end of each month."""

    context: Context
    homes: Homes
    followed: Cardholder
    rules: Rules
    found: dict[str, dict[Key, Pot]] = field(default_factory=lambda: defaultdict(dict))
    # By household, then the month at whose end was asked, then the month that was asked for.
    told: dict[str, dict[date, dict[date, Counted]]] = field(default_factory=lambda: defaultdict(dict))
    asked: list[Cardholder] = field(default_factory=list)

    @classmethod
    async def begin(cls, context: Context, homes: Homes, story: Story, rules: Rules) -> Proof:
        """Open the clients that read, and choose the households where there are very many."""
        for number in range(READERS):
            context.readers.append(await _reader(context, f"proof-{number}-{context.label}"))
        touched = {id(home.holder) for home in homes.all}
        others = [holder for holder in context.holders if id(holder) not in touched]
        if len(others) > MOST_ASKED:
            rng = random.Random(f"{context.options.seed}/{context.run}/proof")
            others = rng.sample(others, MOST_ASKED)
        proof = cls(context, homes, story.holder, rules)
        proof.asked = [story.holder, *(home.holder for home in homes.all), *others]
        activated_on = context.calendar.activation.date()
        for holder in proof.asked:
            holder.activated_on = activated_on
        return proof

    async def end_of(self, month: date) -> None:
        """What supply-service has of the month, and how the register counts those to whom something happened."""
        tally = await self._read(f"pots of {month:%Y-%m}", list(enumerate(self.asked)), self._read_pots)
        if month == self.context.calendar.month:
            self.context.report.figure("entitlements read", tally.per_second, "a second")
        touched = [home.holder for home in (*self.homes.all, *self.homes.founded)]
        await self._read_months(touched, month)

    async def _read_pots(self, numbered: tuple[int, Cardholder]) -> None:
        number, holder = numbered
        answer = await self.context.reader(number).get(f"/v1/entitlements/{holder.card_id}")
        household = str(answer["household_id"])
        for pot in answer["pots"]:
            key = Key(date.fromisoformat(pot["period"]), str(pot["programme"]))
            self.found[household][key] = Pot(int(pot["granted"]), int(pot["remaining"]))
        for grant in answer["grants"]:
            key = Key(date.fromisoformat(grant["since"]), str(grant["programme"]))
            self.found[household][key] = Pot(int(grant["granted"]), int(grant["remaining"]))

    async def _read_months(self, holders: Iterable[Cardholder], end: date) -> None:
        """How the register counts, at the end of a month, that month and those before it."""
        months = [month for month in self.context.calendar.months if month <= end]
        wanted = [(number, holder, month) for number, holder in enumerate(holders) for month in months]

        async def read(one: tuple[int, Cardholder, date]) -> None:
            number, holder, month = one
            path = f"/v1/households/{holder.household_id}/months/{month:%Y-%m}"
            answer = await self.context.reader(number).get(path)
            counted = Counted(int(answer["goods"]), int(answer["bread"]))
            self.told[holder.household_id].setdefault(end, {})[month] = counted

        await self._read(f"months at the end of {end:%Y-%m}", wanted, read)

    async def _read(self, what: str, items: list[Item], read: Callable[[Item], Awaitable[None]]) -> Tally:
        """Read all of them, what was refused once more; who cannot be read is no difference, the run ends."""
        lanes, tally = self.context.options.lanes, Tally()
        with self.context.bar(what, len(items)) as advance:
            for _ in range(ROUNDS):
                refused: list[Item] = []

                async def one(item: Item, refused: list[Item] = refused) -> None:
                    try:
                        await read(item)
                    except Refused:
                        refused.append(item)

                await in_parallel(items, one, lanes=lanes, tally=tally, progress=advance)
                items = refused
        if items:
            raise TimeoutError(f"{what}: {len(items)} could not be read in {ROUNDS} rounds")
        return tally

    async def close(self) -> None:
        """Read the history of everybody, compute, compare, and say what is not equal."""
        context, months = self.context, self.context.calendar.months
        await self.end_of(months[-1])
        touched = {home.household_id for home in self.homes.all}
        await self._read_months([one for one in self.asked if one.household_id not in touched], months[-1])
        wanted = {one.household_id: expected(self._facts(one), self.rules, months) for one in self.asked}
        unlike = [found for home, must in wanted.items() for found in differences(home, must, self.found[home])]
        self._show(wanted, unlike)
        check = context.report.check
        count = sum(len(must) for must in wanted.values())
        what = f"proof: pots of {len(self.asked):,} households in {len(months)} months, by the register's history"
        missing = sum(1 for found in unlike if found.expected is not None)
        check(what, count, count - missing, f"{MONTHS}, {POTS}")
        check("proof: pots that are not as the history says", "none", _named(unlike), f"{MONTHS}, {POTS}")
        self._check_history()
        points = sum(must.get(Key(months[-1], POINTS), Pot(0, 0)).granted for must in wanted.values())
        found = sum(self.found[home].get(Key(months[-1], POINTS), Pot(0, 0)).granted for home in wanted)
        check("proof: points for bread not drawn, piastres", points, found, POTS)
        self._check_beside(wanted)

    def _facts(self, holder: Cardholder) -> Facts:
        told = self.told[holder.household_id]
        last = told[max(told)]
        if holder.activated_on is None:
            raise ValueError("asked for households with a card only")
        return Facts(
            activated_on=holder.activated_on,
            told={month: told.get(month, last) for month in self.context.calendar.months},
            drawn=holder.drawn,
            overdrawn=holder.owed,
            ration_card=holder.ration_card,
            legacy=holder.legacy,
            flour=holder.flour,
            grants=holder.grants,
        )

    def _check_beside(self, wanted: Mapping[str, Mapping[Key, Pot]]) -> None:
        """Flour and grants, which few households have, in lines of their own: granted and left."""

        def summed(pots: Mapping[str, Mapping[Key, Pot]], wanted_of: Callable[[str], bool]) -> str:
            chosen = [pot for home in wanted for key, pot in pots[home].items() if wanted_of(key.programme)]
            return f"{sum(pot.granted for pot in chosen)} granted, {sum(pot.left for pot in chosen)} left"

        kinds: list[tuple[str, Callable[[str], bool]]] = [
            ("flour instead of bread, kilograms", lambda programme: programme == FLOUR),
            ("grants, piastres", lambda programme: programme.startswith(GRANT)),
        ]
        for what, of_it in kinds:
            self.context.report.check(f"proof: {what}", summed(wanted, of_it), summed(self.found, of_it), POTS)

    def _check_history(self) -> None:
        """The register's months of those to whom something happened, against what was asked for in them."""
        months = self.context.calendar.months
        homes = [*self.homes.all, *self.homes.founded]
        right, wrong = 0, []
        for home in homes:
            for month in months:
                told = self.told[home.household_id]  # of those founded since, nothing was asked before
                must, found = home.must_count(month), told.get(month, told[months[-1]])[month]
                right += must == found
                if must != found:
                    wrong.append(f"{home.family.event} {month:%Y-%m}: {found.goods} and {found.bread}")
        what = f"proof: months of {len(homes)} families as what happened to them says"
        check = self.context.report.check
        check(what, len(homes) * len(months), right if not wrong else f"{right}; {', '.join(wrong[:5])}", MONTHS)

    def _show(self, wanted: dict[str, dict[Key, Pot]], unlike: list[Difference]) -> None:
        """The months in sums, and every difference by name."""
        table = Table(title="Pots by the register's history", title_justify="left")
        for name in ("Month", "Households", "Loaves", "drawn", "Goods, EGP", "drawn", "Points, EGP"):
            table.add_column(name, justify="left" if name == "Month" else "right")
        for month in self.context.calendar.months:
            pots = [{key.programme: pot for key, pot in must.items() if key.month == month} for must in wanted.values()]
            here = [one for one in pots if one]
            bread, goods, points = ([one[name] for one in here] for name in (BREAD, GOODS, POINTS))
            table.add_row(
                f"{month:%B %Y}", f"{len(here):,}", f"{sum(pot.granted for pot in bread):,}",
                f"{sum(pot.granted - pot.left for pot in bread):,}", *(
                    f"{piastres / 100:,.2f}" for piastres in (
                        sum(pot.granted for pot in goods), sum(pot.granted - pot.left for pot in goods),
                        sum(pot.granted for pot in points),
                    )
                ),
            )  # fmt: skip
        self.context.console.print(table)
        for found in unlike[:SHOWN]:
            self.context.console.print(f"  [red]not equal:[/] {found}", highlight=False)
        if len(unlike) > SHOWN:
            self.context.console.print(f"  [red]and {len(unlike) - SHOWN:,} more[/]")


def _named(unlike: list[Difference]) -> str:
    return "; ".join(str(found) for found in unlike[:SHOWN]) or "none"


async def _reader(context: Context, client_id: str) -> Caller:
    body: dict[str, Any] = {
        "client_id": client_id, "name": "The demonstration's closing report", "owner": Owner.MINISTRY,
        "scopes": [Scope.CITIZENS_READ, Scope.ENTITLEMENTS_READ], "governorate": "*",
        "purpose": "Pots held against the register's history",
    }  # fmt: skip
    made = await context.clients.make(body)
    return Caller(context.wire, ClientSecret(client_id, made["client_secret"]))
