"""Rows of stock, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from chassis.area import Area

# How cards came to a site or left it on a day; where cards of a site are.
Moved = Literal["received", "issued", "spoiled", "returned", "ended"]
Lies = Literal["here", "on_the_way", "of_trials"]


@dataclass(frozen=True, slots=True)
class Consignment:
    """Cards on their way: from a site or from the store of the governorate (None), to a site or to the store."""

    consignment_id: UUID
    governorate: str
    from_site: UUID | None
    to_site: UUID | None
    dispatched_at: datetime
    dispatched_by: str
    received_at: datetime | None
    received_by: str | None
    cards: int
    received: int
    missing: int
    damaged: int
    surplus: int

    @property
    def area(self) -> Area:
        """Of whom it is received."""
        return Area(self.governorate, site_id=self.to_site)


@dataclass(frozen=True, slots=True)
class SendOn:
    """A card that lies at one site and is to be collected at another one, `to_site`, by a day."""

    card_id: UUID
    to_site: UUID
    name_ar: str
    name_en: str
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class StockCount:
    """What a clerk has counted at a site, and by how much it differs from what should have been there."""

    count_id: UUID
    site_id: UUID
    day: date
    expected: int
    counted: int
    counted_at: datetime
    counted_by: str
    note: str | None

    @property
    def difference(self) -> int:
        """How many cards too many, below zero too few."""
        return self.counted - self.expected


@dataclass(frozen=True, slots=True)
class Lying:
    """A card of a site, its holder's name as it is kept, and its state now."""

    card_id: UUID
    citizen_id: UUID
    name_kept: bytes
    state: str


@dataclass(frozen=True, slots=True)
class Movement:
    """A step by which a card came to a site or left it; `state` is the card's now."""

    step_id: UUID
    card_id: UUID
    citizen_id: UUID
    name_kept: bytes
    state: str
    at: datetime
