"""Looking policies up by day and scope."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from policybook.book import Policy, PolicyBook, PolicyInvalid, PolicyMissing
from policybook.kinds import Steps

DAY = date(2026, 11, 5)
ROW = Policy(
    "k", {}, 1, None, date(2026, 1, 1), None, "law", "source", "sourced", "someone", "someone else"
)  # fmt: skip


def test_the_narrowest_row_of_the_day_decides() -> None:
    book = PolicyBook.of(
        [
            replace(ROW, effective_to=date(2026, 6, 30)),
            replace(ROW, value=2, effective_from=date(2026, 7, 1)),
            replace(ROW, value=3, scope={"item": "sugar"}),
            replace(ROW, value=4, scope={"item": "oil"}, approved_by=None),
        ]
    )
    assert book.value("k", date(2026, 6, 30)) == 1
    assert book.value("k", DAY) == 2
    assert book.value("k", DAY, item="sugar", programme="goods") == 3
    assert book.value("k", DAY, item="oil") == 2
    with pytest.raises(PolicyMissing):
        book.value("k", date(2025, 12, 31))


def test_two_rows_for_one_case_are_refused() -> None:
    book = PolicyBook.of([replace(ROW, scope={"a": "1"}), replace(ROW, scope={"b": "1"})])
    assert book.value("k", DAY, a="1", b="2") == 1
    with pytest.raises(PolicyInvalid):
        book.value("k", DAY, a="1", b="1")


def test_expressions_follow_other_rows_of_the_same_day() -> None:
    wage = replace(ROW, key="wage", value=100, effective_to=date(2026, 6, 30))
    risen = replace(ROW, key="wage", value="150.5", effective_from=date(2026, 7, 1))
    book = PolicyBook.of([wage, risen, replace(ROW, value=None, expression="4 * wage")])
    assert book.value("k", date(2026, 6, 30)) == 400
    assert book.value("k", DAY) == 602
    circle = PolicyBook.of([replace(ROW, value=None, expression="k + 1")])
    with pytest.raises(PolicyInvalid):
        circle.value("k", DAY)


@pytest.mark.parametrize("value", [{"steps": [[4, 1], [1, 2]]}, {"steps": []}, {"steps": [[1]]}, {}, "x", -1, "1.5"])
def test_steps_must_be_steps(value: Any) -> None:
    with pytest.raises(PolicyInvalid):
        Steps.of(value, "k")
