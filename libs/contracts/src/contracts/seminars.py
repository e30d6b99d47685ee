"""Events of card-service about awareness seminars: who is invited, and that one is called off."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.card import TOPIC
from contracts.event import Event


class SeminarInvited(Event):
    """The head of a household is invited to a seminar on the card in the own district."""

    TOPIC = TOPIC
    KEY = "household_id"

    invitation_id: UUID
    seminar_id: UUID
    citizen_id: UUID
    household_id: UUID
    place_ar: str
    place_en: str
    starts_at: datetime


class SeminarCalledOff(Event):
    """A seminar that somebody was invited to will not be held."""

    TOPIC = TOPIC
    KEY = "household_id"

    invitation_id: UUID
    seminar_id: UUID
    citizen_id: UUID
    household_id: UUID
    starts_at: datetime
