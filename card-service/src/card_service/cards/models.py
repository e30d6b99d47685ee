"""Rows of cards, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from card_service.cards.lifecycle import CardState
from card_service.cards.pins import StoredPin
from chassis.area import OfDistrict

BlockReason = Literal["lost", "stolen", "damaged", "fraud", "order"]
PinState = Literal["not_set", "set", "locked"]


@dataclass(frozen=True, slots=True)
class Card(OfDistrict):
    """A card as it stands: of its governorate of issue, and of the district where its household lives."""

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    district: str
    number_sealed: bytes
    state: CardState
    state_before_block: CardState | None
    site_id: UUID | None
    phase_id: UUID | None
    services: tuple[str, ...]
    replaces: UUID | None
    issued_at: datetime | None
    activated_at: datetime | None
    blocked_at: datetime | None
    block_reason: BlockReason | None
    lapses_at: datetime | None  # when the block ends by itself
    pin: StoredPin | None
    birth_year: int


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card to be written, ready at a site."""

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    number_hash: bytes
    number_sealed: bytes
    site_id: UUID
    phase_id: UUID | None
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True)
class ActivatedCard:
    """A card that was activated just now, with what others must know of its household.

    `added`: the services it had not before; `handed_over`: it was not active yet.
    """

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    district: str
    members: int
    added: tuple[str, ...] = ()
    handed_over: bool = True
