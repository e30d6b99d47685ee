"""Bread, goods and the opening of a month, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.refusals import Refusal
from supply_service.rules import allowance, bread
from supply_service.rules.account import Account, Pot, days_in_month, month_after, month_before
from supply_service.rules.cash import bread_days
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.keys import BREAD, GOODS, POINTS
from supply_service.rules.opening import open_month
from supply_service.sales import wording

NOVEMBER = date(2026, 11, 1)
DAY = date(2026, 11, 5)


def bread_pot(members: int = 3, drawn: int = 0, remaining: int | None = None) -> Pot:
    granted = members * 5 * 30
    return Pot(BREAD, NOVEMBER, granted, granted if remaining is None else remaining, members, members * 5, drawn)


def household(members: int = 3, activated_on: date | None = date(2026, 1, 1)) -> Account:
    return Account(uuid4(), "03", members, activated_on, {BREAD: 0, GOODS: 0, POINTS: 0}, {})


def code(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


@pytest.mark.parametrize(
    ("members", "quantity", "day", "drawn", "refusal"),
    [
        (3, 46, DAY, 0, "too_many_days"),
        (4, 41, DAY, 0, "too_many_days"),
        (3, 31, date(2026, 11, 29), 0, "crosses_month_end"),
        (3, 15, DAY, 1 << 4, "day_already_drawn"),
        (3, 30, DAY, 1 << 5, "day_already_drawn"),
    ],
)
def test_sales_that_are_refused(
    figures: FiguresByDay, members: int, quantity: int, day: date, drawn: int, refusal: str
) -> None:
    with pytest.raises(Refusal) as refused:
        bread.take(bread_pot(members, drawn), quantity, day, figures.on(day))
    assert code(refused) == refusal
    assert refused.value.detail_ar


@given(
    members=st.integers(1, 12), loaves=st.integers(1, 200), start=st.integers(1, 30), drawn=st.integers(0, 2**30 - 1)
)
def test_a_sale_covers_whole_days_from_today_each_once(
    figures: FiguresByDay, members: int, loaves: int, start: int, drawn: int
) -> None:
    pot, day = bread_pot(members, drawn), NOVEMBER.replace(day=start)
    today = figures.on(day)
    possible = bread.days_possible(pot, day, today)
    try:
        rations = bread.take(pot, loaves, day, today)
    except Refusal:
        assert loaves > possible * pot.daily
        return
    assert loaves <= possible * pot.daily
    assert rations.days[0] == day
    assert len(rations.days) * pot.daily >= loaves > (len(rations.days) - 1) * pot.daily
    assert rations.pot.drawn_days == pot.drawn_days | sum(1 << (d.day - 1) for d in rations.days)
    assert rations.pot.remaining == pot.remaining - loaves
    assert bread.put_back(rations.pot, rations.taken, rations.days) == pot


@given(
    members=st.integers(1, 12),
    loaves=st.integers(1, 300),
    start=st.integers(1, 30),
    drawn=st.integers(0, 2**30 - 1),
    most_owed=st.integers(0, 300),
)
def test_an_offline_sale_never_takes_a_day_twice_and_loses_nothing(
    members: int, loaves: int, start: int, drawn: int, most_owed: int
) -> None:
    pot, day = bread_pot(members, drawn), NOVEMBER.replace(day=start)
    rations = bread.take_offline(pot, loaves, day, most_owed)
    assert rations.overdrawn == min(most_owed, loaves - rations.taken)
    assert rations.taken <= len(rations.days) * pot.daily
    assert not any(pot.drawn_days >> (d.day - 1) & 1 for d in rations.days)
    assert bool(rations.overdrawn) <= (rations.conflict is not None)
    assert bread.put_back(rations.pot, rations.taken, rations.days) == pot


def test_rules_on_record_would_apply_once_approved(figures: FiguresByDay) -> None:
    """The 2014 rules nobody has confirmed: no combined days at the month's end, at most 40 loaves a day."""
    today = replace(figures.on(DAY), single_days_at_month_end=3, household_loaves=40)
    assert today.daily_loaves(12) == 40
    assert bread.days_allowed(bread_pot(), date(2026, 11, 28), today) == 1
    assert bread.days_allowed(bread_pot(), date(2026, 11, 27), today) == 3


@pytest.mark.parametrize(("members", "amount"), [(1, 5000), (4, 20000), (5, 22500), (6, 25000), (12, 40000)])
def test_the_monthly_allowance(figures: FiguresByDay, members: int, amount: int) -> None:
    opening = open_month(household(members), NOVEMBER, figures)
    assert opening.account.pots[(GOODS, NOVEMBER)].granted == amount


ITEMS = st.sampled_from(["oil", "sugar", "rice", "pasta", "pasta_400g", "tea_40g"])
BASKETS = st.lists(st.tuples(ITEMS, st.integers(1, 9)), max_size=8)


