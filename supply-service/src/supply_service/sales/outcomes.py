"""What becomes of a request in a lane, as the domain knows it; doors render it (`http.py`).

A refusal is an exception of `rules.refusals`, raised to whoever waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from supply_service.rules.floors import Disputed
from supply_service.sales.claims import Claim
from supply_service.sales.record import ReversalRecord, SaleRecord


class Sold(NamedTuple):
    """The sale is in the books. `repeated`: it was before, under the request's key; `claim`: to what of it is not."""

    sale: SaleRecord
    repeated: bool = False
    claim: Claim | None = None


class Reversed(NamedTuple):
    """The sale was taken back. `repeated`: it was before, under the request's key."""

    reversal: ReversalRecord
    repeated: bool = False


class Contested(NamedTuple):
    """All of a sale that has happened is in dispute: nothing of it was booked. `day` is its own."""

    household_id: UUID
    day: date
    lines: Sequence[Disputed]
    repeated: bool = False


class KeptReply(NamedTuple):
    """A repeat of what an earlier version of the service did, which stored its reply as it was sent."""

    reply: bytes
    repeated: bool = True


Outcome = Sold | Reversed | Contested | KeptReply


def repeated(outcome: Outcome) -> Outcome:
    """The outcome of a copy of the request."""
    return outcome._replace(repeated=True)
