"""Bread and sugar at the free price (3.20), as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chassis.refusals import Refusal
from policybook.book import PolicyBook
from supply_service.rules import free
from supply_service.rules.figures import FiguresByDay

DAY = date(2026, 11, 5)


@pytest.fixture(scope="module")
def priced(book: PolicyBook) -> PolicyBook:
    """As if the ministry had set prices of a loaf and of sugar: 150 and 2,700 piastres from 1 November on."""
    row = next(one for one in book.rows("supply.price") if one.scope == {"programme": "goods", "item": "sugar"})
    row = replace(row, effective_from=date(2026, 11, 1), effective_to=None)
    made = [
        replace(row, scope={"programme": "free", "item": item}, value=price)
        for item, price in (("loaf", 150), ("sugar_free", 2700))
    ]
    return PolicyBook.of([*book.policies, *made])


@pytest.mark.parametrize(
    ("lines", "outlet", "day", "expected", "comes_to"),
    [
        ([("loaf", 10)], "bakery", DAY, None, (10, 1500)),
        ([("loaf", 10)], "bakery", DAY, 1500, (10, 1500)),
        ([("sugar_free", 2)], "grocer", DAY, None, (0, 5400)),
        ([("sugar_free", 1), ("sugar_free", 1)], "gameaty", DAY, 5400, (0, 5400)),
        ([("loaf", 1000)], "bakery", DAY, None, (1000, 150_000)),  # nobody has an allowance, nobody a limit
        ([("loaf", 10)], "bakery", DAY, 1499, "amount_differs"),
        ([("loaf", 10)], "grocer", DAY, None, "wrong_outlet_kind"),
        ([("sugar_free", 1)], "bakery", DAY, None, "wrong_outlet_kind"),
        ([("loaf", 1)], "depot", DAY, None, "wrong_outlet_kind"),
        ([("rice", 1)], "grocer", DAY, None, "free_price_unknown"),
        ([("sugar", 1)], "grocer", DAY, None, "free_price_unknown"),  # the subsidised kilogram has no free price
        ([("loaf", 10)], "bakery", date(2026, 10, 31), None, "free_price_unknown"),  # before its first day
        ([("sugar_free", 1), ("rice", 1)], "grocer", DAY, None, "free_price_unknown"),  # all lines or none
        ([("caviar", 1)], "grocer", DAY, None, "item_unknown"),
    ],
)
def test_who_buys_at_the_free_price(
    lines: list[tuple[str, int]],
    outlet: str,
    day: date,
    expected: int | None,
    comes_to: str | tuple[int, int],
    priced: PolicyBook,
    figures: FiguresByDay,
) -> None:
    if isinstance(comes_to, str):
        with pytest.raises(Refusal) as refused:
            free.sell(lines, outlet, figures.on(day), priced, expected)
        assert refused.value.code == comes_to
        return
    made = free.sell(lines, outlet, figures.on(day), priced, expected)
    assert (free.loaves_of(made), sum(line.amount for line in made)) == comes_to


@pytest.mark.parametrize("item", ["loaf", "sugar_free"])
def test_a_price_that_was_not_found_is_none(item: str, book: PolicyBook, figures: FiguresByDay) -> None:
    """What the press has told of is on record, and nothing is sold by it."""
    rows = [row for row in book.rows("supply.price") if row.scope == {"programme": "free", "item": item}]
    assert [(row.confidence, row.approved_by) for row in rows] == [("unverified", None)]
    assert free.price_of(item, DAY, book) is None
    assert "free" not in figures.on(DAY).listed
