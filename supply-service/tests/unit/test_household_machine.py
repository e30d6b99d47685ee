"""Any sequence of sales of bread and goods, reversals and late uploads, beside a model that only adds up.

Late uploads come in any order, for cards that were blocked or closed meanwhile, by lists whose prices have changed, and
what stands in dispute of them is decided or not. Nothing of that lets a household owe beyond its floor, pays an outlet
for what nobody has decided, or loses a loaf.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
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
from supply_service.rules.floors import SPELL_SALES, Disputed, Late, uphold
from supply_service.rules.keys import BREAD, GOODS, KEYS, POINTS
from supply_service.rules.refusals import AllowanceExceeded, HoldMismatch
from supply_service.rules.reverse import reverse
from supply_service.rules.sale import Place, Sale, book_offline, decide

BOOK = PolicyBook.of(read_policies(POLICIES, KEYS, beside=frozenset({FILE})))
FIGURES = figures_by_day(BOOK, read_items(POLICIES))
BAKERY = Place(uuid4(), uuid4(), "bakery", "03", "03.02")
SHOP = Place(uuid4(), uuid4(), "grocer", "03", "03.02")
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
        self.signed: Counter[str] = Counter()  # what terminals say they handed over without a network
        self.disputed: list[tuple[datetime, Disputed]] = []
        self.refused: Counter[str] = Counter()
        self.paid: Counter[str] = Counter()
        self.upheld_debt: Counter[str] = Counter()
        self.given_up: Counter[tuple[str, date]] = Counter()

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
            if entry.kind == "debt":
                self.given_up[(entry.programme, entry.period)] += entry.quantity

    @rule(quantity=st.integers(1, 60))
    def draw_bread(self, quantity: int) -> None:
        try:
            sale = decide([Line(BREAD, "loaf", quantity)], self.card, self.account, BAKERY, self.now, FIGURES)
        except Refusal:
            return
        self.accept(sale)
        for day, loaves, daily in self.parts(sale):
            self.days_drawn[day] += loaves
            assert self.days_drawn[day] <= daily, "more than a day's bread was drawn"
        self.today.append(sale)

    def parts(self, sale: Sale) -> Iterator[tuple[date, int, int]]:
        """The loaves of each day of a draw, of so many a day: whole days first."""
        line = sale.lines[0]
        daily, left = self.account.pots[(BREAD, line.period)].daily, line.quantity
        for day in line.days:
            yield day, min(daily, left), daily
            left -= min(daily, left)

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

    @rule(
        times=st.sampled_from([1, 1, 2, 4]),
        days_ago=st.sampled_from([0, 0, 1, 2, 13]),
        quantity=st.sampled_from([1, 5, 14, 15, 45, 1000]),
        goods=st.sampled_from([0, 0, 1, 3, 1000]),
        lines=st.sampled_from([1, 1, 2, 20]),
        blocked=st.sampled_from([None, None, None, -2, 2]),
        ended=st.sampled_from([None, None, None, -2, 2]),
        factor=st.sampled_from([None, 1, 2]),
        beyond=st.sampled_from([None, None, None, SPELL_SALES]),
    )
    def upload_late(self, times: int, **sale: Any) -> None:
        for _ in range(times):
            self.upload_one(**sale)

    def upload_one(
        self,
        days_ago: int,
        quantity: int,
        goods: int,
        lines: int,
        blocked: int | None,
        ended: int | None,
        factor: int | None,
        beyond: str | None,
    ) -> None:
        """`blocked`, `ended`: hours after the sale; `factor`: what the receipt says is so many times the list."""
        at = self.now - timedelta(days=days_ago)
        card = self.card._replace(
            blocked_at=None if blocked is None else at + timedelta(hours=blocked),
            closed_at=None if ended is None else at + timedelta(hours=ended),
            state="active" if ended is None else "closed",
        )
        sold = [Line(GOODS, "sugar", goods) if goods else Line(BREAD, "loaf", quantity)] * lines
        listed = FIGURES.on(at.date()).listed
        printed = [] if factor is None else [factor * listed[one.programme][one.item] * one.quantity for one in sold]
        try:
            sale = book_offline(
                sold, card, self.account, SHOP if goods else BAKERY, at, FIGURES, self.now, Late(beyond, printed)
            )
        except Refusal:
            assert at.date() < START or -2 in {blocked, ended}
            return
        assert -2 not in {blocked, ended}
        name = "goods" if goods else "loaves"
        self.signed[name] += sum(one.quantity for one in sold)
        booked = Counter({name: sum(line.quantity for line in sale.lines)})
        assert sum(one.quantity for one in sold) == booked[name] + sum(one.quantity for one in sale.disputed)
        assert not (beyond and sale.lines)
        if printed:
            claimed = sum(line.amount for line in sale.lines) + sum(one.amount for one in sale.disputed)
            assert claimed == sum(printed), "what the receipt says is what is booked or claimed"
        self.disputed += [(at, one) for one in sale.disputed]
        if not sale.lines:
            return  # nothing is written of it but the claim
        self.book(sale)

    def book(self, sale: Sale) -> None:
        for line in sale.lines:
            for day in line.days:
                assert not self.days_drawn[day]
                self.days_drawn[day] = sale.account.pots[(BREAD, line.period)].daily
        self.accept(sale)
        for line in sale.lines:
            self.paid["goods" if line.programme == GOODS else "loaves"] += line.quantity

    @precondition(lambda self: self.disputed)
    @rule(which=st.integers(0, 99), upheld=st.booleans())
    def decide_dispute(self, which: int, upheld: bool) -> None:
        at, claim = self.disputed.pop(which % len(self.disputed))
        name = "goods" if claim.programme == GOODS else "loaves"
        if not upheld:
            self.refused[name] += claim.quantity
            return
        entries, owed = uphold(at.date().replace(day=1), [claim], FIGURES.on(at.date()).loaf_price)
        for programme, quantity in owed.items():
            self.account = self.account.owing(programme, quantity)
        self.enter(entries)
        self.upheld_debt[claim.programme] += sum(entry.quantity for entry in entries)
        self.had[name] += claim.amount if claim.programme == GOODS else claim.quantity
        self.paid[name] += claim.quantity

    @precondition(lambda self: self.today)
    @rule(which=st.integers(0, 9))
    def take_back(self, which: int) -> None:
        sale = self.today.pop(which % len(self.today))
        done = reverse(sale.lines, sale.day, self.account, self.now, FIGURES, reversed_already=False)
        self.account = done.account
        self.enter(done.entries)
        self.had["loaves"] -= sale.loaves
        self.had["goods"] -= sale.goods
        if sale.loaves:
            for day, loaves, _ in self.parts(sale):
                self.days_drawn[day] -= loaves

    @rule(days=st.sampled_from([1, 2, 5, 12, 30]))
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
    def nobody_owes_beyond_the_floor_but_by_decision(self) -> None:
        assert self.owed[GOODS] <= self.upheld_debt[GOODS]
        floors = [
            FIGURES.on(pot.period).days_per_draw.at(pot.members) * pot.daily
            for pot in self.account.pots.values()
            if pot.programme == BREAD
        ]
        assert self.owed[BREAD] <= max(floors, default=0) + self.upheld_debt[BREAD]

    @invariant()
    def a_month_gives_up_a_part_for_debts(self) -> None:
        for key, given in self.given_up.items():
            assert given <= self.account.pots[key].granted * FIGURES.on(key[1]).debt_share

    @invariant()
    def every_sale_is_paid_refused_or_waits(self) -> None:
        for name, programme in (("loaves", BREAD), ("goods", GOODS)):
            waiting = sum(claim.quantity for _, claim in self.disputed if claim.programme == programme)
            assert self.signed[name] == self.paid[name] + self.refused[name] + waiting

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
