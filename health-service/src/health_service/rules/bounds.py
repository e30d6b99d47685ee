"""What may be booked of a service at most, whatever a terminal types. Piastres."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.refusals import Refusal
from health_service.rules import refusals
from health_service.rules.keys import CASE

# A case that no referral names: the emergencies of a patient at one provider.
EMERGENCY = f"{CASE}:emergency"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most of one service: for one thing, how many of one thing, and in a case (in a visit, where it has none)."""

    price: int
    quantity: int
    case: int


def bounds_refusal(bounds: Bounds, lines: Iterable[tuple[int, int]]) -> Refusal | None:
    """Why lines of price and quantity are not booked, or None; the first line that is too much is named."""
    total = 0
    for number, (price, quantity) in enumerate(lines, 1):
        if price > bounds.price:
            return refusals.PriceAboveCeiling(
                f"Line {number}: at most {bounds.price} piastres for one.",
                detail_ar=f"السطر {number}: الحد الأقصى للواحد {bounds.price} قرشاً.",
                line=number,
                most=bounds.price,
            )
        if quantity > bounds.quantity:
            return refusals.QuantityAboveBound(
                f"Line {number}: at most {bounds.quantity} of one thing.",
                detail_ar=f"السطر {number}: الحد الأقصى للكمية {bounds.quantity}.",
                line=number,
                most=bounds.quantity,
            )
        total += price * quantity
    return case_refusal(bounds) if total > bounds.case else None


def case_refusal(bounds: Bounds) -> Refusal:
    """That a visit, with what its case has already, comes to more than may be booked."""
    return refusals.CaseAboveCeiling(
        f"At most {bounds.case} piastres altogether.",
        detail_ar=f"الحد الأقصى للإجمالي {bounds.case} قرشاً.",
        most=bounds.case,
    )


def emergency_case(provider_id: UUID, day: date) -> str:
    """The case that an emergency of a day opens at a provider."""
    return f"{EMERGENCY}:{provider_id}:{day.isoformat()}"
