"""Who counts in which month decides its pots: the examples of the rules, each with where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import uuid4

import pytest

from chassis.refusals import Refusal
from supply_service.rules.account import Account, Card, Legacy
from supply_service.rules.correcting import Booked, Corrected, correct, drawn_beyond
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.keys import BREAD, GOODS, POINTS
from supply_service.rules.opening import open_month
from supply_service.rules.sale import Place, decide
from supply_service.rules.sizes import Size

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
JANUARY = date(2027, 1, 1)
LONG_AGO = date(2020, 1, 1)
BAKERY = Place(uuid4(), uuid4(), "bakery", "03", "03.02")
SHOP = Place(uuid4(), uuid4(), "grocer", "03", "03.02")


class Line(NamedTuple):
    programme: str
    item: str
    quantity: int


def household(
    *sizes: Size, activated_on: date = OCTOBER, opened: date | None = None, legacy: Legacy | None = None
) -> Account:
    """A household of Port Said whose sizes the register has told."""
    return Account(uuid4(), "03", 9, activated_on, {BREAD: 0, GOODS: 0, POINTS: 0}, {}, sizes, opened, legacy)


def granted(account: Account, month: date) -> tuple[int, int, int]:
    """Goods in piastres, loaves for the month, loaves for a day."""
    bread = account.pots[(BREAD, month)]
    return account.pots[(GOODS, month)].granted, bread.granted, bread.daily


@pytest.mark.parametrize(
    ("goods", "bread", "pounds", "daily"),
    [
        pytest.param(3, 5, 150, 25, id="2.1 five members, two of them for bread only"),
        pytest.param(0, 4, 0, 20, id="3.1 four members excluded for income"),
        pytest.param(6, 6, 250, 30, id="3.1 six members for everything"),
        pytest.param(4, 0, 200, 0, id="goods only"),
        pytest.param(0, 0, 0, 0, id="nobody"),
    ],
)
def test_each_programme_counts_its_own(goods: int, bread: int, pounds: int, daily: int, figures: FiguresByDay) -> None:
    account = open_month(household(Size(LONG_AGO, goods, bread)), NOVEMBER, figures).account
    assert granted(account, NOVEMBER) == (pounds * 100, daily * 30, daily)


@pytest.mark.parametrize("drawn_on", [1, 12, 30], ids=["on the 1st", "on the 12th", "on the 30th"])
def test_a_birth_counts_from_the_next_month_whoever_draws_first(drawn_on: int, figures: FiguresByDay) -> None:
    """2.2: three members, a birth registered on 10 November."""
    account = household(Size(LONG_AGO, 3, 3), Size(DECEMBER, 4, 4))
    card = Card(uuid4(), account.household_id, "active", None, True)
    now = datetime(2026, 11, drawn_on, 10, tzinfo=UTC)
    after = decide([Line(BREAD, "loaf", 15)], card, account, BAKERY, now, figures).account
    assert granted(after, NOVEMBER) == (15000, 450, 15)
    december = decide(
        [Line(BREAD, "loaf", 20)], card, after, BAKERY, datetime(2026, 12, 1, 10, tzinfo=UTC), figures
    ).account
    assert granted(december, DECEMBER) == (20000, 620, 20)


def test_points_are_those_of_their_own_month(figures: FiguresByDay) -> None:
    """2.3: October untouched with three, two added before the first draw of November."""
    account = household(Size(LONG_AGO, 3, 3), Size(NOVEMBER, 5, 5), opened=date(2026, 9, 1), activated_on=LONG_AGO)
    opened = open_month(account, NOVEMBER, figures).account
    assert opened.pots[(POINTS, NOVEMBER)].granted == 4650
    assert granted(opened, NOVEMBER)[2] == 25


@pytest.mark.parametrize(
    ("legacy", "pounds"),
    [
        pytest.param(Legacy(12000), 80, id="120 drawn"),
        pytest.param(Legacy(0), 200, id="nothing drawn"),
        pytest.param(Legacy(25000), 0, id="more drawn than there was"),
        pytest.param(Legacy(None), 0, id="unknown: goods from 1 December"),
        pytest.param(None, 200, id="no ration card"),
    ],
)
def test_the_month_of_activation_grants_what_the_ration_card_left(
    legacy: Legacy | None, pounds: int, figures: FiguresByDay
) -> None:
    """2.5 and 3.3: activated on 20 November, four members; bread from that day in any case."""
    account = household(Size(LONG_AGO, 4, 4), activated_on=date(2026, 11, 20), legacy=legacy)
    november = open_month(account, NOVEMBER, figures).account
    assert granted(november, NOVEMBER) == (pounds * 100, 11 * 20, 20)
    assert granted(open_month(november, DECEMBER, figures).account, DECEMBER)[0] == 20000


def test_a_household_split_off_begins_with_the_next_month(figures: FiguresByDay) -> None:
    """2.18 and 3.2: split on 15 November, 4 to 3 + 1; nobody's November is drawn twice."""
    old = household(Size(LONG_AGO, 4, 4), Size(DECEMBER, 3, 3))
    new = household(Size(DECEMBER, 1, 1), activated_on=date(2026, 11, 20))
    card = Card(uuid4(), new.household_id, "active", None, True)
    for line, place in ((Line(BREAD, "loaf", 5), BAKERY), (Line(GOODS, "salt_300g", 1), SHOP)):
        with pytest.raises(Refusal):
            decide([line], card, new, place, datetime(2026, 11, 21, 10, tzinfo=UTC), figures)
    both = [open_month(one, DECEMBER, figures).account for one in (old, new)]
    assert [granted(one, NOVEMBER)[0] for one in both] == [20000, 0]
    assert [granted(one, DECEMBER)[0] for one in both] == [15000, 5000]
    assert both[1].pots[(POINTS, DECEMBER)].granted == 0


