"""The most usual baskets: cash for the difference, rice or pasta, a day's bread in parts, a sale of last night."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from chassis.clock import CAIRO
from chassis.refusals import Refusal
from policybook.book import PolicyBook
from supply_service import POLICIES
from supply_service.policies.catalogue import read_items
from supply_service.rules import allowance, bread
from supply_service.rules.account import Account, Card, Pot
from supply_service.rules.figures import FiguresByDay, figures_by_day
from supply_service.rules.keys import BREAD, GOODS, POINTS, REVERSAL_HOURS
from supply_service.rules.refusals import ReversalTooLate
from supply_service.rules.reverse import reverse
from supply_service.rules.sale import Place, Sale, decide

DAY, NOVEMBER = date(2026, 11, 5), date(2026, 11, 1)
NOON = datetime(2026, 11, 5, 12, tzinfo=CAIRO)


def night(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CAIRO)


class Wanted(NamedTuple):
    programme: str
    item: str
    quantity: int


def sell(figures: FiguresByDay, members: int, *items: str, now: datetime = NOON, **paid: Any) -> Sale:
    household = uuid4()
    account = Account(
        household, "03", members, date(2026, 1, 1), {BREAD: 0, GOODS: 0, POINTS: 0}, {}, (), date(2026, 10, 1)
    )
    card = Card(uuid4(), household, "active", None, True)
    place = Place(uuid4(), uuid4(), "grocer", "03", "03.02")
    return decide([Wanted(GOODS, item, 1) for item in items], card, account, place, now, figures, **paid)


@pytest.mark.parametrize(
    ("paid", "parts"),
    [
        ({"counted": 520}, (5000, 520, 0)),  # 3.6: pot 50, cash 5.20
        ({"tendered": 520}, (5000, 0, 520)),
        ({"tendered": 300, "counted": 220}, (5000, 220, 300)),
    ],
)
def test_cash_for_the_difference(figures: FiguresByDay, paid: dict[str, Any], parts: tuple[int, int, int]) -> None:
    """3.6: oil, sugar and rice are 55.20 on an allowance of 50."""
    sale = sell(figures, 1, "oil", "sugar", "rice", **paid)
    assert (sale.goods, sale.cash, sale.wallet) == parts
    assert sum(line.amount + line.cash + line.wallet for line in sale.lines) == 5520
    assert sale.account.pots[(GOODS, NOVEMBER)].remaining == 0


@pytest.mark.parametrize(
    ("paid", "code"),
    [
        ({}, "allowance_exceeded"),
        ({"counted": 519}, "allowance_exceeded"),
        ({"counted": 521}, "cash_mismatch"),
        ({"counted": 520, "tendered": 520}, "cash_mismatch"),
        ({"counted": 520, "expected_amount": 5000}, "amount_differs"),
    ],
)
def test_the_difference_is_what_it_is(figures: FiguresByDay, paid: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        sell(figures, 1, "oil", "sugar", "rice", **paid)
    assert refused.value.code == code


def test_no_cash_is_taken_where_the_allowance_is_enough(figures: FiguresByDay) -> None:
    with pytest.raises(Refusal) as refused:
        sell(figures, 2, "oil", counted=100)
    assert refused.value.code == "cash_mismatch"


@pytest.mark.parametrize(
    ("items", "fits"),
    [
        (["rice", "rice"], True),
        (["pasta", "pasta"], True),
        (["pasta", "pasta_400g", "pasta_400g"], True),
        (["rice", "pasta"], False),
        (["pasta_400g", "rice"], False),
        (["rice", "rice", "rice"], False),
    ],
)
def test_rice_or_pasta_for_four(figures: FiguresByDay, items: list[str], fits: bool) -> None:
    """2 kg of rice or 2 packs of pasta."""
    if fits:
        assert len(sell(figures, 4, *items).lines) == len(items)
        return
    with pytest.raises(Refusal) as refused:
        sell(figures, 4, *items)
    assert refused.value.code == "item_limit_exceeded"


def test_the_choice_is_free_again_once_it_was_taken_back(figures: FiguresByDay) -> None:
    today = figures.on(DAY)
    pot = Pot(GOODS, NOVEMBER, 20_000, 20_000, 4)
    rice = allowance.buy(pot, "rice", 1, DAY, today)
    back = allowance.put_back(rice.pot, rice.taken, rice.group, rice.units)
    assert allowance.buy(back, "pasta", 2, DAY, today).units == 4


def bread_pot(remaining: int = 600, drawn: int = 0) -> Pot:
    return Pot(BREAD, NOVEMBER, 600, remaining, 4, 20, drawn)


def test_a_day_in_parts(figures: FiguresByDay) -> None:
    """2.15: 7 of 20, then the other 13 on the same day."""
    today = figures.on(DAY)
    first = bread.take(bread_pot(), 7, DAY, today)
    assert bread.left_of_day(first.pot, DAY, today) == 13
    with pytest.raises(Refusal) as refused:
        bread.take(first.pot, 14, DAY, today)
    assert refused.value.extensions["left_today"] == 13
    second = bread.take(first.pot, 13, DAY, today)
    assert (second.days, second.pot.remaining, bread.left_of_day(second.pot, DAY, today)) == ((DAY,), 580, 0)
    with pytest.raises(Refusal):
        bread.take(second.pot, 1, DAY, today)
    undone = bread.put_back(second.pot, 7, first.days)  # the first of the two is reversed
    assert (undone.remaining, bread.left_of_day(undone, DAY, today)) == (587, 7)
    assert bread.put_back(undone, 13, second.days) == bread_pot()


def test_the_last_of_two_days_in_parts(figures: FiguresByDay) -> None:
    today, tomorrow = figures.on(DAY), figures.on(DAY + timedelta(days=1))
    first = bread.take(bread_pot(), 27, DAY, today)
    assert bread.left_of_day(first.pot, DAY, today) == 0
    rest = bread.take(first.pot, 13, DAY + timedelta(days=1), tomorrow)
    assert rest.pot.remaining == 560
    assert bread.put_back(bread.put_back(rest.pot, 27, first.days), 13, rest.days) == bread_pot()


def test_where_the_row_does_not_allow_parts_the_rest_is_not_promised(figures: FiguresByDay) -> None:
    whole = replace(figures.on(DAY), parts_of_a_day=False)
    drawn = bread.take(bread_pot(), 7, DAY, whole)
    assert bread.left_of_day(drawn.pot, DAY, whole) == 0
    assert drawn.pot.remaining - bread.forfeit(drawn.pot, DAY, whole) == 25 * 20
    with pytest.raises(Refusal):
        bread.take(drawn.pot, 13, DAY, whole)


@pytest.mark.parametrize(
    ("day", "drawn", "forfeit"),
    [
        (date(2026, 11, 1), 0, 0),
        (date(2026, 11, 5), 0, 80),  # four days over, undrawn
        (date(2026, 11, 5), 0b1111, 0),
        (date(2026, 11, 30), (1 << 29) - 1, 0),
    ],
)
def test_loaves_whose_days_are_over_are_not_promised(
    figures: FiguresByDay, day: date, drawn: int, forfeit: int
) -> None:
    pot = bread_pot(600 - 20 * drawn.bit_count(), drawn)
    assert bread.forfeit(pot, day, figures.on(day)) == forfeit


@pytest.mark.parametrize(
    ("sold", "asked", "done"),
    [
        (night(5, 23, 50), night(6, 0, 10), date(2026, 11, 5)),  # 2.19
        (night(5, 23, 50), night(6, 2, 50), date(2026, 11, 5)),
        (night(5, 23, 50), night(6, 2, 51), None),
        (night(5, 0, 10), night(5, 23, 59), date(2026, 11, 5)),
        (night(5, 12, 0), night(6, 12, 0), None),
        (night(1, 0, 10) - timedelta(minutes=20), night(1, 0, 10), date(2026, 10, 31)),  # across a month's end
        (night(1, 0, 10) - timedelta(minutes=20), night(1, 2, 51), None),
    ],
)
def test_a_sale_of_last_night_is_reversed_within_hours(
    figures: FiguresByDay, sold: datetime, asked: datetime, done: date | None
) -> None:
    sale = sell(figures, 2, "oil", now=sold)
    if done is None:
        with pytest.raises(Refusal) as refused:
            reverse(sale.lines, sale.day, sale.account, asked, figures, reversed_already=False, sold_at=sold)
        assert refused.value.code == "reversal_too_late"
        return
    undone = reverse(sale.lines, sale.day, sale.account, asked, figures, reversed_already=False, sold_at=sold)
    assert undone.day == done
    assert undone.account.pots[(GOODS, done.replace(day=1))].remaining == 10_000
    assert dict(undone.lapsed) == ({} if done.month == 11 else {GOODS: sale.goods}), "that month is over"


@pytest.mark.parametrize(
    ("sold", "hours", "taken"),
    [
        (datetime(2026, 3, 18, 23, 50, tzinfo=CAIRO), 4, True),
        (datetime(2026, 3, 19, 23, 50, tzinfo=CAIRO), 4, True),  # the last of Ramadan, taken back on the feast
        (datetime(2026, 3, 20, 23, 50, tzinfo=CAIRO), 4, False),
        (datetime(2026, 3, 18, 23, 50, tzinfo=CAIRO), 5, False),
    ],
)
def test_in_ramadan_a_row_of_its_own_says_for_how_long(
    book: PolicyBook, sold: datetime, hours: int, taken: bool
) -> None:
    """3.18: the calendar's days, and the sale's own day. The ministry's approval is played here."""
    rows = [
        replace(row, value=4, approved_by="the ministry")
        if row.key == REVERSAL_HOURS.name and row.scope == {"season": "ramadan"}
        else row
        for row in book.policies
    ]
    figures = figures_by_day(PolicyBook.of(rows), read_items(POLICIES))
    sale = sell(figures, 2, "oil", now=sold)
    asked = sold + timedelta(hours=hours) - timedelta(minutes=1)
    expected: AbstractContextManager[object] = nullcontext() if taken else pytest.raises(ReversalTooLate)
    with expected:
        reverse(sale.lines, sale.day, sale.account, asked, figures, reversed_already=False, sold_at=sold)


