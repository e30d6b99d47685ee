"""Events of card-service about mandates: who else may prove for a card's holder, or collect the card."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from contracts.card import TOPIC
from contracts.event import Event


class MandateBegan(Event):
    """Two persons decided what `proxy_id` may do for `citizen_id`, from one day until another, both included.

    `allows`: `prove` at terminals, `collect` the card at its site.
    """

    TOPIC = TOPIC
    KEY = "household_id"

    mandate_id: UUID
    citizen_id: UUID
    household_id: UUID
    proxy_id: UUID
    begins_on: date
    ends_on: date
    allows: list[str] = ["prove"]


class MandateEnded(Event):
    """A mandate holds no longer."""

    TOPIC = TOPIC
    KEY = "household_id"

    mandate_id: UUID
    citizen_id: UUID
    household_id: UUID
    proxy_id: UUID
    because: str  # withdrawn, over, holder_died, proxy_died
    ended_at: datetime
