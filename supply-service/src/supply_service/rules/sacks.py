"""The flour of a bakery held against its loaves: what sacks should have given, what was sold, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from policybook.book import PolicyBook
from supply_service.rules.keys import MISSING_SHARE, SACK_LOAVES
from supply_service.rules.settlement import Merchant


class Balance(NamedTuple):
    """A bakery's loaves in a period. `missing` is below zero where more was sold than the flour gives."""

    sacks: int
    expected: int
    sold: int
    allowed: int  # loaves that may be missing, or too many, without a flag

    @property
    def missing(self) -> int:
        """Loaves that the sacks should have given and that were not sold."""
        return self.expected - self.sold

    @property
    def flagged(self) -> bool:
        """Whether somebody should look: more is missing, or was sold beyond the flour, than the policy allows."""
        return abs(self.missing) > self.allowed


def balance(merchant: Merchant, delivered: Mapping[date, int], sold: int, last: date, book: PolicyBook) -> Balance:
    """Hold the sacks of each day, at that day's yield, against the loaves sold; by the share allowed on the last day.

    Raises PolicyMissing or PolicyInvalid where the book gives no yield on the day of a delivery, or no share.
    """
    expected = sum(sacks * SACK_LOAVES.on(book, day, **merchant.scope) for day, sacks in delivered.items())
    share: Decimal = MISSING_SHARE.on(book, last, **merchant.scope)
    return Balance(sum(delivered.values()), expected, sold, int(expected * share))
