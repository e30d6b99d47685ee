"""What each insured person pays for the family's cover each month, and within which bounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chassis.clock import month_start
from health_service.rules.copayment import rounded
from health_service.rules.figures import ContributionRates, Figures
from health_service.rules.keys import DECLARED_INCOME, HIGHEST_WAGE, INSURED_WAGE
from health_service.rules.standing import add_months


@dataclass(frozen=True, slots=True)
class Family:
    """Whom a contribution covers beside the insured person, and on what wage it is reckoned."""

    insured_wage: int  # piastres a month
    spouses: int  # without work of their own
    children: int
    declared_income: int | None = None  # of the tax return, piastres a month


def monthly(rates: ContributionRates, family: Family) -> int:
    """Piastres a month: the insured person's, the employer's and dependants' parts, never above the family's cap."""
    parts = rates.head + rates.employer + rates.spouse * family.spouses + rates.child * family.children
    if rates.family_cap is not None:
        parts = min(parts, rates.family_cap)
    return rounded(Decimal(base(rates, family)) * parts)


def base(rates: ContributionRates, family: Family) -> int:
    """What the shares are reckoned on, piastres a month: the largest of the amounts the policies name."""
    amounts = {
        INSURED_WAGE: family.insured_wage,
        DECLARED_INCOME: family.declared_income or 0,
        HIGHEST_WAGE: rates.most_wage or 0,
    }
    return max(amounts[name] for name in rates.largest_of or {INSURED_WAGE})


def outside(rates: ContributionRates, family: Family) -> int | None:
    """The bound that an insured wage passes, piastres a month: the least, the highest, or None where it keeps both."""
    if rates.least_wage is not None and family.insured_wage < rates.least_wage:
        return rates.least_wage
    if rates.most_wage is not None and family.insured_wage > rates.most_wage:
        return rates.most_wage
    return None


def payable(today: Figures, cover_begins: date | None, month: date) -> bool:
    """Whether a month may be paid for: not one before cover, none further ahead than the policies let it be."""
    if cover_begins is None or month < month_start(cover_begins):
        return False
    return month <= add_months(today.day, today.months_ahead)
