"""3.9: support in kind or as cash, by category of household and programme, from a 1st on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from chassis.refusals import Refusal
from policybook.book import Policy, PolicyBook, PolicyMissing
from supply_service import POLICIES
from supply_service.policies.catalogue import read_items
from supply_service.rules.account import Account, Card, Legacy, Listed
from supply_service.rules.cash import CashDue, cash_of
from supply_service.rules.correcting import Booked, bring, correct, paid_beyond
from supply_service.rules.figures import FiguresByDay, figures_by_day
from supply_service.rules.keys import BREAD, CASH, GOODS, POINTS, SUPPORT_MODE
from supply_service.rules.opening import open_month
from supply_service.rules.sale import Place, decide
from supply_service.rules.sizes import Size

DECEMBER, JANUARY, FEBRUARY = date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)
LONG_AGO = date(2020, 1, 1)
SHOP = Place(uuid4(), uuid4(), "grocer", "03", "03.02")
BAKERY = Place(uuid4(), uuid4(), "bakery", "03", "03.02")


class Line(NamedTuple):
    programme: str
    item: str
    quantity: int


def row(key: str, value: Any, **scope: str) -> Policy:
    return Policy(key, scope, value, None, JANUARY, None, "a test", "none", "chosen", "a", "b")


@pytest.fixture(scope="module")
def cash_book(book: PolicyBook) -> PolicyBook:
    """Goods of category a, and bread of category c, as cash from 1 January 2027 on."""
    return PolicyBook.of(
        [
            *book.policies,
            row(SUPPORT_MODE.name, CASH, programme=GOODS, category="a"),
            row(SUPPORT_MODE.name, CASH, programme=GOODS, category="b"),
            row("supply.cash_amount", {"steps": [[1, 6000]]}, category="b"),
            row(SUPPORT_MODE.name, CASH, programme=BREAD, category="c"),
            row("bread.cash_value", 142, category="c"),
        ]
    )


@pytest.fixture(scope="module")
def switched(cash_book: PolicyBook) -> FiguresByDay:
    return figures_by_day(cash_book, read_items(POLICIES))


def household(*sizes: Size, category: str | None = "a", since: date = LONG_AGO, **more: Any) -> Account:
    lists = () if category is None else (Listed("category", category, since, None),)
    debts = {BREAD: 0, GOODS: 0, POINTS: 0}
    account = Account(uuid4(), "03", 9, date(2026, 12, 1), debts, {}, sizes or (Size(LONG_AGO, 4, 4),), lists=lists)
    return account._replace(**more)


@pytest.mark.parametrize(
    ("category", "goods", "bread", "paid"),
    [
        pytest.param("a", 0, 620, [(GOODS, 20000)], id="3.9 category A, four members: goods pot 0, payout 200"),
        pytest.param("b", 0, 620, [(GOODS, 24000)], id="3.9 an amount of its own by category"),
        pytest.param("c", 20000, 0, [(BREAD, 620 * 142)], id="3.9 bread as cash"),
        pytest.param("d", 20000, 620, [], id="3.9 a category of which no row speaks"),
        pytest.param(None, 20000, 620, [], id="3.9 a household of no category"),
    ],
)
def test_what_is_given_as_cash_is_paid_and_not_granted(
    category: str | None, goods: int, bread: int, paid: list[tuple[str, int]], switched: FiguresByDay
) -> None:
    december = open_month(household(category=category), DECEMBER, switched)
    assert (december.account.pots[(GOODS, DECEMBER)].granted, december.paid) == (20000, []), "still in kind"
    january = open_month(december.account, JANUARY, switched)
    pots = january.account.pots
    assert (pots[(GOODS, JANUARY)].granted, pots[(BREAD, JANUARY)].granted) == (goods, bread)
    assert [(due.programme, due.amount, due.period) for due in january.paid] == [(p, a, JANUARY) for p, a in paid]
    assert [(e.programme, e.quantity) for e in january.entries if e.kind == "cash"] == paid
    assert not open_month(january.account, JANUARY, switched).paid, "once a month"


def test_whoever_is_paid_buys_nothing_for_it_at_the_counter(switched: FiguresByDay) -> None:
    account = household()
    card = Card(uuid4(), account.household_id, "active", None, True)
    now = datetime(2027, 1, 3, 10, tzinfo=UTC)
    with pytest.raises(Refusal) as refused:
        decide([Line(GOODS, "sugar", 1)], card, account, SHOP, now, switched, counted=1260)
    assert refused.value.code == "programme_closed", "not even at the subsidised price for cash"
    assert decide([Line(BREAD, "loaf", 20)], card, account, BAKERY, now, switched).loaves == 20
    in_kind = household(category=None)
    card = Card(uuid4(), in_kind.household_id, "active", None, True)
    assert decide([Line(GOODS, "sugar", 1)], card, in_kind, SHOP, now, switched).goods == 1260


@pytest.mark.parametrize(
    ("legacy", "amount"), [(Legacy(12000), 8000), (Legacy(None), 0), (None, 20000)], ids=["120 drawn", "untold", "none"]
)
def test_the_month_of_activation_pays_what_the_ration_card_left(
    legacy: Legacy | None, amount: int, switched: FiguresByDay
) -> None:
    account = household(legacy=legacy, activated_on=date(2027, 1, 20))
    opening = open_month(account, JANUARY, switched)
    assert sum(due.amount for due in opening.paid) == amount
    if legacy is not None and legacy.drawn is None:
        told = opening.account._replace(legacy=Legacy(12000))
        assert [due.amount for due in correct(told, JANUARY, {}, switched).paid] == [8000]


def test_what_is_heard_late_is_paid_up_to_what_it_comes_to_and_never_taken_back(switched: FiguresByDay) -> None:
    account = open_month(household(opened=DECEMBER), JANUARY, switched).account
    booked = {(GOODS, JANUARY): Booked(cash=20000)}
    more = correct(account._replace(sizes=(Size(LONG_AGO, 6, 4),)), JANUARY, booked, switched)
    assert more.paid == [CashDue(GOODS, JANUARY, 5000, 25000, 6)]
    assert not correct(more.account, JANUARY, more.booked, switched).paid, "told twice pays nothing more"
    fewer = correct(more.account._replace(sizes=(Size(LONG_AGO, 3, 4),)), JANUARY, more.booked, switched)
    assert not fewer.paid
    assert not correct(fewer.account._replace(sizes=(Size(LONG_AGO, 6, 4),)), JANUARY, fewer.booked, switched).paid


def test_a_month_that_is_over_is_made_good_as_it_is_given_now(switched: FiguresByDay) -> None:
    sizes = (Size(LONG_AGO, 5, 5),)
    in_kind = open_month(household(), DECEMBER, switched).account
    january = open_month(in_kind, JANUARY, switched).account
    booked = {(GOODS, JANUARY): Booked(cash=20000)}
    done = correct(january._replace(sizes=sizes), JANUARY, booked, switched)
    assert sorted(done.paid) == [CashDue(GOODS, DECEMBER, 2500, 22500, 5), CashDue(GOODS, JANUARY, 2500, 22500, 5)]
    assert done.account.pots[(GOODS, JANUARY)].granted == 0, "no goods for whom goods are closed"
    february = open_month(january, FEBRUARY, switched).account
    over = correct(february._replace(sizes=sizes), FEBRUARY, {(GOODS, FEBRUARY): Booked(cash=20000)}, switched)
    assert {due.period for due in over.paid} == {DECEMBER, JANUARY, FEBRUARY}
    assert sum(due.amount for due in over.paid) == 7500


def test_a_month_opened_on_the_way_is_paid_once(switched: FiguresByDay) -> None:
    known = open_month(household(), DECEMBER, switched).account
    opening, correction = bring(known, known._replace(sizes=(Size(DECEMBER, 5, 5),)), JANUARY, {}, switched)
    assert opening is not None
    assert sum(due.amount for due in (*opening.paid, *correction.paid) if due.period == JANUARY) == 22500


def test_what_was_paid_for_the_dead_is_a_claim(switched: FiguresByDay) -> None:
    account = open_month(household(), JANUARY, switched).account
    assert paid_beyond(account, account.pots[(GOODS, JANUARY)], 3, switched) == 5000


def test_bread_needs_its_figure_and_points_are_never_cash(book: PolicyBook, switched: FiguresByDay) -> None:
    without = PolicyBook.of([*book.policies, row(SUPPORT_MODE.name, CASH, programme=BREAD, category="z")])
    with pytest.raises(PolicyMissing):
        figures_by_day(without, {}).on(JANUARY)
    points = replace(switched.on(JANUARY), modes={(POINTS, None): CASH})
    assert points.mode(POINTS, "a") == CASH
    assert cash_of(household(), POINTS, 4, JANUARY, switched) == 0
