"""What may be booked at most, and what becomes of the insurer's part: tables of examples."""

from __future__ import annotations

from datetime import date

import pytest

from chassis.ids import new_id
from health_service.rules.bounds import Bounds, bounds_refusal, emergency_case
from health_service.rules.figures import Figures
from health_service.rules.reviews import insurer_state
from policybook.book import PolicyBook
from policybook.days import ByDay

DAY = date(2026, 11, 5)
KEYS = ("health.price_ceiling", "health.quantity_most", "health.case_ceiling")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], None),
        ([(100, 1)], None),
        ([(100, 3)], None),
        ([(0, 1)], None),
        ([(101, 1)], "price_above_ceiling"),
        ([(10**9, 1000)], "price_above_ceiling"),  # finding B1
        ([(1, 4)], "quantity_above_bound"),
        ([(100, 3), (99, 2)], None),
        ([(100, 3), (100, 2), (1, 1)], "case_above_ceiling"),
        ([(0, 1)] * 99 + [(101, 1)], "price_above_ceiling"),
    ],
)
def test_lines_within_their_bounds(lines: list[tuple[int, int]], code: str | None) -> None:
    refusal = bounds_refusal(Bounds(price=100, quantity=3, case=500), lines)
    assert (refusal.code if refusal else None) == code


def test_every_service_has_bounds_which_nobody_has_confirmed(figures: ByDay[Figures], book: PolicyBook) -> None:
    for day in (date(2019, 7, 1), DAY):
        here = figures.on(day)
        assert here.bounds.keys() == here.tariffs.keys()
        for service, bounds in here.bounds.items():
            assert bounds.price <= bounds.case
            assert {book.row(key, day, service=service).confidence for key in KEYS} == {"unverified"}


def test_an_emergencys_case_ends_with_its_first_day() -> None:
    provider = new_id()
    assert emergency_case(provider, DAY) == f"case:emergency:{provider}:2026-11-05"


@pytest.mark.parametrize(
    ("review", "review_by", "reviewed_on", "today", "taken_back", "state"),
    [
        (None, None, None, "2026-11-05", False, "payable"),  # no emergency
        (None, None, None, "2026-11-05", True, "reversed"),
        ("open", "2026-11-19", None, "2026-11-19", False, "review"),
        ("open", "2026-11-19", None, "2026-11-20", False, "lapsed"),
        ("open", None, None, "2026-11-20", False, "review"),  # from before there was a last day
        ("accepted", "2026-11-19", "2026-11-19", "2027-03-01", False, "payable"),
        ("accepted", "2026-11-19", "2026-11-20", "2026-11-20", False, "lapsed"),
        ("accepted", "2026-11-19", "2026-11-18", "2026-11-20", True, "reversed"),
        ("accepted", None, "2026-11-18", "2026-11-20", False, "payable"),
        ("rejected", "2026-11-19", "2026-11-18", "2026-11-18", True, "refused"),
    ],
)
def test_without_a_review_in_time_the_insurer_pays_nothing(
    review: str | None, review_by: str | None, reviewed_on: str | None, today: str, taken_back: bool, state: str
) -> None:
    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    given = insurer_state(review, day(review_by), day(reviewed_on), date.fromisoformat(today), reversed_=taken_back)
    assert given == state
