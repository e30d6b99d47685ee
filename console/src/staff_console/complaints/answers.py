"""Answers that are written already, by the category of a complaint; each fits into an SMS and names nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LOOKED: Final = ("answer.looked_into", "answer.settled", "answer.more_needed")
_BY_CATEGORY: Final[Mapping[str, tuple[str, ...]]] = {
    "card": ("answer.card_at_site", "answer.card_in_production", "answer.card_replaced"),
    "appointment": ("answer.appointment_moved", "answer.site_hours"),
    "outlet": ("answer.outlet_inspected", "answer.scales"),
    "allowance": ("answer.allowance_right", "answer.allowance_corrected"),
    "wallet": ("answer.wallet_checked",),
    "care": ("answer.care_checked",),
    "household": ("answer.household_request",),
    "staff": ("answer.staff_looked_into",),
}
LONGEST: Final = 200


def of_category(category: str) -> tuple[str, ...]:
    """The names of the answers' texts that fit a category, its own before those for all."""
    return (*_BY_CATEGORY.get(category, ()), *_LOOKED)
