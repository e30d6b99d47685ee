"""The policies of decisions by two persons: how long a proposal may wait, how many decide it, of which office.

A service takes the keys over (`Keys(needed_from, TERMS)`), has their rows in a file of its own, and gives `terms_on` to
its kinds of proposals.
"""

from __future__ import annotations

from datetime import date

from approvals.model import Office, Terms
from policybook import kinds
from policybook.book import PolicyBook
from policybook.keys import Keys

TERMS = Keys(needed_from=date.min)

DAYS_OPEN = TERMS.declare(
    "approval.days_open", kinds.positive, "Days a proposal may wait for its decision.", scope=("kind",)
)
DECIDERS = TERMS.declare(
    "approval.deciders", kinds.Steps.of, "Persons who must approve a proposal, by its amount.", scope=("kind",)
)
OFFICE = TERMS.declare(
    "approval.office",
    kinds.one_of(*Office),
    "Of which office a decider is, seen from those who made the proposal: any, same or other.",
    scope=("kind",),
)


def terms_on(book: PolicyBook, kind: str, day: date) -> Terms:
    """The terms of a kind of proposal on a day. Raises PolicyMissing or PolicyInvalid."""
    return Terms(
        days_open=DAYS_OPEN.on(book, day, kind=kind),
        deciders=DECIDERS.on(book, day, kind=kind).at,
        office=Office(OFFICE.on(book, day, kind=kind)),
    )
