"""How a family's cover stands: its beginning, its grace, its suspension, and those who owe nothing."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from health_service import POLICIES
from health_service.rules.figures import read_figures
from health_service.rules.keys import KEYS
from health_service.rules.standing import (
    Account,
    Exemption,
    Standing,
    add_months,
    exempt_from_copayment,
    standing,
)
from policybook.book import PolicyBook
from policybook.days import ByDay
from policybook.files import read_policies

FIGURES = ByDay(PolicyBook.of(read_policies(POLICIES, KEYS)), read_figures, most_days=10_000)
ENROLLED = date(2026, 1, 10)
days = st.dates(date(2026, 1, 1), date(2030, 12, 31))


def family(
    *paid: str,
    governorate: str = "03",
    enrolled: date | None = ENROLLED,
    begun: bool = True,
    free: list[Exemption] | None = None,
) -> Account:
    months = frozenset(date.fromisoformat(f"{month}-01") for month in paid)
    return Account(governorate, enrolled, begun, months, free or [])


def on(day: str, account: Account) -> Standing:
    return standing(FIGURES.on(date.fromisoformat(day)), account)


def test_cover_begins_with_the_governorate_or_the_enrolment_whichever_is_later() -> None:
    assert on("2026-02-01", family()).since == ENROLLED
    early = family(governorate="35", enrolled=date(2023, 5, 1), begun=False)
    before = on("2023-12-31", early)
    assert (before.state, before.since, before.changes_on) == ("pending", date(2024, 1, 1), date(2024, 1, 1))
    assert on("2024-01-01", early).state == "active"
    assert on("2026-02-01", family(enrolled=None, begun=False)).state == "pending"


def test_where_health_insurance_has_not_begun() -> None:
    assert on("2026-02-01", family(governorate="01", begun=False)) == Standing("pending", None, False)
    assert on("2026-02-01", family(governorate="01")).state == "ended"


def test_six_months_of_grace_in_port_said() -> None:
    assert (on("2026-06-30", family()).state, on("2026-06-30", family()).suspends_on) == ("active", date(2026, 7, 1))
    suspended = on("2026-07-01", family())
    assert (suspended.state, suspended.since, suspended.unpaid_from) == (
        "suspended",
        date(2026, 7, 1),
        date(2026, 1, 1),
    )
    assert on("2026-07-01", family("2026-01")).suspends_on == date(2026, 8, 1)
    gap = family("2026-01", "2026-03", "2026-04")
    assert on("2026-08-01", gap).unpaid_from == date(2026, 2, 1)
    assert on("2026-08-01", gap).state == "suspended"


def test_the_unable_owe_nothing_while_the_decision_holds() -> None:
    unable = Exemption("unable", None, date(2026, 1, 1), date(2026, 12, 15))
    account = family(free=[unable])
    now = on("2026-11-01", account)
    assert (now.state, now.exempt, now.changes_on) == ("active", True, date(2026, 12, 16))
    after = on("2027-02-01", account)
    assert (after.state, after.exempt, after.unpaid_from, after.suspends_on) == (
        "active",
        False,
        date(2027, 1, 1),
        date(2027, 7, 1),
    )
    without_end = family(free=[Exemption("unable", None, date(2026, 1, 1), None)])
    assert on("2030-01-01", without_end).changes_on is None
    ahead = family(free=[Exemption("unable", None, date(2026, 9, 1), None)])
    assert on("2026-08-01", ahead).changes_on == date(2026, 9, 1)


def test_a_persons_disease_frees_that_person_from_copayments_and_nobody_from_contributions() -> None:
    sick, well = new_id(), new_id()
    account = family(free=[Exemption("chronic_disease", sick, date(2026, 1, 1), None)])
    figures = FIGURES.on(date(2026, 7, 1))
    assert exempt_from_copayment(figures, account, sick) is not None
    assert exempt_from_copayment(figures, account, well) is None
    assert standing(figures, account).state == "suspended"
    unable = Exemption("unable", None, date(2026, 1, 1), None)
    both = family(free=[*account.exemptions, unable])
    assert exempt_from_copayment(figures, both, sick) is unable


@given(days, st.sets(st.integers(0, 40)), st.none() | st.tuples(days, st.integers(0, 900)))
def test_cover_is_suspended_exactly_when_the_first_unpaid_month_is_past_its_grace(
    day: date, paid: set[int], exempt: tuple[date, int] | None
) -> None:
    months = frozenset(add_months(date(2026, 1, 1), ahead) for ahead in paid)
    free = [Exemption("unable", None, exempt[0], exempt[0] + timedelta(exempt[1]))] if exempt else []
    account = Account("03", ENROLLED, False, months, free)
    figures = FIGURES.on(day)
    now = standing(figures, account)
    if day < ENROLLED:
        assert now.state == "pending"
    elif now.exempt:
        assert now.state == "active"
    else:
        assert now.unpaid_from is not None
        assert now.unpaid_from not in months
        assert now.suspends_on == add_months(now.unpaid_from, 6)
        assert (now.state == "suspended") == (day >= now.suspends_on)


@given(days, st.sets(st.integers(0, 40)), st.none() | st.tuples(days, st.integers(0, 900)))
def test_nothing_changes_before_the_day_named(day: date, paid: set[int], exempt: tuple[date, int] | None) -> None:
    months = frozenset(add_months(date(2026, 1, 1), ahead) for ahead in paid)
    free = [Exemption("unable", None, exempt[0], exempt[0] + timedelta(exempt[1]))] if exempt else []
    account = Account("03", ENROLLED, False, months, free)
    now = standing(FIGURES.on(day), account)
    assert now.changes_on is None or now.changes_on > day
    last = now.changes_on - timedelta(1) if now.changes_on else day + timedelta(1200)
    then = standing(FIGURES.on(last), account)
    assert (then.state, then.since, then.exempt) == (now.state, now.since, now.exempt)
