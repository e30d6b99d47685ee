"""What a family pays for its cover, by the rates of the law's tables."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_service import POLICIES
from health_service.rules.contribution import Family, monthly
from health_service.rules.figures import Figures, read_figures
from health_service.rules.keys import KEYS
from policybook.book import PolicyBook
from policybook.days import ByDay
from policybook.files import read_policies

FIGURES = ByDay(PolicyBook.of(read_policies(POLICIES, KEYS)), read_figures, most_days=100)
DAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("category", "wage", "spouses", "children", "due"),
    [
        ("employee", 700_000, 0, 0, 35_000),  # 1 % and the employer's 4 %
        ("employee", 700_000, 1, 2, 70_000),  # and 3 % for the wife, 1 % for each child
        ("self_employed", 1_000_000, 1, 0, 80_000),
        ("casual", 700_000, 1, 4, 49_000),  # never above 7 % for the whole family
        ("pensioner", 130_033, 0, 0, 2_601),
    ],
)
def test_the_rates(figures: ByDay[Figures], category: str, wage: int, spouses: int, children: int, due: int) -> None:
    assert monthly(FIGURES.on(DAY).contributions[category], Family(wage, spouses, children)) == due


@given(st.integers(1, 10**8), st.integers(0, 4), st.integers(0, 30))
def test_a_casual_worker_never_pays_above_the_familys_cap(wage: int, spouses: int, children: int) -> None:
    rates = FIGURES.on(DAY).contributions["casual"]
    assert rates.family_cap is not None
    assert monthly(rates, Family(wage, spouses, children)) <= int(wage * rates.family_cap) + 1
