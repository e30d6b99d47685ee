"""Events of card-service about appointments: what is near, what is no more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.card import TOPIC
from contracts.event import Event


class PickupCancelled(Event):
    """An appointment is no more and none has taken its place yet; the card waits."""

    TOPIC = TOPIC
    KEY = "household_id"

    appointment_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    starts_at: datetime
    because: str  # asked, closed


class PickupReminderDue(Event):
    """A citizen comes to collect the card soon, and is to be reminded."""

    TOPIC = TOPIC
    KEY = "household_id"

    appointment_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    site_id: UUID
    site_name_ar: str
    site_name_en: str
    starts_at: datetime


class OpenOn(BaseModel):
    """From when to when a site is open on an ISO weekday (1 Monday … 7 Sunday), `08:00`, by the clock on the wall."""

    model_config = ConfigDict(frozen=True)

    weekday: int
    opens: str
    closes: str


class CardStated(Event):
    """The answer of card-service to a citizen who asks where the card is, for another hour, or for the nearest site.

    `state` is null where the citizen has no card. `site_name_ar`, `site_name_en`: where it is collected; `starts_at`:
    the appointment. `offers`: hours of that site that are free, to be chosen by their number, counted from 1. `hours`:
    when that site is open. Who asks for the nearest is answered so only while a card waits to be collected.
    """

    TOPIC = TOPIC
    KEY = "household_id"

    inquiry_id: UUID
    citizen_id: UUID
    household_id: UUID
    topic: str  # card, appointment, nearest
    state: str | None
    site_name_ar: str | None
    site_name_en: str | None
    starts_at: datetime | None
    offers: list[datetime]
    hours: list[OpenOn] = []
