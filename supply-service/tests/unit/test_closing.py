"""When the clock closes a day, and which days of an outlet: tables."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from chassis.clock import CAIRO
from policybook.book import PolicyBook
from supply_service.rules.closing import DaySold, due, to_close
from supply_service.rules.keys import DAY_CLOSES_AT

THIRD, FOURTH, FIFTH = date(2026, 11, 3), date(2026, 11, 4), date(2026, 11, 5)


def test_the_clock_closes_at_three(book: PolicyBook) -> None:
    assert DAY_CLOSES_AT.on(book, FIFTH) == time(3)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 5, 3, 0, tzinfo=CAIRO), FOURTH),
        (datetime(2026, 11, 5, 2, 59, tzinfo=CAIRO), THIRD),
        (datetime(2026, 11, 5, 23, 59, tzinfo=CAIRO), FOURTH),
        (datetime(2026, 11, 6, 0, 0, tzinfo=CAIRO), FOURTH),
        (datetime(2026, 4, 24, 3, 0, tzinfo=CAIRO), date(2026, 4, 23)),  # the night in which summer time begins
        (datetime(2026, 10, 30, 2, 59, fold=1, tzinfo=CAIRO), date(2026, 10, 28)),
    ],
)
def test_the_last_day_that_is_over(now: datetime, day: date) -> None:
    assert due(now, time(3)) == day


@pytest.mark.parametrize(
    ("days", "claims", "closed"),
    [
        ([], False, []),
        ([DaySold(FOURTH, closed=False)], False, [FOURTH]),
        ([DaySold(THIRD, closed=False), DaySold(FOURTH, closed=False)], False, [THIRD, FOURTH]),
        ([DaySold(THIRD, closed=True)], False, [FOURTH]),  # came in late: counts in the next close
        ([DaySold(THIRD, closed=False)], True, [THIRD, FOURTH]),
        ([], True, [FOURTH]),
        ([DaySold(FIFTH, closed=False)], False, []),  # not over yet
    ],
)
def test_which_days_are_closed(days: list[DaySold], claims: bool, closed: list[date]) -> None:
    assert to_close(days, FOURTH, claims=claims) == closed