@given(members=st.integers(1, 10), wanted=BASKETS)
def test_limits_and_allowance_hold_whatever_is_bought(
    figures: FiguresByDay, members: int, wanted: list[tuple[str, int]]
) -> None:
    pot = open_month(household(members), NOVEMBER, figures).account.pots[(GOODS, NOVEMBER)]
    today, had = figures.on(DAY), {"oil": 0, "sugar": 0, "rice_or_pasta": 0}
    weights = {"oil": 1, "sugar": 1, "rice": 2, "pasta": 2, "pasta_400g": 1}
    spent = 0
    for item, quantity in wanted:
        try:
            bought = allowance.buy(pot, item, quantity, DAY, today)
        except Refusal:
            continue
        assert allowance.put_back(bought.pot, bought.taken, bought.group, bought.units).remaining == pot.remaining
        pot = bought.pot
        spent += bought.amount
        if bought.group:
            had[bought.group.partition("/")[0]] += weights[item] * quantity
    assert pot.remaining == pot.granted - spent >= 0
    assert had["oil"] <= min(members, 4)
    assert had["sugar"] <= min(members, 6)
    assert had["rice_or_pasta"] <= (2 if members < 4 else 4)
    assert not {"rice_or_pasta/rice", "rice_or_pasta/pasta"} <= pot.drawn_units.keys()


def test_points_have_their_window_and_no_limits(figures: FiguresByDay) -> None:
    pot = Pot(POINTS, NOVEMBER, 9000, 9000, 1)
    assert allowance.buy(pot, "oil", 3, DAY, figures.on(DAY)).pot.remaining == 0
    early = replace(figures.on(DAY), points_last_day=4)
    with pytest.raises(Refusal) as refused:
        allowance.buy(pot, "oil", 1, DAY, early)
    assert code(refused) == "points_window_closed"
    with pytest.raises(Refusal) as refused:
        allowance.buy(pot, "gold", 1, DAY, figures.on(DAY))
    assert code(refused) == "item_unknown"


def test_support_in_cash_closes_the_pots(figures: FiguresByDay) -> None:
    in_cash = replace(figures.on(DAY), modes={(programme, None): "cash" for programme in (BREAD, GOODS, POINTS)})
    with pytest.raises(Refusal) as refused:
        bread.take(Pot(BREAD, NOVEMBER, 0, 0, 1, 0), 5, DAY, in_cash)
    assert code(refused) == "programme_closed"


def test_bread_counts_from_the_day_of_activation() -> None:
    assert bread_days(date(2026, 10, 3), NOVEMBER) == 30
    assert bread_days(date(2026, 11, 21), NOVEMBER) == 10
    assert bread_days(date(2026, 12, 1), NOVEMBER) == 0
    assert bread_days(None, NOVEMBER) == 0
    assert (month_before(date(2026, 1, 1)), month_after(date(2026, 12, 1))) == (date(2025, 12, 1), date(2027, 1, 1))
    assert [days_in_month(date(2028, m, 1)) for m in (2, 4, 12)] == [29, 30, 31]


def test_debts_come_off_the_next_pots(figures: FiguresByDay) -> None:
    september = date(2026, 9, 1)
    opened = household(1)._replace(opened=september).with_pot(Pot(BREAD, september, 150, 0, 1, 5))
    account = opened.owing(BREAD, 160).owing(GOODS, 6200)
    opening = open_month(account, NOVEMBER, figures)
    # October was never touched: a quarter of its pots pays first, and what is left of its bread becomes points.
    assert opening.account.pots[(BREAD, date(2026, 10, 1))].remaining == 155 - 38
    assert opening.account.pots[(GOODS, date(2026, 10, 1))].remaining == 5000 - 1250
    assert opening.account.pots[(BREAD, NOVEMBER)].remaining == 150 - 37
    assert opening.account.pots[(GOODS, NOVEMBER)].remaining == 5000 - 1250
    assert opening.account.pots[(POINTS, NOVEMBER)].granted == (155 - 38) * 10
    assert opening.account.debts == {BREAD: 160 - 75, GOODS: 6200 - 2500, POINTS: 0}
    assert sum(e.quantity for e in opening.entries if e.kind == "debt") == 75 + 2500
    assert open_month(opening.account, NOVEMBER, figures).account == opening.account


def test_nothing_is_opened_before_activation(figures: FiguresByDay) -> None:
    for activated_on in (None, date(2026, 12, 1)):
        assert not open_month(household(activated_on=activated_on), NOVEMBER, figures).account.pots


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "رغيف واحد"), (2, "رغيفان"), (3, "3 أرغفة"), (10, "10 أرغفة"), (11, "11 رغيفاً"), (99, "99 رغيفاً"),
        (100, "100 رغيف"), (102, "102 رغيف"), (103, "103 أرغفة"), (111, "111 رغيفاً"), (1005, "1005 أرغفة"),
    ],
)  # fmt: skip
def test_arabic_counts(count: int, words: str) -> None:
    assert wording.loaves_ar(count) == words
