"""Whether the insurer's part of a visit is paid: of an emergency once somebody has looked at it in time."""

from __future__ import annotations

from datetime import date
from typing import Literal

InsurerState = Literal["payable", "review", "lapsed", "refused", "reversed"]

OPEN = "open"
ACCEPTED = "accepted"
REJECTED = "rejected"
# What the patient owes of an emergency and no wallet is asked for before its holder says so.
OWED = "owed"


def insurer_state(
    review: str | None, review_by: date | None, reviewed_on: date | None, today: date, *, reversed_: bool
) -> InsurerState:
    """What becomes of the insurer's part.

    `review_by`: the last day on which the visit may be looked at for the insurer to pay, None where no day was set;
    `reviewed_on`: the day on which that was done.
    """
    if review == REJECTED:
        return "refused"
    if reversed_:
        return "reversed"
    if review is None:
        return "payable"
    late = review_by is not None and (reviewed_on or today) > review_by
    if late:
        return "lapsed"
    return "review" if review == OPEN else "payable"
