"""3.10: grants with a pot, a list, a catalogue, prices, limits, instalments and carry-over of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.refusals import Refusal
from policybook.book import Policy, PolicyBook
from supply_service import POLICIES
from supply_service.policies.catalogue import read_items
from supply_service.rules.account import Account, Card, Listed
from supply_service.rules.figures import FiguresByDay, figures_by_day
from supply_service.rules.floors import Late
from supply_service.rules.grants import GrantMove
from supply_service.rules.keys import BREAD, GOODS, POINTS
from supply_service.rules.reverse import reverse
from supply_service.rules.sale import Place, Sale, book_offline, decide
from supply_service.rules.settlement import Merchant, Part, components
from supply_service.rules.sizes import Size

LONG_AGO = date(2020, 1, 1)
FEBRUARY, MARCH, APRIL = date(2026, 2, 17), date(2026, 3, 1), date(2026, 4, 1)
R2026, R2025 = "grant_ramadan_2026", "grant_ramadan_2025"
SHOP = Place(uuid4(), uuid4(), "grocer", "03", "03.02")
BAKERY = Place(uuid4(), uuid4(), "bakery", "03", "03.02")


class Line(NamedTuple):
    programme: str
    item: str
    quantity: int


def row(key: str, value: Any, since: date, until: date, **scope: str) -> Policy:
    return Policy(key, scope, value, None, since, until, "a test", "none", "chosen", "a", "b")


@pytest.fixture(scope="module")
def figures(book: PolicyBook) -> FiguresByDay:
    """The files' grants; and what of them was not found: a price of 2025, of pasta and of oil of 800 ml in 2026."""
    more = [
        row("grant.price", 10000, date(2025, 3, 1), date(2025, 4, 30), grant="ramadan_2025", item="sugar"),
        row("grant.price", 2000, FEBRUARY, date(2026, 4, 30), grant="ramadan_2026", item="pasta"),
        row("grant.price", 5000, FEBRUARY, date(2026, 4, 30), grant="ramadan_2026", item="oil"),
    ]
    return figures_by_day(PolicyBook.of([*book.policies, *more]), read_items(POLICIES))


def household(*grants: str, since: date = LONG_AGO, until: date | None = None) -> Account:
    lists = tuple(Listed("grant", name, since, until) for name in grants or ("ramadan_2026", "ramadan_2025"))
    sizes = (Size(LONG_AGO, 4, 4),)
    return Account(
        uuid4(), "03", 4, LONG_AGO, {BREAD: 0, GOODS: 0, POINTS: 0}, {}, sizes, date(2025, 1, 1), lists=lists
    )


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 10, tzinfo=UTC)


def sell(
    account: Account, now: datetime, figures: FiguresByDay, *lines: tuple[str, int], programme: str = R2026
) -> Sale:
    card = Card(uuid4(), account.household_id, "active", None, True)
    return decide([Line(programme, *line) for line in lines], card, account, SHOP, now, figures)


def refused(account: Account, now: datetime, figures: FiguresByDay, *lines: tuple[str, int], **more: str) -> Refusal:
    with pytest.raises(Refusal) as found:
        sell(account, now, figures, *lines, **more)
    return found.value


