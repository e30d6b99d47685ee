"""truth.md 3.16: since when a household draws nothing, and in which months the register is told."""

from __future__ import annotations

from datetime import date

import pytest

from chassis.clock import months_before
from supply_service.rules.unused import due, unused_since


@pytest.mark.parametrize(
    ("since", "month", "told"),
    [
        ((2026, 5, 1), (2026, 11, 1), True),
        ((2026, 5, 1), (2026, 10, 1), False),
        ((2026, 5, 1), (2026, 12, 1), False),  # once
        ((2026, 5, 1), (2027, 5, 1), True),  # and after as many again
        ((2026, 5, 2), (2026, 11, 1), False),  # May is no whole month
        ((2026, 5, 31), (2026, 12, 1), True),
        ((2026, 11, 1), (2026, 11, 1), False),
        ((2026, 11, 20), (2026, 11, 1), False),
    ],
)
def test_it_is_told_when_six_whole_months_are_full(since: tuple[int, ...], month: tuple[int, ...], told: bool) -> None:
    assert due(date(*since), date(*month), 6) is told


def test_since_when_and_before() -> None:
    assert unused_since(date(2026, 8, 20), None) == date(2026, 8, 20)
    assert unused_since(date(2026, 8, 20), date(2026, 12, 1)) == date(2026, 12, 1)
    assert unused_since(date(2026, 8, 20), date(2026, 8, 1)) == date(2026, 8, 20)
    assert [months_before(date(2027, 3, 1), count) for count in (0, 2, 3, 15)] == [
        date(2027, 3, 1), date(2027, 1, 1), date(2026, 12, 1), date(2025, 12, 1),
    ]  # fmt: skip
