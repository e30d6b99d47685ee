"""What the stages of one run share: clients, clock, people, terminals, report and progress bars."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from devstack.demo.calendar import Calendar
from devstack.demo.history import History, Run
from devstack.demo.office import Office
from devstack.demo.people import PILOT_HOUSEHOLDS, Generator, Household
from devstack.demo.places import PORT_SAID, Site
from devstack.demo.pots import BREAD, FLOUR, GOODS, Key, Pot
from devstack.demo.register_file import RegisterFile
from devstack.demo.report import Report
from devstack.demo.sink import Sink
from devstack.people.clients import ClientOffice
from devstack.people.signed import PersonCaller
from devstack.terminal.caller import Caller
from devstack.terminal.fleet import FleetTerminal
from devstack.terminal.wire import Wire

LANES = 64
CLOCKS = ("card", "supply", "health", "payment", "notify")
MESSAGES_A_WEEK = 50_000
FAULTS_PER_KIND = 24


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was asked for; `days` shortens the month, `lanes` is how many calls are under way at once."""

    gateway_url: str
    sink_url: str
    folder: Path
    scale: float = 1.0
    seed: int = 20_25
    days: int | None = None
    lanes: int = LANES

    @property
    def households(self) -> int:
        """Households of the pilot at this scale."""
        return max(12, round(PILOT_HOUSEHOLDS * self.scale))

    @property
    def faults_per_kind(self) -> int:
        """Faulty rows of each kind among the good ones: a few hundred in all at full scale."""
        return max(2, round(FAULTS_PER_KIND * self.scale))

    @property
    def messages(self) -> int:
        """Citizens to be told in the week."""
        return -(-self.households * MESSAGES_A_WEEK // PILOT_HOUSEHOLDS)

    def share(self, of: int, least: int) -> int:
        """So many of a thing that does not shrink as fast as the people, at least `least`."""
        return min(of, max(least, round(of * math.sqrt(self.scale))))


@dataclass(slots=True)
class Desk:
    """A pick-up site with its counter's client, which may hand over there only."""

    site_id: str
    site: Site
    counter: Caller


@dataclass(slots=True, eq=False)
class Cardholder:
    """A household of the pilot that draws with its head's card."""

    household: Household
    card_id: str = ""
    covered_until: int = 0  # day of the month up to which its bread is drawn
    loaves: int = 0
    goods_amount: int = 0
    household_id: str = ""
    governorate: str = PORT_SAID  # where its card draws
    counted: int | None = None  # who count now, where that is not everybody who was there at first
    apart: bool = False  # draws only where what happens to it says so
    activated_on: date | None = None
    ration_card: bool = False
    legacy: int | None = None  # piastres of goods the ration card had drawn; None where nobody told
    overdrawn: int = 0  # loaves had twice, to be taken from the next month
    drawn: dict[Key, int] = field(default_factory=dict)  # in months that are over
    owed: dict[date, int] = field(default_factory=dict)  # loaves overdrawn in them
    flour: set[date] = field(default_factory=set)  # months for which it chose flour instead of bread
    kilograms: int = 0  # of flour drawn
    grants: dict[Key, Pot] = field(default_factory=dict)  # what it must have of grants

    @property
    def members(self) -> int:
        """Persons who count in the household."""
        return len(self.household.members) if self.counted is None else self.counted

    def end_month(self, month: date) -> None:
        """Put what was drawn in a month aside, and begin the next."""
        self.drawn[Key(month, BREAD)], self.drawn[Key(month, GOODS)] = self.loaves, self.goods_amount
        self.drawn[Key(month, FLOUR)] = self.kilograms
        self.owed[month] = self.overdrawn
        self.kilograms = self.loaves = self.goods_amount = self.overdrawn = self.covered_until = 0


@dataclass(slots=True)
class Context:
    """One run."""

    options: Options
    console: Console
    wire: Wire
    sink: Sink
    registry: Caller
    cards: Caller
    outlets: Caller
    policies: Caller
    messages: Caller
    operations: Caller
    health: Caller
    pensions: Caller
    pensions_making: PersonCaller
    pensions_approval: PersonCaller
    treasury: Caller
    treasury_approval: PersonCaller
    clients: ClientOffice
    office: Office
    inspector: PersonCaller
    disputes_approver: PersonCaller
    policies_approver: PersonCaller
    protection: PersonCaller
    finance: Caller
    report: Report
    run: int
    calendar: Calendar
    record: Run
    history: History
    people: Generator
    files: list[RegisterFile]
    rng: random.Random  # of behaviour: apart from the people's, who must be the same whenever they are made again
    desks: list[Desk] = field(default_factory=list)
    bakeries: list[FleetTerminal] = field(default_factory=list)
    shops: list[FleetTerminal] = field(default_factory=list)
    holders: list[Cardholder] = field(default_factory=list)
    elsewhere: dict[str, list[FleetTerminal]] = field(default_factory=dict)  # bakery and grocer of other governorates
    readers: list[Caller] = field(default_factory=list)  # clients that read pots and months for the closing report
    followed: Household | None = None  # the household of the one citizen who is followed closely
    earlier: list[Household] = field(default_factory=list)  # registered by earlier runs
    heads_given: int = 0  # heads of household who have their card by this run
    phase_id: str = ""
    began: float = field(default_factory=time.perf_counter)
    bars: int = 0  # shown at present
    sink_mark: int = 0  # the sink's newest message before the run

    @property
    def heads(self) -> list[Cardholder]:
        """Those who have their card and draw as everybody does."""
        return [holder for holder in self.holders if holder.card_id and not holder.apart]

    def reader(self, number: int) -> Caller:
        """One of the clients that read, in turn: each may only ask so often."""
        return self.readers[number % len(self.readers)]

    def say(self, text: str, lines: Iterable[str] = ()) -> None:
        """Tell the reader what happens, and what is read on a telephone or a receipt."""
        self.console.print(text, highlight=False)
        for line in (row for one in lines for row in one.splitlines()):
            # Each line in the direction of its own first letter: Arabic keeps its order in any terminal.
            self.console.print(Text.assemble(("    │ ", "cyan"), f"\u2068{line}\u2069"), highlight=False)

    @property
    def label(self) -> str:
        """What marks this run's clients and outlets."""
        return f"pilot-{self.run}"

    async def set_clock(self, instant: datetime | None) -> None:
        """Move business time in every service; None brings back the present."""
        now = instant.isoformat() if instant else None
        for service in CLOCKS:
            await self.operations.put(f"/v1/training/clock/{service}", {"now": now})

    def families(self) -> Iterator[Household]:
        """Every household this or an earlier run has registered."""
        if self.followed is not None:
            yield self.followed
        yield from (holder.household for holder in self.holders)
        yield from self.earlier

    def headline(self, text: str) -> None:
        """Announce a stage, and how long after the start of the run it begins."""
        elapsed = time.perf_counter() - self.began
        self.console.rule(f"[bold]{text}[/] [dim]{elapsed // 60:.0f}:{elapsed % 60:04.1f}", align="left")

    @contextmanager
    def bar(self, what: str, total: int | None) -> Iterator[Any]:
        """A progress bar; call what is given with the number done. Within another bar none is shown."""
        if self.bars:
            yield lambda done=1: None
            return
        columns = (
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TimeElapsedColumn(),
        )  # fmt: skip
        self.bars += 1
        try:
            with Progress(*columns, console=self.console, transient=True, refresh_per_second=4) as progress:
                task = progress.add_task(what, total=total)
                yield lambda done=1: progress.advance(task, done)
        finally:
            self.bars -= 1
