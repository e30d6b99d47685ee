"""What the patient pays: never above the cap of a period, nothing when exempt, whole piastres."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from health_service.rules.copayment import period_of, rounded, share
from health_service.rules.figures import Figures, Tariff
from health_service.rules.keys import CASE, EACH_TIME, MONTH, YEAR
from policybook.book import PolicyBook
from policybook.days import ByDay

prices = st.integers(0, 10**12)
shares = st.decimals(0, 1, places=4)
tariffs = st.builds(
    Tariff,
    st.just("medicines"),
    shares,
    st.none() | st.integers(0, 10**7),
    st.none() | st.integers(0, 10**7),
    st.sampled_from([CASE, EACH_TIME, MONTH, YEAR]),
)


@given(tariffs, prices, st.integers(0, 10**7), st.booleans())
def test_parts_add_up_and_nobody_pays_more_than_the_price(tariff: Tariff, total: int, used: int, exempt: bool) -> None:
    divided = share(tariff, total, used, exempt=exempt)
    assert divided.copayment + divided.insurer_part == total
    assert 0 <= divided.copayment <= total
    assert isinstance(divided.copayment, int)


@given(tariffs, prices, st.integers(0, 10**7))
def test_whoever_is_exempt_pays_nothing(tariff: Tariff, total: int, used: int) -> None:
    divided = share(tariff, total, used, exempt=True)
    assert (divided.copayment, divided.insurer_part, divided.cap_applied) == (0, total, False)


@given(tariffs, st.lists(prices, max_size=30))
def test_the_cap_is_never_passed_over_a_period(tariff: Tariff, visits: list[int]) -> None:
    used = 0
    for total in visits:
        divided = share(tariff, total, used, exempt=False)
        assert divided.cap_applied == (divided.copayment < _uncapped(tariff, total))
        used += divided.copayment
        assert tariff.cap is None or used <= tariff.cap
    assert used == sum(_uncapped(tariff, total) for total in visits) or used == tariff.cap


def _uncapped(tariff: Tariff, total: int) -> int:
    free = Tariff(tariff.service, tariff.rate, tariff.fixed, None, tariff.period)
    return share(free, total, 0, exempt=False).copayment


@given(shares, prices)
def test_rounding_is_to_the_nearest_piastre_half_upwards(rate: Decimal, total: int) -> None:
    exact = rate * total
    assert abs(rounded(exact) - exact) <= Decimal("0.5")
    assert rounded(Decimal("0.5")) == 1
    assert rounded(Decimal("0.4999")) == 0


def test_periods() -> None:
    case, day = new_id(), date(2026, 11, 5)

    def of(period: str) -> str:
        return period_of(Tariff("x", Decimal(0), None, 1, period), day, case)

    assert (of(MONTH), of(YEAR), of(CASE)) == ("month:2026-11", "year:2026", f"case:{case}")
    each = Tariff("x", Decimal(0), None, 1, EACH_TIME)
    visit = new_id()
    assert period_of(each, day, case, visit) == f"each_time:{visit}", "a referral makes no visits one"


def test_the_published_caps_are_the_laws_after_seven_steps(book: PolicyBook) -> None:
    """The index is on record; only what was published is applied."""
    index = Decimal(str(book.value("health.copayment_cap_index", date(2026, 1, 1))))
    for service in ("medicines", "imaging", "laboratory", "inpatient"):
        base = book.value("health.copayment_cap", date(2020, 1, 1), service=service)
        published = book.value("health.copayment_cap", date(2026, 1, 1), service=service)
        assert isinstance(base, int)
        assert rounded(base * (1 + index) ** 7 / 100) * 100 == published


@pytest.mark.parametrize(
    ("service", "total", "paid"),
    [
        ("medicines", 10_000, 1_000),
        ("medicines", 5_000_000, 160_600),
        ("imaging", 2_000_000, 120_400),
        ("laboratory", 150_000, 15_000),
        ("inpatient", 600_000, 30_000),
        ("inpatient", 5_000_000, 48_200),
        ("home_visit", 30_000, 10_000),
        ("consultation", 30_000, 0),
    ],
)
def test_the_rates_of_2026(figures: ByDay[Figures], service: str, total: int, paid: int) -> None:
    tariff = figures.on(date(2026, 11, 5)).tariffs[service]
    assert share(tariff, total, 0, exempt=False).copayment == paid


def test_a_visit_is_judged_by_the_figures_of_its_day(figures: ByDay[Figures]) -> None:
    caps = [figures.on(day).tariffs["inpatient"].cap for day in (date(2025, 12, 31), date(2026, 1, 1))]
    assert caps == [40_000, 48_200]
