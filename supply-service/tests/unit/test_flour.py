"""3.15: flour instead of bread, chosen for a month before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import uuid4

import pytest

from chassis.clock import CAIRO
from chassis.refusals import Refusal
from policybook.book import Policy, PolicyBook
from supply_service import POLICIES
from supply_service.policies.catalogue import read_items
from supply_service.rules.account import Account, Card, month_after, month_before
from supply_service.rules.correcting import bring
from supply_service.rules.figures import RATION_FLOUR, FiguresByDay, figures_by_day
from supply_service.rules.floors import BALANCE, HOUSEHOLD_FLOOR, Disputed, Late, uphold
from supply_service.rules.flour import check_choice
from supply_service.rules.keys import BREAD, FLOUR, FLOUR_OFFERED, GOODS, POINTS
from supply_service.rules.opening import open_month
from supply_service.rules.reverse import reverse
from supply_service.rules.sale import Place, Sale, book_offline, decide
from supply_service.rules.sizes import Size

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
NOON = datetime(2026, 12, 5, 12, tzinfo=CAIRO)


class Wanted(NamedTuple):
    programme: str
    item: str
    quantity: int


@pytest.fixture(scope="module")
def offered(book: PolicyBook) -> FiguresByDay:
    """The project's own figures, with flour offered to the cards of Sharqia from December 2026 to June 2027."""
    offer = Policy(
        FLOUR_OFFERED.name, {"governorate": "13"}, True, None, DECEMBER, date(2027, 6, 30),
        "for this test", "none", "chosen", "test", "another",
    )  # fmt: skip
    return figures_by_day(PolicyBook.of([*book.policies, offer]), read_items(POLICIES))


def household(members: int, flour: Sequence[date] = (DECEMBER,), governorate: str = "13") -> Account:
    debts = {BREAD: 0, GOODS: 0, POINTS: 0}
    sizes = (Size(date(2020, 1, 1), members, members),)
    return Account(
        uuid4(), governorate, members, date(2026, 1, 1), debts, {}, sizes, date(2026, 11, 1), flour=tuple(flour)
    )


def sell(
    account: Account, figures: FiguresByDay, *lines: Wanted, kind: str = "depot", late: Late | None = None
) -> Sale:
    card = Card(uuid4(), account.household_id, "active", None, True)
    place = Place(uuid4(), uuid4(), kind, account.governorate, f"{account.governorate}.02")
    if late is not None:
        return book_offline(lines, card, account, place, NOON, figures, NOON, late)
    return decide(lines, card, account, place, NOON, figures)


def flour(kilograms: int) -> Wanted:
    return Wanted(FLOUR, RATION_FLOUR, kilograms)


def loaves(count: int) -> Wanted:
    return Wanted(BREAD, "loaf", count)


@pytest.mark.parametrize(
    ("members", "kilograms", "price"), [(1, 10, 3000), (3, 30, 9000), (4, 40, 12000), (7, 70, 21000)]
)
def test_flour_for_a_month(offered: FiguresByDay, members: int, kilograms: int, price: int) -> None:
    """3.15: 4 members have 40 kg for 120.00, and no bread."""
    account = household(members)
    opened = open_month(account, DECEMBER, offered).account
    assert opened.pots[(BREAD, DECEMBER)][2:6] == (0, 0, members, 0)
    assert opened.pots[(FLOUR, DECEMBER)][2:4] == (kilograms, kilograms)
    sale = sell(account, offered, flour(kilograms))
    assert (sale.cash, sale.flour, sale.loaves, sale.goods) == (price, kilograms, 0, 0)
    assert sale.account.pots[(FLOUR, DECEMBER)].remaining == 0
    assert sale.account.pots[(GOODS, DECEMBER)].remaining == offered.on(DECEMBER).allowance.total(members)


