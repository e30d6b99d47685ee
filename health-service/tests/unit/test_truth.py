"""Rules of health insurance as tables of examples, each with where it was read. Amounts in piastres."""

from __future__ import annotations

from datetime import date

import pytest

from chassis.ids import new_id
from health_service.rules.contribution import Family, monthly, outside
from health_service.rules.copayment import share
from health_service.rules.exemptions import Care, charged
from health_service.rules.figures import CHILD, EMPLOYER, HEAD, SPOUSE, Figures
from health_service.rules.standing import Account, Exemption, standing
from policybook.book import PolicyBook
from policybook.days import ByDay

CABINET = "Cabinet, 30 October 2024; egnews24 586009"
GRACE = "masress masrawy/702783509"


@pytest.mark.parametrize(
    ("governorate", "enrolled", "paid", "suspended"),
    [
        ("04", "2024-12-01", [], "2025-06-01"),  # Suez, unpaid: truth 3.14 a
        ("04", "2025-03-10", [], "2025-06-01"),  # whoever comes in the launch has what is left of it
        ("04", "2024-12-01", ["2024-12", "2025-01", "2025-02", "2025-03"], "2025-06-01"),
        ("04", "2024-12-01", ["2024-12", "2025-01", "2025-02", "2025-03", "2025-04", "2025-05"], "2025-12-01"),
        ("28", "2025-07-01", [], "2026-01-01"),  # Aswan: the grace ended on 1 January 2026
        ("35", "2024-01-01", [], "2024-07-01"),
        ("03", "2019-11-26", [], "2020-05-26"),
        ("29", "2021-02-16", [], "2021-08-01"),  # no compulsory day is known: what holds after a launch, unverified
        ("04", "2026-11-05", [], "2027-05-01"),  # after the launch, unverified
    ],
)
def test_the_grace_counts_from_the_launch(
    figures: ByDay[Figures], governorate: str, enrolled: str, paid: list[str], suspended: str
) -> None:
    """At most six months from compulsory operation (masress masrawy/702783509; Suez: Cabinet, 30 October 2024)."""
    months = frozenset(date.fromisoformat(f"{month}-01") for month in paid)
    account = Account(governorate, date.fromisoformat(enrolled), True, months, [])
    day = date.fromisoformat(suspended)
    before, then = (standing(figures.on(one), account) for one in (date.fromordinal(day.toordinal() - 1), day))
    assert (before.state, before.suspends_on) == ("active", day)
    assert (then.state, then.since) == ("suspended", day)


@pytest.mark.parametrize(
    ("governorate", "day", "state"),
    [
        ("04", "2024-11-30", "pending"),
        ("04", "2024-12-01", "active"),
        ("29", "2021-02-16", "active"),
        ("19", "2021-02-16", "active"),
        ("19", "2021-02-15", "pending"),
        ("24", "2026-11-05", "pending"),  # planned; no report that it happened
    ],
)
def test_cover_begins_where_people_are_treated(figures: ByDay[Figures], governorate: str, day: str, state: str) -> None:
    """Suez 1 December 2024 (Cabinet, 30 October 2024); Luxor and Ismailia since the trial of 16 February 2021."""
    account = Account(
        governorate, date(2018, 1, 1), False, frozenset(), [Exemption("unable", None, date(2018, 1, 1), None)]
    )
    assert standing(figures.on(date.fromisoformat(day)), account).state == state


def test_rows_of_which_nothing_sure_was_found_say_so(book: PolicyBook) -> None:
    def confidence(key: str, day: date, **scope: str) -> str:
        return book.row(key, day, **scope).confidence

    day = date(2026, 11, 5)
    assert confidence("health.go_live", day, governorate="04") == "sourced"
    assert {confidence("health.go_live", day, governorate=code) for code in ("19", "29")} == {"unverified"}
    assert confidence("health.grace_months_after_launch", day) == "unverified"
    assert confidence("health.copayment_cap", date(2020, 6, 1), service="laboratory") == "sourced"
    assert confidence("health.copayment_cap", date(2024, 6, 1), service="inpatient") == "unverified"
    assert confidence("health.insured_wage_least", day, category="employee") == "unverified"


