"""Any sequence of sales of bread and goods, reversals and late uploads, beside a model that only adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chassis.refusals import Refusal
from policybook.book import PolicyBook
from policybook.files import read_policies
from supply_service import POLICIES
from supply_service.policies.catalogue import FILE, read_items
from supply_service.rules.account import Account, Card, Entry
from supply_service.rules.figures import figures_by_day
from supply_service.rules.keys import BREAD, GOODS, KEYS, POINTS
from supply_service.rules.refusals import AllowanceExceeded, HoldMismatch
from supply_service.rules.reverse import reverse
from supply_service.rules.sale import Place, Sale, book_offline, decide

BOOK = PolicyBook.of(read_policies(POLICIES, KEYS, beside=frozenset({FILE})))
FIGURES = figures_by_day(BOOK, read_items(POLICIES))
BAKERY = Place(uuid4(), uuid4(), "bakery", "03", "al-arab")
SHOP = Place(uuid4(), uuid4(), "grocer", "03", "al-arab")
START = date(2026, 10, 20)


class Line(NamedTuple):
    programme: str
    item: str
    quantity: int


class Household(RuleBasedStateMachine):
    """The account as the rules leave it, and beside it the plain sums of what was handed over."""

    def __init__(self) -> None:
        super().__init__()
        self.members = 3
        self.now = datetime(2026, 10, 20, 9, tzinfo=UTC)
        household_id = uuid4()
        self.account = Account(household_id, "03", self.members, START, {BREAD: 0, GOODS: 0, POINTS: 0}, {})
        self.card = Card(uuid4(), household_id, "active", None, True)
        self.had: Counter[str] = Counter()
        self.proved: Counter[tuple[str, date]] = Counter()
        self.owed: Counter[str] = Counter()
        self.today: list[Sale] = []
        self.days_drawn: Counter[date] = Counter()

    def accept(self, sale: Sale) -> None:
        self.account = sale.account
        self.had["loaves"] += sale.loaves
        self.had["goods"] += sale.goods
        self.enter(sale.entries)

    def enter(self, entries: Sequence[Entry]) -> None:
        signs = {"overdraw": 1, "overdraw_reversal": -1, "debt": -1}
        for entry in entries:
            if entry.kind in {"draw", "debt", "taken_back"}:
                self.proved[(entry.programme, entry.period)] += entry.quantity
            elif entry.kind == "reversal":
                self.proved[(entry.programme, entry.period)] -= entry.quantity
            self.owed[entry.programme] += signs.get(entry.kind, 0) * entry.quantity

    @rule(quantity=st.integers(1, 60))
    def draw_bread(self, quantity: int) -> None:
        try:
            sale = decide([Line(BREAD, "loaf", quantity)], self.card, self.account, BAKERY, self.now, FIGURES)
        except Refusal:
            return
        for day in sale.lines[0].days:
            assert not self.days_drawn[day], "a day's bread was drawn twice"
            self.days_drawn[day] += 1
        self.accept(sale)
        self.today.append(sale)

    @rule(
        programme=st.sampled_from([GOODS, POINTS]),
        item=st.sampled_from(["oil", "sugar", "rice", "salt_300g"]),
        quantity=st.integers(1, 5),
    )
    def buy(self, programme: str, item: str, quantity: int) -> None:
        try:
            sale = decide([Line(programme, item, quantity)], self.card, self.account, SHOP, self.now, FIGURES)
        except Refusal:
            return
        self.accept(sale)
        self.today.append(sale)

    @rule(teas=st.integers(1, 30), salts=st.integers(1, 30), off_by=st.sampled_from([-1, 0, 0, 1]))
    def buy_beyond_the_allowance(self, teas: int, salts: int, off_by: int) -> None:
        """The wallet pays exactly what the pot has not: a piastre more or less is refused."""
        lines = [Line(GOODS, "tea_40g", teas), Line(GOODS, "salt_300g", salts)]
        prices = FIGURES.on(self.now.date()).prices
        price = sum(prices[(GOODS, line.item)] * line.quantity for line in lines)
        period = self.now.date().replace(day=1)
        pot = self.account.pots.get((GOODS, period))
        if pot is None or price <= pot.remaining:
            return
        due = price - pot.remaining
        try:
            sale = decide(lines, self.card, self.account, SHOP, self.now, FIGURES, tendered=due + off_by)
        except (AllowanceExceeded, HoldMismatch):
            assert off_by
            return
        assert not off_by
        assert (sale.wallet, sale.goods, sale.account.pots[(GOODS, period)].remaining) == (due, pot.remaining, 0)
        assert sum(line.amount + line.wallet for line in sale.lines) == price
        self.accept(sale)
        self.today.append(sale)

    @rule(days_ago=st.integers(0, 13), quantity=st.integers(1, 45), goods=st.integers(0, 3))
    def upload_late(self, days_ago: int, quantity: int, goods: int) -> None:
        at = self.now - timedelta(days=days_ago)
        lines = [Line(GOODS, "sugar", goods)] if goods else [Line(BREAD, "loaf", quantity)]
        try:
            sale = book_offline(lines, self.card, self.account, SHOP if goods else BAKERY, at, FIGURES, self.now)
        except Refusal:
            assert at.date() < START
            return
        for day in sale.lines[0].days:
            assert not self.days_drawn[day]
            self.days_drawn[day] += 1
        self.accept(sale)

    @precondition(lambda self: self.today)
    @rule(which=st.integers(0, 9))
    def take_back(self, which: int) -> None:
        sale = self.today.pop(which % len(self.today))
        done = reverse(sale.lines, sale.day, self.account, self.now, FIGURES, reversed_already=False)
        self.account = done.account
        self.enter(done.entries)
        self.had["loaves"] -= sale.loaves
        self.had["goods"] -= sale.goods
        for line in sale.lines:
            for day in line.days:
                self.days_drawn[day] -= 1

    @rule(days=st.integers(1, 12))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.today.clear()

    @rule(members=st.integers(1, 8))
    def change_size(self, members: int) -> None:
        self.account = self.account._replace(members=members)

    @invariant()
    def every_pot_is_proved_by_its_entries(self) -> None:
        for key, pot in self.account.pots.items():
            assert 0 <= pot.remaining <= pot.granted
            assert pot.granted - pot.remaining == self.proved[key]

    @invariant()
    def every_debt_is_proved_by_what_was_overdrawn(self) -> None:
        for programme, owed in self.account.debts.items():
            assert owed == self.owed[programme] >= 0

    @invariant()
    def nothing_is_lost_and_nothing_given_twice(self) -> None:
        """What was handed over is out of the pots or still owed; debts paid by later pots count once."""
        out = Counter(dict.fromkeys((BREAD, GOODS, POINTS), 0))
        for (programme, _), used in self.proved.items():
            out[programme] += used
        assert out[BREAD] + self.owed[BREAD] == self.had["loaves"]
        drawn = {day for day, count in self.days_drawn.items() if count}
        for (programme, period), pot in self.account.pots.items():
            if programme == BREAD:
                marked = {period.replace(day=n + 1) for n in range(31) if pot.drawn_days >> n & 1}
                assert marked == {day for day in drawn if day.replace(day=1) == period}


TestHousehold = Household.TestCase
TestHousehold.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
