"""What becomes of a request in a lane, as the domain knows it; doors render it (`http.py`).

A refusal is an exception of `rules.refusals`, raised to whoever waits.
"""

from __future__ import annotations

from typing import NamedTuple

from supply_service.sales.record import ReversalRecord, SaleRecord


class Sold(NamedTuple):
    """The sale is in the books. `repeated`: it was before, under the request's key."""

    sale: SaleRecord
    repeated: bool = False


class Reversed(NamedTuple):
    """The sale was taken back. `repeated`: it was before, under the request's key."""

    reversal: ReversalRecord
    repeated: bool = False


class KeptReply(NamedTuple):
    """A repeat of what an earlier version of the service did, which stored its reply as it was sent."""

    reply: bytes
    repeated: bool = True


Outcome = Sold | Reversed | KeptReply


def repeated(outcome: Outcome) -> Outcome:
    """The outcome of a copy of the request."""
    return outcome._replace(repeated=True)
