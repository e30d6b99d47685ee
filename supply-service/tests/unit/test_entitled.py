"""What a month gives, and what other policies would change of it: examples, and that it is what opening gives."""

from __future__ import annotations

from datetime import date

import pytest

from policybook.book import Policy, PolicyBook
from supply_service import POLICIES
from supply_service.policies.catalogue import read_items
from supply_service.rules.entitled import Facts, Given, change, entitled, first_month, holds
from supply_service.rules.figures import FiguresByDay, figures_by_day

JANUARY = date(2027, 1, 1)
LOAF = 162 - 20  # what the state adds to a loaf's price in 2027, in piastres


def row(key: str, value: object, first: date = JANUARY, last: date | None = None, **scope: str) -> Policy:
    return Policy(key, scope, value, None, first, last, "a test", "none", "chosen", "one", "another")  # type: ignore[arg-type]  # a JSON value


CASH_OF_A = row("supply.support_mode", "cash", programme="goods", category="a")

GRANT = row("grant.amount", {"steps": [[1, 30000], [4, 40000]]}, date(2027, 1, 17), date(2027, 2, 28), grant="eid")


def after(book: PolicyBook, *rows: Policy) -> FiguresByDay:
    return figures_by_day(book.entered(rows), read_items(POLICIES))


@pytest.mark.parametrize(
    ("facts", "given"),
    [
        (Facts(4, 4), Given(20000, 620, 620 * LOAF, 0, 0, 0)),
        (Facts(6, 6), Given(25000, 930, 930 * LOAF, 0, 0, 0)),
        (Facts(0, 4), Given(0, 620, 620 * LOAF, 0, 0, 0)),
        (Facts(3, 5, 31), Given(15000, 775, 775 * LOAF, 310, 0, 0)),
        (Facts(0, 0), Given(0, 0, 0, 0, 0, 0)),
    ],
)
def test_what_a_month_gives(facts: Facts, given: Given, figures: FiguresByDay) -> None:
    assert entitled(facts, JANUARY, figures) == given


@pytest.mark.parametrize(
    ("rows", "facts", "gain", "dearer"),
    [
        ([row("supply.allowance", {"steps": [[1, 6000], [5, 1000]]})], Facts(4, 4), 4000, 0),
        ([row("supply.allowance", {"steps": [[1, 6000], [5, 1000]]})], Facts(8, 8), 4 * (1000 - 1500), 0),
        ([row("supply.allowance", {"steps": [[1, 6000], [5, 1000]]})], Facts(0, 4), 0, 0),
        ([row("bread.daily_quota_per_person", 4)], Facts(4, 4), -4 * 31 * LOAF, 0),
        ([row("bread.daily_quota_per_household", 15)], Facts(4, 4), -5 * 31 * LOAF, 0),
        ([row("bread.daily_quota_per_household", 15)], Facts(3, 3), 0, 0),
        # Cash of as much as the allowance is changes nothing; of one category alone, and of another amount.
        ([row("supply.support_mode", "cash", programme="goods")], Facts(4, 4), 0, 0),
        ([CASH_OF_A, row("supply.cash_amount", 6000, category="a")], Facts(4, 4, category="a"), 4000, 0),
        ([CASH_OF_A, row("supply.cash_amount", 6000, category="a")], Facts(4, 4, category="b"), 0, 0),
        ([CASH_OF_A, row("supply.cash_amount", 6000, category="a")], Facts(4, 4), 0, 0),
        # A grant is for whoever is on its list, or for everyone; its window counts in the month in which it begins.
        ([GRANT], Facts(4, 4, grants=("eid", "winter")), 40000, 0),
        ([GRANT], Facts(4, 4, grants=("winter",)), 0, 0),
        ([GRANT, row("grant.for", "everyone", grant="eid")], Facts(4, 4), 40000, 0),
        ([row("grant.amount", 40000, date(2026, 12, 20), grant="eid")], Facts(4, 4, grants=("eid",)), 0, 0),
        ([row("bread.price", 25)], Facts(1, 1), -5 * 155, 0),
        ([row("bread.production_cost", 170)], Facts(1, 1), 0, 0),
        ([row("bread.point_value", 20, date(2026, 12, 1))], Facts(2, 2, 62), 620, 0),
        ([row("bread.point_value", 20)], Facts(2, 2, 62), 0, 0),  # what is left of December is worth what it was
        # 1 kg a person from 12.60 to 14.00; whoever has no goods loses nothing.
        ([row("supply.price", 1400, programme="goods", item="sugar")], Facts(2, 2), -2 * 140, 2 * 140),
        ([row("supply.price", 1400, programme="goods", item="sugar")], Facts(0, 2), 0, 0),
    ],
)  # fmt: skip
def test_what_rows_change(
    rows: list[Policy], facts: Facts, gain: int, dearer: int, book: PolicyBook, figures: FiguresByDay
) -> None:
    found = change(facts, JANUARY, figures, after(book, *rows))
    assert (found.gain, found.dearer) == (gain, dearer)


def test_a_row_ends_what_holds_until_then_as_putting_it_in_force_does(book: PolicyBook) -> None:
    entered = book.entered([row("bread.price", 25), row("bread.price", 30, date(2027, 3, 1))])
    assert [entered.value("bread.price", day) for day in (date(2026, 12, 31), JANUARY, date(2027, 3, 1))] == [
        20,
        25,
        30,
    ]
    ends = [one.effective_to for one in sorted(entered.rows("bread.price"), key=lambda one: one.effective_from)]
    assert ends == [date(2024, 5, 31), date(2026, 12, 31), date(2027, 2, 28), None]


@pytest.mark.parametrize(
    ("given", "month"),
    [
        (row("bread.price", 25), JANUARY),
        (row("bread.price", 25, date(2027, 1, 2)), date(2027, 2, 1)),
        (row("bread.point_value", 20), date(2027, 2, 1)),
        (row("bread.point_value", 20, date(2026, 12, 24)), date(2027, 2, 1)),
        (row("bread.price", 25, date(2027, 1, 2), date(2027, 2, 1)), date(2027, 2, 1)),
        (row("bread.price", 25, date(2027, 1, 2), date(2027, 1, 31)), None),
        (GRANT, JANUARY),
    ],
)
def test_the_first_month_that_a_row_decides(given: Policy, month: date | None) -> None:
    if month is None:
        with pytest.raises(ValueError, match="hold"):
            first_month([given])
        return
    assert first_month([given]) == month
    assert holds(given, month)
