"""Events of card-service about PINs, and the codes by which holders agree."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.card import CONTACTS_TOPIC, TOPIC
from contracts.event import Event


class PinChanged(Event):
    """The PIN of a card was set, the first or another one, or its lock was taken away."""

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    changed_at: datetime


class HolderCodeIssued(Event):
    """A code is to be sent to the holder of a card, who agrees by it to one operation, sealed for notify-service.

    `purpose`: `sale`, `hold` or `visit`, of at most `max_amount` piastres; `pin`: another PIN is to be set;
    `found`: a lost card shall be used again.
    """

    TOPIC = CONTACTS_TOPIC
    KEY = "citizen_id"

    code_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    purpose: str
    max_amount: int
    code_sealed: str
    minutes: int
    expires_at: datetime