@pytest.mark.parametrize(
    ("now", "lines", "left", "code"),
    [
        pytest.param(at(2026, 2, 16), [("sugar", 1)], None, "grant_closed", id="3.10 the day before 17 February"),
        pytest.param(at(2026, 2, 17), [("sugar", 4), ("rice", 3), ("oil_700ml", 3)], 7200, None, id="3.10 17 February"),
        pytest.param(at(2026, 3, 31), [("sugar", 1)], 37200, None, id="3.10 until 31 March: 400"),
        pytest.param(at(2026, 4, 30), [("sugar", 1)], 37200, None, id="3.10 April: 400"),
        pytest.param(at(2026, 5, 1), [("sugar", 1)], None, "grant_closed", id="3.10 after 30 April"),
        pytest.param(at(2026, 3, 5), [("sugar", 5)], None, "item_limit_exceeded", id="3.10 5 kg of sugar, most 4"),
        pytest.param(at(2026, 3, 5), [("pasta", 6)], 28000, None, id="3.10 six packs of pasta"),
        pytest.param(at(2026, 3, 5), [("pasta", 7)], None, "item_limit_exceeded", id="3.10 a seventh pack"),
        pytest.param(at(2026, 3, 5), [("rice", 3), ("pasta", 6)], 20800, None, id="3.10 both"),
        pytest.param(at(2026, 3, 5), [("oil", 1), ("oil_700ml", 2)], 25400, None, id="3.10 oil of 800 ml"),
        pytest.param(at(2026, 3, 5), [("oil", 2), ("oil_700ml", 2)], None, "item_limit_exceeded", id="3.10 3 bottles"),
        pytest.param(at(2026, 3, 5), [("tuna_140g", 1)], None, "item_unknown", id="3.10 nothing else"),
    ],
)  # fmt: skip
def test_the_grant_of_2026(
    now: datetime, lines: Sequence[tuple[str, int]], left: int | None, code: str | None, figures: FiguresByDay
) -> None:
    if code is not None:
        assert refused(household(), now, figures, *lines).code == code
        return
    sale = sell(household(), now, figures, *lines)
    (pot,) = (pot for pot in sale.account.pots.values() if pot.programme == R2026)
    assert (pot.granted, pot.remaining) == (40000, left)
    assert (sale.goods, sale.cash, sale.granted_goods) == (0, 0, 40000 - pot.remaining), "a figure of its own"


def test_the_fifth_instalment_of_a_month_is_refused(figures: FiguresByDay) -> None:
    account = household()
    account = sell(account, at(2026, 2, 20), figures, ("rice", 1)).account  # February's
    for day in (1, 2, 3):
        account = sell(account, at(2026, 3, day), figures, ("sugar", 1)).account
    two_lines = sell(account, at(2026, 3, 4), figures, ("sugar", 1), ("rice", 1))
    assert refused(two_lines.account, at(2026, 3, 5), figures, ("rice", 1)).code == "instalments_used"
    back = reverse(
        two_lines.lines, MARCH + timedelta(days=3), two_lines.account, at(2026, 3, 4), figures, reversed_already=False
    )
    assert sell(back.account, at(2026, 3, 5), figures, ("rice", 1)).granted_goods == 2400, (
        "it gives its instalment back"
    )
    assert sell(two_lines.account, at(2026, 4, 1), figures, ("rice", 1)).granted_goods == 2400, (
        "April has four of its own"
    )


@pytest.mark.parametrize(
    ("spent", "april"),
    [
        pytest.param([], 25000, id="3.10 all of March left"),
        pytest.param([1], 15000, id="3.10 25 left in March"),
    ],
)
def test_what_is_left_of_march_2025_is_added_in_april(spent: list[int], april: int, figures: FiguresByDay) -> None:
    """The amounts are those of the file; 100.00 of 125.00 are spent where a kilogram was bought."""
    account = household()
    for quantity in spent:
        account = sell(account, at(2025, 3, 5), figures, ("sugar", quantity), programme=R2025).account
    sale = sell(account, at(2025, 4, 2), figures, ("sugar", 1), programme=R2025)
    pot = sale.account.pots[(R2025, date(2025, 4, 1))]
    assert pot.granted == april
    assert sale.account.pots[(R2025, date(2025, 3, 1))].remaining == 0