def drawn(account: Account, lines: Sequence[Line], day: int, figures: FiguresByDay) -> Account:
    """The account after a sale in November."""
    card = Card(uuid4(), account.household_id, "active", None, True)
    place = BAKERY if lines[0].programme == BREAD else SHOP
    return decide(lines, card, account, place, datetime(2026, 11, day, 10, tzinfo=UTC), figures).account


@pytest.mark.parametrize(
    ("members", "salts", "left", "moved"),
    [
        pytest.param(4, 0, (20000, 20000), ("raised", 5000), id="one more"),
        pytest.param(1, 0, (5000, 5000), ("lowered", 10000), id="two fewer, nothing drawn"),
        pytest.param(1, 60, (7500, 0), ("lowered", 7500), id="two fewer, never below what was drawn"),
    ],
)
def test_a_pot_opened_before_it_heard_is_corrected(
    members: int, salts: int, left: tuple[int, int], moved: tuple[str, int], figures: FiguresByDay
) -> None:
    account = open_month(household(Size(LONG_AGO, 3, 3)), NOVEMBER, figures).account
    if salts:
        account = drawn(account, [Line(GOODS, "salt_300g", salts)], 3, figures)
    now = account._replace(sizes=(Size(LONG_AGO, 3, 3), Size(NOVEMBER, members, 3)))
    done = correct(now, NOVEMBER, {}, figures)
    pot = done.account.pots[(GOODS, NOVEMBER)]
    assert (pot.granted, pot.remaining, pot.members) == (*left, members)
    assert done.entries == [Corrected(NOVEMBER, GOODS, *moved, NOVEMBER)]  # type: ignore[arg-type]
    assert not correct(done.account, NOVEMBER, done.booked, figures).entries, "told twice changes nothing more"
    back = correct(done.account._replace(sizes=account.sizes), NOVEMBER, done.booked, figures).account
    assert back.pots == account.pots


def test_a_reinstatement_is_paid_back(figures: FiguresByDay) -> None:
    """3.16: excluded from October on, reinstated in December for all of it; bread went on meanwhile."""
    account = household(Size(LONG_AGO, 4, 4), Size(OCTOBER, 0, 4), opened=date(2026, 9, 1), activated_on=LONG_AGO)
    account = open_month(account, DECEMBER, figures).account
    assert [granted(account, month)[0] for month in (OCTOBER, NOVEMBER, DECEMBER)] == [0, 0, 0]
    done = correct(account._replace(sizes=(Size(LONG_AGO, 4, 4),)), DECEMBER, {}, figures)
    pot = done.account.pots[(GOODS, DECEMBER)]
    assert (pot.granted, pot.remaining) == (60000, 60000)
    assert [(e.kind, e.quantity, e.of_month) for e in done.entries] == [
        ("paid_back", 20000, OCTOBER),
        ("paid_back", 20000, NOVEMBER),
        ("raised", 20000, DECEMBER),
    ]
    assert not correct(done.account, DECEMBER, done.booked, figures).entries


