"""The figures of one day, read once from the policies and then only looked at: what the rules calculate with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import JsonValue

from health_service.policies.book import PolicyBook, PolicyInvalid

CASE = "case"
MONTH = "month"
YEAR = "year"
PERIODS = frozenset({CASE, MONTH, YEAR})

HEAD = "head"
EMPLOYER = "employer"
SPOUSE = "spouse"
CHILD = "child"


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a patient pays of a service: a share of its price or a fixed amount, up to a cap over a period."""

    service: str
    rate: Decimal
    fixed: int | None
    cap: int | None  # piastres, None where the patient pays the share however much it is
    period: str  # over which the cap counts


@dataclass(frozen=True, slots=True)
class ContributionRates:
    """Shares of the insured wage that a family of a category pays each month."""

    head: Decimal
    employer: Decimal
    spouse: Decimal
    child: Decimal
    family_cap: Decimal | None


@dataclass(frozen=True)
class Figures:
    """Everything the rules need to know about one day. Money in piastres."""

    day: date
    tariffs: Mapping[str, Tariff]
    contributions: Mapping[str, ContributionRates]
    go_live: Mapping[str, date]
    grace_months: Mapping[str, int]
    grace_months_elsewhere: int
    exempt_from_contribution: frozenset[str]
    exempt_from_copayment: frozenset[str]
    unable_review_years: int | None
    services_offered: Mapping[str, frozenset[str]]
    referral_needed: Mapping[str, bool]
    referring_kinds: frozenset[str]
    referral_days: int
    late_days: int
    clock_skew_seconds: int

    def grace_of(self, governorate: str) -> int:
        """How many months a family that pays nothing keeps its non-emergency care."""
        return self.grace_months.get(governorate, self.grace_months_elsewhere)


class FiguresByDay:
    """The figures of each day asked for, kept as long as the book."""

    def __init__(self, book: PolicyBook, *, most_days: int) -> None:
        """Begin with nothing worked out; never more than `most_days` are kept."""
        self.book = book
        self._most_days = most_days
        self._days: dict[date, Figures] = {}

    def on(self, day: date) -> Figures:
        """The figures in force on a day. Raises PolicyMissing or PolicyInvalid where the book does not give them."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= self._most_days:
                self._days.clear()
            known = self._days[day] = read_figures(self.book, day)
        return known


def read_figures(book: PolicyBook, day: date) -> Figures:
    """Look every figure up for one day."""
    grace = {policy.scope.get("governorate"): policy for policy in book.in_force("health.grace_months", day)}
    review = book.find("health.unable_review_years", day)
    return Figures(
        day=day,
        tariffs=_tariffs(book, day),
        contributions=_contributions(book, day),
        go_live={
            _scope(policy.scope, "governorate"): _date(policy.value, policy.key)
            for policy in book.approved("health.go_live")
        },
        grace_months={place: _whole(policy.value, policy.key) for place, policy in grace.items() if place is not None},
        grace_months_elsewhere=_whole(book.value("health.grace_months", day), "health.grace_months"),
        exempt_from_contribution=_kinds(book, day, "health.exempt_from_contribution"),
        exempt_from_copayment=_kinds(book, day, "health.exempt_from_copayment"),
        unable_review_years=_whole(review.value, review.key) if review else None,
        services_offered={
            _scope(policy.scope, "provider_kind"): _words(policy.value, policy.key)
            for policy in book.in_force("health.services_offered", day)
        },
        referral_needed={
            _scope(policy.scope, "provider_kind"): policy.value is True
            for policy in book.in_force("health.referral_needed", day)
        },
        referring_kinds=_words(book.value("health.referring_kinds", day), "health.referring_kinds"),
        referral_days=_whole(book.value("health.referral_days", day), "health.referral_days"),
        late_days=_whole(book.value("health.late_days", day), "health.late_days"),
        clock_skew_seconds=_whole(book.value("health.clock_skew_seconds", day), "health.clock_skew_seconds"),
    )


def _tariffs(book: PolicyBook, day: date) -> dict[str, Tariff]:
    rates = {
        _scope(policy.scope, "service"): _share(policy.value, policy.key)
        for policy in book.in_force("health.copayment_rate", day)
    }
    fixed = {
        _scope(policy.scope, "service"): _whole(policy.value, policy.key)
        for policy in book.in_force("health.copayment_fixed", day)
    }
    tariffs: dict[str, Tariff] = {}
    for service in sorted(rates.keys() | fixed.keys()):
        cap = book.find("health.copayment_cap", day, service=service)
        period = book.find("health.copayment_cap_period", day, service=service)
        if cap is not None and (period is None or period.value not in PERIODS):
            raise PolicyInvalid(f"health.copayment_cap_period of {service} must be one of {', '.join(sorted(PERIODS))}")
        tariffs[service] = Tariff(
            service,
            rates.get(service, Decimal(0)),
            fixed.get(service),
            _whole(cap.value, cap.key) if cap else None,
            str(period.value) if period else CASE,
        )
    return tariffs


def _contributions(book: PolicyBook, day: date) -> dict[str, ContributionRates]:
    key = "health.contribution_rate"
    categories = {policy.scope["category"] for policy in book.in_force(key, day) if "category" in policy.scope}

    def share(category: str, part: str) -> Decimal:
        found = book.find(key, day, category=category, part=part)
        return _share(found.value, key) if found else Decimal(0)

    rates: dict[str, ContributionRates] = {}
    for category in sorted(categories):
        cap = book.find("health.contribution_family_cap", day, category=category)
        rates[category] = ContributionRates(
            share(category, HEAD),
            share(category, EMPLOYER),
            share(category, SPOUSE),
            share(category, CHILD),
            _share(cap.value, cap.key) if cap else None,
        )
    return rates


def _kinds(book: PolicyBook, day: date, key: str) -> frozenset[str]:
    return frozenset(_scope(policy.scope, "kind") for policy in book.in_force(key, day) if policy.value is True)


def _scope(scope: Mapping[str, str], name: str) -> str:
    if name not in scope:
        raise PolicyInvalid(f"the scope needs {name}")
    return scope[name]


def _words(value: JsonValue, what: str) -> frozenset[str]:
    if not isinstance(value, list):
        raise PolicyInvalid(f"{what}: a list is needed")
    return frozenset(str(word) for word in value)


def _date(value: JsonValue, what: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise PolicyInvalid(f"{what}: a date is needed, not {value!r}") from error


def _share(value: JsonValue, what: str) -> Decimal:
    """A share of one, written as text. Raises PolicyInvalid."""
    try:
        share = Decimal(value) if isinstance(value, str) else Decimal(-1)
    except ArithmeticError as error:
        raise PolicyInvalid(f"{what}: {value!r} is no share") from error
    if not (share.is_finite() and 0 <= share <= 1):
        raise PolicyInvalid(f"{what}: a share from 0 to 1 is needed, written as text")
    return share


def _whole(value: JsonValue, what: str) -> int:
    """A whole number that is not negative. Raises PolicyInvalid."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise PolicyInvalid(f"{what}: a whole number is needed")
    return value
