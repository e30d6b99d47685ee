"""What a family pays for its cover each month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from health_service.rules.copayment import rounded
from health_service.rules.figures import ContributionRates


@dataclass(frozen=True, slots=True)
class Family:
    """Whom a contribution covers beside the head, and on what wage it is reckoned."""

    insured_wage: int  # piastres a month
    spouses: int  # without work of their own
    children: int


def monthly(rates: ContributionRates, family: Family) -> int:
    """Piastres a month, head's, employer's and dependants' parts together, never above the family's cap."""
    parts = rates.head + rates.employer + rates.spouse * family.spouses + rates.child * family.children
    if rates.family_cap is not None:
        parts = min(parts, rates.family_cap)
    return rounded(Decimal(family.insured_wage) * parts)