@pytest.mark.parametrize(
    ("amount", "left", "april"),
    [(20000, 10000, 30000), (40000, 10000, 50000), (45000, 10000, 50000)],
    ids=["3.10 100 left in March: April + 100", "3.10 exactly 500", "3.10 at most 500"],
)
def test_carrying_over_has_a_most(amount: int, left: int, april: int, book: PolicyBook) -> None:
    """3.10: 100 left in March, April + 100, at most 500."""
    windows = [(date(2025, 3, 1), date(2025, 3, 31)), (date(2025, 4, 1), date(2025, 4, 30))]
    kept = [one for one in book.policies if one.key not in {"grant.amount", "grant.price"}]
    made = [row("grant.amount", amount, *window, grant="ramadan_2025") for window in windows]
    made.append(row("grant.price", amount - left, windows[0][0], windows[0][1], grant="ramadan_2025", item="sugar"))
    made.append(row("grant.price", 100, windows[1][0], windows[1][1], grant="ramadan_2025", item="sugar"))
    figures = figures_by_day(PolicyBook.of([*kept, *made]), read_items(POLICIES))
    account = sell(household(), at(2025, 3, 5), figures, ("sugar", 1), programme=R2025).account
    assert account.pots[(R2025, date(2025, 3, 1))].remaining == left
    after = sell(account, at(2025, 4, 5), figures, ("sugar", 1), programme=R2025).account
    assert after.pots[(R2025, date(2025, 4, 1))].granted == april


def test_only_whom_its_list_names_and_only_where_goods_are_sold(figures: FiguresByDay) -> None:
    now = at(2026, 3, 5)
    assert refused(household("another"), now, figures, ("sugar", 1)).code == "not_eligible"
    ended = household("ramadan_2026", until=date(2026, 3, 4))
    assert refused(ended, now, figures, ("sugar", 1)).code == "not_eligible"
    account = household()
    card = Card(uuid4(), account.household_id, "active", None, True)
    with pytest.raises(Refusal) as found:
        decide([Line(R2026, "sugar", 1)], card, account, BAKERY, now, figures)
    assert found.value.code == "wrong_outlet_kind"


def test_one_sale_is_paid_by_several_pots_each_by_its_own_list(figures: FiguresByDay) -> None:
    """10: two price lists live on one card at once: sugar at 12.60 from the allowance, at 28 from the grant."""
    account = household()
    card = Card(uuid4(), account.household_id, "active", None, True)
    lines = [Line(GOODS, "sugar", 1), Line(R2026, "sugar", 1)]
    sale = decide(lines, card, account, SHOP, at(2026, 3, 5), figures, expected_amount=1260 + 2800)
    assert (sale.goods, sale.granted_goods, sale.bought) == (1260, 2800, 4060)
    assert [(move.programme, move.kind, move.amount) for move in sale.moves] == [(R2026, "draw", 2800)]
    back = reverse(
        sale.lines, date(2026, 3, 5), sale.account, at(2026, 3, 5), figures, reversed_already=False, only=[1]
    )
    assert back.account.pots[(R2026, FEBRUARY)].remaining == 40000
    assert back.account.pots[(GOODS, MARCH)].remaining == sale.account.pots[(GOODS, MARCH)].remaining


def test_the_grant_pays_no_more_than_it_has_and_nobody_adds_cash(figures: FiguresByDay) -> None:
    account = sell(household(), at(2026, 3, 1), figures, ("sugar", 4), ("rice", 3), ("oil_700ml", 3)).account
    assert refused(account, at(2026, 3, 2), figures, ("pasta", 4)).code == "allowance_exceeded"


def late(account: Account, at_: datetime, now: datetime, figures: FiguresByDay, *lines: tuple[str, int]) -> Sale:
    card = Card(uuid4(), account.household_id, "active", None, True)
    return book_offline([Line(R2026, *line) for line in lines], card, account, SHOP, at_, figures, now, Late())


def test_a_late_sale_is_judged_by_its_own_moment(figures: FiguresByDay) -> None:
    """Sold on 30 March, uploaded in April: March's pot, list and limits; what the balance does not pay is a claim."""
    sold = late(household(until=date(2026, 3, 30)), at(2026, 3, 30), at(2026, 4, 2), figures, ("sugar", 5))
    assert sold.account.pots[(R2026, FEBRUARY)].remaining == 40000 - 5 * 2800
    assert sold.conflict == "item_limit_exceeded"
    beyond = late(household(), at(2026, 3, 30), at(2026, 4, 2), figures, ("sugar", 20))
    assert (beyond.lines[0].quantity, beyond.disputed[0].quantity) == (14, 6)
    stranger = late(household("another"), at(2026, 3, 30), at(2026, 4, 2), figures, ("sugar", 1))
    assert (stranger.lines, stranger.disputed[0].amount) == ([], 2800)
    with pytest.raises(Refusal) as found:
        late(household(), at(2026, 5, 2), at(2026, 5, 3), figures, ("sugar", 1))
    assert found.value.code == "grant_closed"


