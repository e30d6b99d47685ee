"""What the patient pays of a service and what the insurer pays. Piastres; rounding happens here, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from health_service.rules.figures import Tariff
from health_service.rules.keys import EACH_TIME, MONTH, YEAR

PIASTRE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Share:
    """Who pays what of a total."""

    copayment: int
    insurer_part: int
    cap_applied: bool
    exempt: bool = False  # the patient was charged nothing for any of it


def share(tariff: Tariff, total: int, used: int, *, exempt: bool, charged: int | None = None) -> Share:
    """Divide a total. `used`: what the patient has paid of the cap in its period; someone exempt pays nothing.

    `charged`: what of the total the patient's share is reckoned on, None for all of it; the rest, which is related to a
    disease the patient is exempt for, is the insurer's.
    """
    if exempt or (charged == 0 and total > 0):
        return Share(0, total, cap_applied=False, exempt=True)
    of = total if charged is None else charged
    wanted = min(rounded(of * tariff.rate) if tariff.fixed is None else tariff.fixed, of)
    if tariff.cap is None:
        return Share(wanted, total - wanted, cap_applied=False)
    paid = min(wanted, max(0, tariff.cap - used))
    return Share(paid, total - paid, cap_applied=paid < wanted)


def rounded(amount: Decimal) -> int:
    """Whole piastres, half a piastre upwards."""
    return int(amount.quantize(PIASTRE, ROUND_HALF_UP))


def period_of(tariff: Tariff, day: date, case_id: UUID, visit_id: UUID | None = None) -> str:
    """The period whose cap a visit of a day counts in: the same text for all that count together.

    `case_id`: the referral by which the patient comes, or else the visit; `visit_id`: the visit, where there is one.
    """
    if tariff.period == EACH_TIME:
        return f"{EACH_TIME}:{visit_id or case_id}"
    if tariff.period == MONTH:
        return f"{MONTH}:{day:%Y-%m}"
    if tariff.period == YEAR:
        return f"{YEAR}:{day:%Y}"
    return f"{tariff.period}:{case_id}"
