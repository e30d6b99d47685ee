"""Events of card-service about house calls: cards that are brought home."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from contracts.card import TOPIC
from contracts.event import Event


class HouseCallPlanned(Event):
    """A card will be brought home on a day; the `number`-th call for it."""

    TOPIC = TOPIC
    KEY = "household_id"

    call_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    day: date
    number: int


class HouseCallEnded(Event):
    """A card will not be brought home: nobody was met the last time, or it was called off."""

    TOPIC = TOPIC
    KEY = "household_id"

    call_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    because: str  # missed, withdrawn
    ended_at: datetime
