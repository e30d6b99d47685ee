"""The policy of retention: how many months data of a class are kept. A service takes the key over like others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from chassis.processing.classes import BY_MONTHS
from policybook import kinds
from policybook.book import PolicyBook
from policybook.keys import Keys

RETENTION = Keys(needed_from=date.min)

MONTHS = RETENTION.declare(
    "retention.months",
    kinds.positive,
    "Months that data of a class are kept; then a job ends them.",
    scope=("retention_class",),
    needed_for=[{"retention_class": name.value} for name in BY_MONTHS],
)


def months_on(book: PolicyBook, day: date) -> Mapping[str, int]:
    """How many months each class is kept, as the rows of a day say. Raises PolicyMissing or PolicyInvalid."""
    return {name.value: MONTHS.on(book, day, retention_class=name.value) for name in BY_MONTHS}
