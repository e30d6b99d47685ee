"""What travels through a lane, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.area import Area
from supply_service.redemptions.schemas import LineRequest, TenderRequest
from supply_service.rules.redeem import Place, SoldLine
from supply_service.rules.tenders import Paid


class Signed(NamedTuple):
    """The place of an offline sale in its terminal's chain."""

    sequence: int
    sale_id: UUID
    hash: bytes
    previous_hash: bytes
    document: bytes


@dataclass(slots=True)
class SaleItem:
    """A draw to be decided. An offline one has `signed` and no key: its place in the chain identifies it."""

    place: Place
    key: str | None
    fingerprint: bytes
    traceparent: str | None
    card_id: UUID
    lines: Sequence[LineRequest]
    occurred_at: datetime | None = None
    expected_amount: int | None = None
    signed: Signed | None = None
    redemption_id: UUID | None = None
    tenders: Sequence[TenderRequest] = ()


@dataclass(frozen=True, slots=True)
class StoredSale:
    """A draw read back from the books."""

    redemption_id: UUID
    household_id: UUID
    card_id: UUID
    terminal_id: UUID
    outlet_id: UUID
    governorate: str
    business_day: date
    occurred_at: datetime
    offline: bool
    conflict: str | None
    loaves: int
    goods: int
    cash: int
    lines: tuple[SoldLine, ...]
    reversal: tuple[UUID, datetime, str] | None = None
    tenders: tuple[Paid, ...] = ()

    @property
    def area(self) -> Area:
        """Where it was sold."""
        return Area(self.governorate, outlet_id=self.outlet_id)


@dataclass(slots=True)
class ReversalItem:
    """A draw to be taken back."""

    place: Place
    key: str | None
    fingerprint: bytes
    traceparent: str | None
    card_id: UUID
    redemption_id: UUID
    sale: StoredSale
    reason: str


Item = SaleItem | ReversalItem
