"""The figures of one day, read once from the policies and then only looked at: what the rules calculate with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from health_service.rules import keys
from health_service.rules.bounds import Bounds
from health_service.rules.keys import CASE
from policybook.book import PolicyBook, PolicyInvalid
from policybook.keys import Key

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
    least_wage: int | None = None  # piastres a month, None where no bound is known
    most_wage: int | None = None
    largest_of: frozenset[str] = frozenset()  # the amounts it is reckoned on; empty: the insured wage alone


@dataclass(frozen=True)
class Figures:
    """Everything the rules need to know about one day. Money in piastres."""

    day: date
    tariffs: Mapping[str, Tariff]
    bounds: Mapping[str, Bounds]
    contributions: Mapping[str, ContributionRates]
    go_live: Mapping[str, date]
    compulsory_from: Mapping[str, date]
    grace_months: Mapping[str, int]
    grace_months_elsewhere: int
    grace_after_launch: Mapping[str, int]
    grace_after_launch_elsewhere: int
    months_ahead: int
    reversal_alone_days: Mapping[str, int]
    exempt_from_contribution: frozenset[str]
    exempt_from_copayment: frozenset[str]
    exempt_only_related: frozenset[str]
    unable_legal_bases: frozenset[str]
    unable_review_years: int | None
    services_offered: Mapping[str, frozenset[str]]
    referral_needed: Mapping[str, bool]
    referring_kinds: frozenset[str]
    referral_days: int
    late_days: int
    clock_skew_seconds: int
    review_days: Mapping[str, int]
    review_counts: Mapping[str, str]
    emergency_case_days: int
    holder_proof_needed: Mapping[str, bool]

    def launch_grace_of(self, governorate: str) -> tuple[date, int] | None:
        """The compulsory day of a governorate, and for how many months from it nobody is suspended; None if unknown."""
        day = self.compulsory_from.get(governorate)
        return None if day is None else (day, self.grace_months.get(governorate, self.grace_months_elsewhere))

    def grace_of(self, governorate: str) -> int:
        """How many months from the first unpaid one a family keeps its non-emergency care once the launch is over."""
        return self.grace_after_launch.get(governorate, self.grace_after_launch_elsewhere)


def read_figures(book: PolicyBook, day: date) -> Figures:
    """Look every figure up for one day. Raises PolicyMissing or PolicyInvalid."""
    tariffs = _tariffs(book, day)
    return Figures(
        day=day,
        tariffs=tariffs,
        bounds={service: _bounds(book, day, service) for service in tariffs},
        contributions=_contributions(book, day),
        go_live={scope["governorate"]: begins for scope, begins in keys.GO_LIVE.approved(book)},
        compulsory_from={scope["governorate"]: begins for scope, begins in keys.COMPULSORY_FROM.approved(book)},
        grace_months=keys.GRACE_MONTHS.by("governorate", book, day),
        grace_months_elsewhere=keys.GRACE_MONTHS.on(book, day),
        grace_after_launch=keys.GRACE_AFTER_LAUNCH.by("governorate", book, day),
        grace_after_launch_elsewhere=keys.GRACE_AFTER_LAUNCH.on(book, day),
        months_ahead=keys.MONTHS_AHEAD.on(book, day),
        reversal_alone_days=keys.REVERSAL_ALONE_DAYS.by("of", book, day),
        exempt_from_contribution=_kinds(book, day, keys.EXEMPT_FROM_CONTRIBUTION),
        exempt_from_copayment=_kinds(book, day, keys.EXEMPT_FROM_COPAYMENT),
        exempt_only_related=_kinds(book, day, keys.EXEMPT_ONLY_RELATED),
        unable_legal_bases=keys.UNABLE_LEGAL_BASES.find(book, day) or frozenset(),
        unable_review_years=keys.UNABLE_REVIEW_YEARS.find(book, day),
        services_offered=keys.SERVICES_OFFERED.by("provider_kind", book, day),
        referral_needed=keys.REFERRAL_NEEDED.by("provider_kind", book, day),
        referring_kinds=keys.REFERRING_KINDS.on(book, day),
        referral_days=keys.REFERRAL_DAYS.on(book, day),
        late_days=keys.LATE_DAYS.on(book, day),
        clock_skew_seconds=keys.CLOCK_SKEW.on(book, day),
        review_days=keys.REVIEW_DAYS.by("of", book, day),
        review_counts=keys.REVIEW_COUNTS.by("of", book, day),
        emergency_case_days=keys.EMERGENCY_CASE_DAYS.on(book, day),
        holder_proof_needed=keys.HOLDER_PROOF.by("of", book, day),
    )


def _tariffs(book: PolicyBook, day: date) -> dict[str, Tariff]:
    rates, fixed = keys.COPAYMENT_RATE.by("service", book, day), keys.COPAYMENT_FIXED.by("service", book, day)
    tariffs: dict[str, Tariff] = {}
    for service in sorted(rates.keys() | fixed.keys()):
        cap = keys.COPAYMENT_CAP.find(book, day, service=service)
        period = keys.COPAYMENT_CAP_PERIOD.find(book, day, service=service)
        if cap is not None and period is None:
            raise PolicyInvalid(f"health.copayment_cap_period of {service} is needed where there is a cap")
        tariffs[service] = Tariff(service, rates.get(service, Decimal(0)), fixed.get(service), cap, period or CASE)
    return tariffs


def _bounds(book: PolicyBook, day: date, service: str) -> Bounds:
    """What is booked of a service at most. Raises PolicyInvalid for a service without bounds."""
    found = [
        key.find(book, day, service=service) for key in (keys.PRICE_CEILING, keys.QUANTITY_MOST, keys.CASE_CEILING)
    ]
    price, quantity, case = found
    if price is None or quantity is None or case is None:
        raise PolicyInvalid(f"health.price_ceiling, quantity_most and case_ceiling of {service} are needed")
    return Bounds(price, quantity, case)


def _contributions(book: PolicyBook, day: date) -> dict[str, ContributionRates]:
    def share(category: str, part: str) -> Decimal:
        return keys.CONTRIBUTION_RATE.find(book, day, category=category, part=part) or Decimal(0)

    return {
        category: ContributionRates(
            share(category, HEAD),
            share(category, EMPLOYER),
            share(category, SPOUSE),
            share(category, CHILD),
            keys.CONTRIBUTION_FAMILY_CAP.find(book, day, category=category),
            keys.INSURED_WAGE_LEAST.find(book, day, category=category),
            keys.INSURED_WAGE_MOST.find(book, day, category=category),
            keys.CONTRIBUTION_LARGEST_OF.find(book, day, category=category) or frozenset(),
        )
        for category in sorted(keys.CONTRIBUTION_RATE.by("category", book, day))
    }


def _kinds(book: PolicyBook, day: date, key: Key[bool]) -> frozenset[str]:
    return frozenset(kind for kind, exempt in key.by("kind", book, day).items() if exempt)