@pytest.mark.parametrize(
    ("chosen", "line", "kind", "code"),
    [
        ((DECEMBER,), loaves(5), "bakery", "flour_chosen"),
        ((), flour(10), "depot", "flour_not_chosen"),
        ((JANUARY,), flour(10), "depot", "flour_not_chosen"),
        ((DECEMBER,), flour(41), "depot", "quota_exceeded"),
        ((DECEMBER,), flour(10), "bakery", "wrong_outlet_kind"),
        ((DECEMBER,), flour(10), "grocer", "wrong_outlet_kind"),
        ((DECEMBER,), Wanted(FLOUR, "flour", 1), "depot", "item_unknown"),
        ((DECEMBER,), Wanted(GOODS, RATION_FLOUR, 1), "grocer", "item_unknown"),
        ((DECEMBER,), Wanted(GOODS, "sugar", 1), "depot", "wrong_outlet_kind"),
    ],
)
def test_what_is_refused(offered: FiguresByDay, chosen: tuple[date, ...], line: Wanted, kind: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        sell(household(4, chosen), offered, line, kind=kind)
    assert refused.value.code == code


def test_a_month_after_flour_is_one_of_bread_again(offered: FiguresByDay) -> None:
    """What is left of flour becomes no points, and no later month's flour."""
    opened = open_month(household(4), JANUARY, offered).account
    assert opened.pots[(BREAD, JANUARY)].granted == 620
    assert opened.pots[(POINTS, JANUARY)].granted == 0
    assert (FLOUR, JANUARY) not in opened.pots


def test_the_month_before_flour_keeps_its_points(offered: FiguresByDay) -> None:
    """November untouched: its 600 loaves are points of December, which has flour."""
    opened = open_month(household(4), DECEMBER, offered).account
    assert opened.pots[(POINTS, DECEMBER)].granted == 6000


@pytest.mark.parametrize("governorate", ["03", "12"])
def test_a_choice_lapses_where_no_flour_is_offered(offered: FiguresByDay, governorate: str) -> None:
    """The household was transferred to another governorate before the month began."""
    opened = open_month(household(4, governorate=governorate), DECEMBER, offered).account
    assert opened.pots[(BREAD, DECEMBER)].granted == 620
    assert (FLOUR, DECEMBER) not in opened.pots


def test_an_open_month_stays_what_it_is(offered: FiguresByDay) -> None:
    """A transfer in the middle of the month changes nothing of it."""
    known = open_month(household(4), DECEMBER, offered).account
    _, correction = bring(known, known._replace(governorate="03"), DECEMBER, {}, offered)
    assert not correction.entries
    assert correction.account.pots == known.pots


@pytest.mark.parametrize(
    ("drawn", "now", "left"),
    [(0, 5, 50), (40, 5, 10), (0, 3, 30), (40, 3, 0), (35, 3, 0)],
)
def test_the_size_of_the_month_decides(offered: FiguresByDay, drawn: int, now: int, left: int) -> None:
    """Heard of after the month was opened: raised, or lowered as far as it was not drawn."""
    account = household(4)
    known = sell(account, offered, flour(drawn)).account if drawn else open_month(account, DECEMBER, offered).account
    told = known._replace(sizes=(Size(date(2020, 1, 1), 4, 4), Size(DECEMBER, now, now)), members=now)
    _, correction = bring(known, told, DECEMBER, {}, offered)
    assert correction.account.pots[(FLOUR, DECEMBER)].remaining == left
    assert correction.account.pots[(BREAD, DECEMBER)].granted == 0


def test_flour_of_a_month_that_is_over_is_not_made_good(offered: FiguresByDay) -> None:
    known = open_month(open_month(household(4), DECEMBER, offered).account, JANUARY, offered).account
    told = known._replace(sizes=(Size(date(2020, 1, 1), 4, 4), Size(DECEMBER, 5, 5), Size(JANUARY, 4, 4)))
    _, correction = bring(known, told, JANUARY, {}, offered)
    assert [(e.programme, e.of_month) for e in correction.entries] == [(GOODS, DECEMBER)]


@pytest.mark.parametrize(("quantity", "booked", "disputed"), [(40, 40, 0), (55, 40, 15)])
def test_offline_flour_is_booked_by_the_last_known_balance(
    offered: FiguresByDay, quantity: int, booked: int, disputed: int
) -> None:
    sale = sell(household(4), offered, flour(quantity), late=Late())
    assert (sale.flour, sale.cash) == (booked, booked * 300)
    assert [(one.quantity, one.amount, one.reason) for one in sale.disputed] == (
        [(disputed, disputed * 300, BALANCE)] if disputed else []
    )
    assert not sale.account.debts[BREAD]


def test_offline_flour_of_who_has_not_chosen_it_is_a_claim(offered: FiguresByDay) -> None:
    sale = sell(household(4, ()), offered, flour(10), late=Late())
    assert not sale.lines
    assert [one.quantity for one in sale.disputed] == [10]


def test_offline_bread_of_who_has_flour_is_a_claim(offered: FiguresByDay) -> None:
    sale = sell(household(4), offered, loaves(20), kind="bakery", late=Late())
    assert not sale.lines
    assert [(one.quantity, one.reason) for one in sale.disputed] == [(20, HOUSEHOLD_FLOOR)]


def test_upheld_flour_is_owed_as_loaves_of_the_same_price() -> None:
    """15 kg for 45.00: 225 loaves of 20 piastres."""
    made, owed = uphold(DECEMBER, [Disputed(FLOUR, RATION_FLOUR, 15, 4500, BALANCE)], 20)
    assert owed == {BREAD: 225}
    assert [(entry.programme, entry.quantity) for entry in made] == [(BREAD, 225)]


def test_a_sale_of_flour_is_taken_back(offered: FiguresByDay) -> None:
    sale = sell(household(4), offered, flour(25))
    undone = reverse(sale.lines, sale.day, sale.account, NOON, offered, reversed_already=False)
    assert undone.account.pots[(FLOUR, DECEMBER)].remaining == 40
    assert [(entry.programme, entry.kind, entry.quantity) for entry in undone.entries] == [(FLOUR, "reversal", 25)]


@pytest.mark.parametrize(
    ("month", "opened", "governorate", "code"),
    [
        (DECEMBER, None, "13", None),
        (date(2027, 6, 1), NOVEMBER, "13", None),
        (NOVEMBER, None, "13", "flour_month_begun"),
        (month_before(NOVEMBER), None, "13", "flour_month_begun"),
        (DECEMBER, DECEMBER, "13", "flour_month_begun"),
        (date(2027, 12, 1), None, "13", "flour_month_too_far"),
        (date(2072, 1, 1), None, "13", "flour_month_too_far"),
        (date(2027, 7, 1), None, "13", "flour_not_offered"),
        (DECEMBER, None, "03", "flour_not_offered"),
    ],
)
def test_when_and_where_flour_is_chosen(
    offered: FiguresByDay, month: date, opened: date | None, governorate: str, code: str | None
) -> None:
    if code is None:
        check_choice(governorate, month, NOVEMBER, opened, offered)
        return
    with pytest.raises(Refusal) as refused:
        check_choice(governorate, month, NOVEMBER, opened, offered)
    assert refused.value.code == code


def test_a_price_list_changes_only_where_flour_is_sold_by_it(figures: FiguresByDay, offered: FiguresByDay) -> None:
    """Terminals that sold offline by the list of before the upgrade still have the list of the day."""
    assert figures.on(NOVEMBER).price_list == offered.on(NOVEMBER).price_list
    assert offered.on(DECEMBER).price_list != offered.on(NOVEMBER).price_list
    assert offered.on(DECEMBER).listed[FLOUR] == {RATION_FLOUR: 300}
    assert FLOUR not in figures.on(month_after(DECEMBER)).listed