def test_a_line_is_taken_back_and_the_others_stay(figures: FiguresByDay) -> None:
    sale = sell(figures, 1, "oil", "sugar", "rice", counted=520)
    undone = reverse(sale.lines, sale.day, sale.account, NOON, figures, reversed_already=False, only=[1])
    assert [(entry.line, entry.quantity) for entry in undone.entries] == [(1, 1260)]
    pot = undone.account.pots[(GOODS, NOVEMBER)]
    assert (pot.remaining, pot.drawn_units["sugar"], pot.drawn_units["oil"]) == (1260, 0, 1)


@pytest.mark.parametrize(
    ("only", "tendered", "code"), [([3], False, "line_unknown"), ([0], True, "part_not_reversible")]
)
def test_parts_that_are_not_taken_back(figures: FiguresByDay, only: list[int], tendered: bool, code: str) -> None:
    sale = sell(figures, 2, "oil", "sugar", "rice")
    with pytest.raises(Refusal) as refused:
        reverse(sale.lines, sale.day, sale.account, NOON, figures, reversed_already=False, only=only, tendered=tendered)
    assert refused.value.code == code
    whole = reverse(
        sale.lines, sale.day, sale.account, NOON, figures, reversed_already=False, only=[2, 0, 1], tendered=tendered
    )
    assert whole.account.pots[(GOODS, NOVEMBER)].remaining == 10_000
