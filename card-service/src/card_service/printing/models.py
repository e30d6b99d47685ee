"""Cards to be printed, as the repository gives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from card_service.cards.lifecycle import CardState
from chassis.area import OfDistrict


@dataclass(frozen=True, slots=True)
class Printable(OfDistrict):
    """A card with what its face says."""

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    district: str
    number_sealed: bytes
    name_kept: bytes
    state: CardState
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Face:
    """All that is printed on a card, in clear: never to be kept or logged."""

    name: str
    number: str
    governorate_ar: str
    governorate_en: str
    expires_on: date
    code: str
