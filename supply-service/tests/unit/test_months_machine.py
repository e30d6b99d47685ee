"""Opening a month when a household first draws comes to what opening it on the 1st does, whatever happens between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chassis.clock import business_day, month_start
from chassis.refusals import Refusal
from policybook.book import PolicyBook
from policybook.files import read_policies
from supply_service import POLICIES
from supply_service.policies.catalogue import FILE, read_items
from supply_service.rules.account import Account, Card, Entry, PotKey, month_after
from supply_service.rules.correcting import Booked, Corrected, bring
from supply_service.rules.figures import figures_by_day
from supply_service.rules.keys import BREAD, GOODS, KEYS, POINTS
from supply_service.rules.opening import open_month
from supply_service.rules.sale import Place, Sale, book_offline, decide
from supply_service.rules.sizes import Size

BOOK = PolicyBook.of(read_policies(POLICIES, KEYS, beside=frozenset({FILE})))
FIGURES = figures_by_day(BOOK, read_items(POLICIES))
BAKERY = Place(uuid4(), uuid4(), "bakery", "03", "03.02")
SHOP = Place(uuid4(), uuid4(), "grocer", "03", "03.02")
BEFORE = date(2026, 1, 1)
START = date(2026, 9, 10)


class Line(NamedTuple):
    programme: str
    item: str
    quantity: int


class Books:
    """A household's account with the movements that a pot's own amounts do not show."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.booked: dict[PotKey, Booked] = {}

    def open(self, now: datetime) -> None:
        opening = open_month(self.account, month_start(business_day(now)), FIGURES)
        self.account = opening.account
        self.enter(opening.entries)

    def enter(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.kind == "debt":
                key = (entry.programme, entry.period)
                booked = self.booked.get(key, Booked())
                self.booked[key] = booked._replace(debt=booked.debt + entry.quantity)

    def sell(self, decided: Callable[[Account], Sale]) -> Sale | str:
        try:
            sale = decided(self.account)
        except Refusal as refusal:
            return refusal.code
        self.account = sale.account
        self.enter(sale.entries)
        return sale

    def hear(self, sizes: tuple[Size, ...], now: datetime) -> list[Corrected]:
        present = month_start(business_day(now))
        booked = {key: one for key, one in self.booked.items() if key[1] >= present}
        opening, done = bring(self.account, self.account._replace(sizes=sizes), present, booked, FIGURES)
        self.account = done.account
        self.booked |= done.booked
        return done.entries if opening is None else [*done.entries]

    def state(self, now: datetime) -> object:
        """Pots and debts once the present month is open."""
        account = open_month(self.account, month_start(business_day(now)), FIGURES).account
        return account.pots, dict(account.debts)


class TwoWays(RuleBasedStateMachine):
    """The same household twice: opened by batch on every 1st, and when it first draws."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(START.year, START.month, START.day, 9, tzinfo=UTC)
        household_id = uuid4()
        self.sizes: tuple[Size, ...] = (Size(BEFORE, 3, 4),)
        self.card = Card(uuid4(), household_id, "active", None, True)
        account = Account(household_id, "03", 4, START, {BREAD: 0, GOODS: 0, POINTS: 0}, {}, self.sizes)
        self.batch, self.lazy = Books(account), Books(account)
        self.batch.open(self.now)

    def both(self, decided: Callable[[Account], Sale]) -> None:
        by_batch, lazily = self.batch.sell(decided), self.lazy.sell(decided)
        if isinstance(by_batch, str) or isinstance(lazily, str):
            assert by_batch == lazily
            return
        assert by_batch.lines == lazily.lines

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        for _ in range(days):
            self.now += timedelta(days=1)
            if business_day(self.now).day == 1:
                self.batch.open(self.now)

    @rule(quantity=st.integers(1, 60))
    def draw_bread(self, quantity: int) -> None:
        line = Line(BREAD, "loaf", quantity)
        self.both(lambda account: decide([line], self.card, account, BAKERY, self.now, FIGURES))

    @rule(
        programme=st.sampled_from([GOODS, POINTS]), item=st.sampled_from(["sugar", "salt_300g"]), n=st.integers(1, 40)
    )
    def buy(self, programme: str, item: str, n: int) -> None:
        line = Line(programme, item, n)
        self.both(lambda account: decide([line], self.card, account, SHOP, self.now, FIGURES))

    @rule(days_ago=st.integers(0, 13), quantity=st.integers(1, 60), goods=st.integers(0, 60))
    def upload_late(self, days_ago: int, quantity: int, goods: int) -> None:
        at = self.now - timedelta(days=days_ago)
        lines = [Line(GOODS, "salt_300g", goods)] if goods else [Line(BREAD, "loaf", quantity)]
        place = SHOP if goods else BAKERY
        self.both(lambda account: book_offline(lines, self.card, account, place, at, FIGURES, self.now))

    @rule(months=st.integers(-3, 2), goods=st.integers(0, 6), bread=st.integers(0, 6))
    def tell(self, months: int, goods: int, bread: int) -> None:
        """A change that counts from a month that is over, open, or still to come."""
        month = month_start(business_day(self.now))
        for _ in range(abs(months)):
            month = month_after(month) if months > 0 else month_start(month - timedelta(days=1))
        kept = [size for size in self.sizes if size.month < month]
        self.sizes = (*kept, Size(month, goods, bread))
        self.batch.hear(self.sizes, self.now)
        self.lazy.hear(self.sizes, self.now)

    @invariant()
    def the_ledger_is_the_same(self) -> None:
        assert self.batch.state(self.now) == self.lazy.state(self.now)

    @invariant()
    def no_pot_is_below_what_was_drawn(self) -> None:
        for books in (self.batch, self.lazy):
            assert all(0 <= pot.remaining <= pot.granted for pot in books.account.pots.values())
            assert all(owed >= 0 for owed in books.account.debts.values())


TestTwoWays = TwoWays.TestCase
TestTwoWays.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)


@given(
    sizes=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=5),
    heard=st.lists(st.integers(0, 9), min_size=1, max_size=12),
)
@settings(max_examples=200, deadline=None)
def test_any_order_late_or_doubled_comes_to_the_same_month(sizes: list[tuple[int, int]], heard: list[int]) -> None:
    """Of what is told of the month that is open the greatest revision counts, however it was reached."""
    november, now = date(2026, 11, 1), datetime(2026, 11, 5, 9, tzinfo=UTC)
    told = [(Size(BEFORE, 3, 3), Size(november, *size)) for size in sizes]
    account = Account(uuid4(), "03", 3, november, {BREAD: 0, GOODS: 0, POINTS: 0}, {}, told[0])
    straight, about = Books(account), Books(account)
    about.open(now)
    revision = 0
    for number in [*(number % len(told) for number in heard), len(told) - 1]:
        if number > revision:  # as the table of households keeps it
            about.hear(told[number], now)
            revision = number
    straight.hear(told[-1], now)
    assert about.state(now) == straight.state(now)