def test_a_late_sale_of_a_window_whose_rest_was_carried_over_takes_it_from_there(figures: FiguresByDay) -> None:
    account = sell(household(), at(2025, 4, 2), figures, ("sugar", 1), programme=R2025).account
    card = Card(uuid4(), account.household_id, "active", None, True)
    lines = [Line(R2025, "sugar", 1)]
    sold = book_offline(lines, card, account, SHOP, at(2025, 3, 31), figures, at(2025, 4, 3), Late())
    pot = sold.account.pots[(R2025, date(2025, 4, 1))]
    assert (pot.granted, pot.remaining) == (25000, 5000)
    again = book_offline(lines, card, sold.account, SHOP, at(2025, 3, 31), figures, at(2025, 4, 3), Late())
    assert not again.lines, "what was carried over is spent once"


def test_what_was_carried_over_is_not_given_back_to_where_it_left(figures: FiguresByDay) -> None:
    """A reversal of March that is heard of in April, when what March had left is April's."""
    sold = sell(household(), at(2025, 3, 31), figures, ("sugar", 1), programme=R2025)
    then, day = at(2025, 3, 31), date(2025, 3, 31)
    assert reverse(sold.lines, day, sold.account, then, figures, reversed_already=False).moves
    april = sell(sold.account, at(2025, 4, 1), figures, ("sugar", 1), programme=R2025).account
    with pytest.raises(Refusal) as found:
        reverse(sold.lines, day, april, then, figures, reversed_already=False)
    assert found.value.code == "reversal_too_late"


def test_the_outlet_is_paid_the_grants_part_as_a_figure_of_its_own(book: PolicyBook) -> None:
    merchant = Merchant("grocer", "03", None, None)
    made = components(merchant, [Part(MARCH, 0, 1260, grants_amount=2800)], book)
    assert [(one.kind, one.quantity, one.amount) for one in made] == [("goods", 1260, 1260), ("grant", 2800, 2800)]


@given(
    orders=st.lists(
        st.tuples(
            st.integers(0, 80),
            st.sampled_from(["sugar", "rice", "oil_700ml", "pasta", "oil"]),
            st.integers(1, 4),
            st.sampled_from(["sale", "late", "back"]),
        ),
        max_size=25,
    )
)
def test_no_sequence_draws_a_pot_beyond_what_it_has(
    figures: FiguresByDay, orders: list[tuple[int, str, int, str]]
) -> None:
    """Sales, late ones and reversals in any order: every pot is proved by its moves, and never below zero."""
    account = household()
    sales: list[Sale] = []
    moves: list[GrantMove] = []
    granted: dict[tuple[str, date], int] = {}
    for days, item, quantity, kind in sorted(orders, key=lambda order: order[0]):
        now = at(2026, 2, 10) + timedelta(days=days)
        try:
            if kind == "back" and sales:
                sold = sales.pop()
                done = reverse(sold.lines, sold.day, account, now, figures, reversed_already=False)
                account, moves = done.account, [*moves, *done.moves]
                continue
            sale = (
                late(account, now - timedelta(days=3), now, figures, (item, quantity))
                if kind == "late"
                else sell(account, now, figures, (item, quantity))
            )
        except Refusal:
            continue
        account, moves = sale.account, [*moves, *sale.moves]
        granted |= {(one.programme, one.period): one.granted for one in sale.granted if one.programme == R2026}
        if sale.lines:
            sales.append(sale)
        for pot in account.pots.values():
            assert 0 <= pot.remaining <= pot.granted
    for key, whole in granted.items():
        pot = account.pots[key]
        used = sum(-m.amount if m.kind == "reversal" else m.amount for m in moves if (m.programme, m.period) == key)
        assert (pot.granted, pot.granted - pot.remaining) == (whole, used)