@pytest.mark.parametrize(
    ("day", "inpatient", "medicines", "laboratory"),
    [
        ("2019-12-31", 0, 0, 0),  # collected from 1 January 2020: dostor.synceg 2953484
        ("2020-01-01", 30_000, 100_000, 75_000),
        ("2022-12-31", 30_000, 100_000, 75_000),
        ("2023-06-01", 40_000, 100_000, 75_000),
        ("2026-01-01", 48_200, 160_600, 120_400),  # elbalad 6821417
    ],
)
def test_caps_go_by_year(figures: ByDay[Figures], day: str, inpatient: int, medicines: int, laboratory: int) -> None:
    tariffs = figures.on(date.fromisoformat(day)).tariffs
    paid = [share(tariffs[name], 10**8, 0, exempt=False).copayment for name in ("inpatient", "medicines", "laboratory")]
    assert paid == [inpatient, medicines, laboratory]


@pytest.mark.parametrize(
    ("price", "paid"), [(800_000, 80_000), (1_606_000, 160_600), (2_000_000, 160_600)], ids=["usual", "at", "above"]
)
def test_three_prescriptions_have_a_cap_each(figures: ByDay[Figures], price: int, paid: int) -> None:
    """Truth 3.14 e: «في المرة الواحدة» (youm7 6148874)."""
    tariff = figures.on(date(2026, 11, 5)).tariffs["medicines"]
    assert tariff.period == "each_time"
    assert share(tariff, price, 0, exempt=False).copayment == paid


@pytest.mark.parametrize(
    ("service", "codes", "care", "paid"),
    [
        ("medicines", ("E10", "A10"), Care(None, [("A10AB01", 300_000)]), 0),  # a diabetic's insulin
        ("imaging", ("E10", "A10"), Care("S52.5", [("XR", 200_000)]), 20_000),  # the X-ray of an arm
        ("medicines", ("E10",), Care("e109", [("X", 300_000)]), 0),
        ("medicines", ("E10",), Care("E1", [("X", 300_000)]), 30_000),
        ("medicines", (), Care("E10", [("A10AB01", 300_000)]), 30_000),
        ("medicines", (), Care(None, [("X", 300_000)], for_disease=True), 0),
    ],
)
def test_a_disease_frees_what_is_related(
    figures: ByDay[Figures], service: str, codes: tuple[str, ...], care: Care, paid: int
) -> None:
    """Truth 3.14 d: law, youm7 3561325."""
    here = figures.on(date(2026, 11, 5))
    exemption = Exemption("chronic_disease", new_id(), date(2026, 1, 1), None, codes)
    of = charged(here, exemption, care)
    assert share(here.tariffs[service], care.total, 0, exempt=False, charged=of).copayment == paid


def test_husband_and_wife_who_both_work_pay_both(figures: ByDay[Figures]) -> None:
    """Truth 3.14 b: 7,000 each: 70 of each, and 280 of each employer (art. 41, elbalad 6848254)."""
    rates = figures.on(date(2026, 11, 1)).contributions["employee"]
    assert (int(rates.head * 700_000), int(rates.employer * 700_000)) == (7_000, 28_000)
    assert 2 * monthly(rates, Family(700_000, 0, 0)) == 2 * 35_000
    assert monthly(rates, Family(700_000, 1, 0)) == 35_000 + 21_000, "3 % for a spouse without work alone"


@pytest.mark.parametrize(
    ("year", "wage", "bound"),
    [(2026, 1, 270_000), (2026, 270_000, None), (2026, 1_670_000, None), (2026, 1_670_001, 1_670_000), (2025, 1, None)],
)
def test_the_insured_wage_has_bounds(figures: ByDay[Figures], year: int, wage: int, bound: int | None) -> None:
    """Truth 3.14 c: 2,700 and 16,700 in 2026; of other years none were found."""
    assert outside(figures.on(date(year, 6, 1)).contributions["employee"], Family(wage, 0, 0)) == bound


def test_every_part_of_the_family_has_its_rate(book: PolicyBook) -> None:
    rows = {p.scope.get("part") for p in book.in_force("health.contribution_rate", date(2026, 11, 1))}
    assert rows == {HEAD, EMPLOYER, SPOUSE, CHILD}
