"""Events of card-service about lost cards: blocked, free again for want of a request, and codes for bread."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.card import CONTACTS_TOPIC, TOPIC
from contracts.event import Event


class CardReportedLost(Event):
    """A card was blocked as lost, as CardBlocked tells too; free at `lapses_at` unless a replacement is asked for."""

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    channel: str  # counter, phone, sms, page, system, office
    blocked_at: datetime
    lapses_at: datetime | None  # None where a replacement is asked for already


class LostBlockLapsed(Event):
    """Nobody has asked for a replacement of a lost card in time: it may be used again, as CardUnblocked tells too."""

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    lapsed_at: datetime


class BreadCodeIssued(Event):
    """A code that draws bread in the place of a lost card is to be sent to its holder, sealed for notify-service."""

    TOPIC = CONTACTS_TOPIC
    KEY = "citizen_id"

    code_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    code_sealed: str
    expires_at: datetime