@pytest.mark.parametrize(("salts", "left"), [(0, 45000), (40, 40000), (200, 20000), (480, 0)])
def test_what_is_paid_back_lies_in_the_months_own_pot(salts: int, left: int, figures: FiguresByDay) -> None:
    """No pot is drawn before another: one sale takes both, a size lowered later takes of the month's own alone."""
    account = household(Size(LONG_AGO, 4, 4), Size(OCTOBER, 0, 4), opened=date(2026, 9, 1), activated_on=LONG_AGO)
    account = open_month(account, DECEMBER, figures).account
    done = correct(account._replace(sizes=(Size(LONG_AGO, 4, 4),)), DECEMBER, {}, figures)
    now = done.account
    if salts:
        card = Card(uuid4(), now.household_id, "active", None, True)
        at = datetime(2026, 12, 5, 10, tzinfo=UTC)
        now = decide([Line(GOODS, "salt_300g", salts)], card, now, SHOP, at, figures).account
    assert [pot.granted for pot in now.pots.values() if pot.programme == GOODS] == [0, 0, 60000]
    fewer = correct(now._replace(sizes=(Size(LONG_AGO, 4, 4), Size(DECEMBER, 1, 4))), DECEMBER, done.booked, figures)
    assert fewer.account.pots[(GOODS, DECEMBER)].remaining == left
    following = open_month(fewer.account, JANUARY, figures).account
    assert following.pots[(GOODS, JANUARY)].granted == 5000, "what is left of either ends with the month"


def test_bread_that_was_missed_comes_as_points(figures: FiguresByDay) -> None:
    account = household(Size(LONG_AGO, 4, 4), Size(OCTOBER, 4, 2), opened=date(2026, 9, 1), activated_on=LONG_AGO)
    account = open_month(account, NOVEMBER, figures).account
    points = account.pots[(POINTS, NOVEMBER)].granted
    done = correct(account._replace(sizes=(Size(LONG_AGO, 4, 4),)), NOVEMBER, {}, figures)
    assert done.account.pots[(POINTS, NOVEMBER)].granted == points + 10 * 31 * 10
    assert granted(done.account, NOVEMBER)[1] == 600


def test_what_is_over_is_not_taken_back(figures: FiguresByDay) -> None:
    """Decided late, a smaller size changes nothing in months that are over."""
    account = open_month(household(Size(LONG_AGO, 4, 4)), DECEMBER, figures).account
    done = correct(account._replace(sizes=(Size(LONG_AGO, 3, 3), Size(DECEMBER, 4, 4))), DECEMBER, {}, figures)
    assert (done.account, done.entries) == (account._replace(sizes=done.account.sizes), [])


def test_months_opened_before_the_register_told_sizes_stay(figures: FiguresByDay) -> None:
    account = open_month(household(Size(LONG_AGO, 4, 4)), NOVEMBER, figures).account
    done = correct(account._replace(sizes=(Size(LONG_AGO, 2, 4),)), NOVEMBER, {}, figures, since=DECEMBER)
    assert not done.entries


def test_a_debt_follows_what_the_pot_can_pay(figures: FiguresByDay) -> None:
    owing = household(Size(LONG_AGO, 3, 3)).owing(GOODS, 12000)
    opening = open_month(owing._replace(opened=OCTOBER), NOVEMBER, figures)
    booked = {(GOODS, NOVEMBER): Booked(debt=3750)}  # a quarter of the pot
    fewer = correct(opening.account._replace(sizes=(Size(LONG_AGO, 1, 3),)), NOVEMBER, booked, figures)
    assert (fewer.account.debts[GOODS], fewer.account.pots[(GOODS, NOVEMBER)].remaining) == (12000 - 1250, 3750)
    again = correct(fewer.account._replace(sizes=owing.sizes), NOVEMBER, fewer.booked, figures)
    assert again.account == opening.account


def test_what_was_drawn_for_the_dead_is_counted_beyond_what_the_others_had(figures: FiguresByDay) -> None:
    """A death in September told in November: October was drawn whole for three, two were left."""
    account = open_month(household(Size(LONG_AGO, 3, 3)), OCTOBER, figures).account
    pot = account.pots[(GOODS, OCTOBER)]
    assert drawn_beyond(account, pot._replace(remaining=0), Booked(), 2, figures) == 5000
    assert drawn_beyond(account, pot._replace(remaining=4000), Booked(), 2, figures) == 1000
    assert drawn_beyond(account, pot, Booked(), 2, figures) == 0
