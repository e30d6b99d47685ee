"""What the patient pays of a service and what the insurer pays. Piastres; rounding happens here, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from health_service.rules.figures import Tariff
from health_service.rules.keys import MONTH, YEAR

PIASTRE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Share:
    """Who pays what of a total."""

    copayment: int
    insurer_part: int
    cap_applied: bool


def share(tariff: Tariff, total: int, used: int, *, exempt: bool) -> Share:
    """Divide a total. `used`: what the patient has paid of the cap in its period; someone exempt pays nothing."""
    if exempt:
        return Share(0, total, cap_applied=False)
    wanted = min(rounded(total * tariff.rate) if tariff.fixed is None else tariff.fixed, total)
    if tariff.cap is None:
        return Share(wanted, total - wanted, cap_applied=False)
    paid = min(wanted, max(0, tariff.cap - used))
    return Share(paid, total - paid, cap_applied=paid < wanted)


def rounded(amount: Decimal) -> int:
    """Whole piastres, half a piastre upwards."""
    return int(amount.quantize(PIASTRE, ROUND_HALF_UP))


def period_of(tariff: Tariff, day: date, case_id: UUID) -> str:
    """The period whose cap a visit of a day counts in: the same text for all that count together."""
    if tariff.period == MONTH:
        return f"{MONTH}:{day:%Y-%m}"
    if tariff.period == YEAR:
        return f"{YEAR}:{day:%Y}"
    return f"{tariff.period}:{case_id}"
