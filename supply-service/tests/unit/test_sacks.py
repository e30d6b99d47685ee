"""The flour of a bakery held against its loaves (3.21), as a table."""

from __future__ import annotations

from datetime import date

import pytest

from policybook.book import PolicyBook, PolicyMissing
from supply_service.rules.sacks import balance
from supply_service.rules.settlement import Merchant

BAKERY = Merchant("bakery", "03", "diesel", "soft")
LAST = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("sacks", "sold", "missing", "flagged"),
    [
        ([20], 14_000, 500, True),  # 3.21
        ([20], 14_500, 0, False),
        ([20], 14_210, 290, False),  # 2 % of 14,500 may be missing
        ([20], 14_209, 291, True),
        ([12, 8], 14_000, 500, True),  # two deliveries are one balance
        ([20], 14_790, -290, False),
        ([20], 14_791, -291, True),  # more sold than the flour gives
        ([], 5, -5, True),  # loaves without any flour
        ([], 0, 0, False),
        ([10], 7_250, 0, False),
        ([1], 0, 725, True),  # delivered and never sold
    ],
)
def test_the_balance_of_a_bakery(sacks: list[int], sold: int, missing: int, flagged: bool, book: PolicyBook) -> None:
    delivered = {date(2026, 11, day): count for day, count in enumerate(sacks, 1)}
    held = balance(BAKERY, delivered, sold, LAST, book)
    assert (held.sacks, held.missing, held.flagged) == (sum(sacks), missing, flagged)


def test_without_a_yield_there_is_no_balance(book: PolicyBook) -> None:
    with pytest.raises(PolicyMissing, match=r"bakery\.loaves_per_50kg"):
        balance(BAKERY, {date(2013, 1, 1): 1}, 0, LAST, book)
