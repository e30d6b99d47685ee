"""What travels through a lane: a sale or a reversal that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from supply_service.rules.sale import LineWanted, Place
from supply_service.rules.tenders import TenderWanted
from supply_service.sales.record import SaleRecord


class Signed(NamedTuple):
    """The place of an offline sale in its terminal's chain."""

    sequence: int
    sale_id: UUID
    hash: bytes
    previous_hash: bytes
    document: bytes


@dataclass(slots=True)
class _Order:
    """Who asks, under which key; what tells it from another request."""

    place: Place
    key: str | None
    fingerprint: bytes
    traceparent: str | None
    card_id: UUID

    @property
    def caller(self) -> UUID:
        """The terminal."""
        return self.place.terminal_id

    @property
    def lane_key(self) -> int:
        """The card: a household's cards nearly always are one, and where two meet its version decides."""
        return hash(self.card_id)


@dataclass(slots=True)
class SaleOrder(_Order):
    """A sale to be decided. An offline one has `signed` and no key: its place in the chain identifies it."""

    lines: Sequence[LineWanted]
    occurred_at: datetime | None = None
    expected_amount: int | None = None
    signed: Signed | None = None
    tenders: Sequence[TenderWanted] = ()


@dataclass(slots=True)
class ReversalOrder(_Order):
    """A sale to be taken back."""

    sale: SaleRecord
    reason: str


Order = SaleOrder | ReversalOrder
