"""Events about trials on sample units: what each service has seen test cards do. card-service keeps them as checks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts import health, payment, supply
from contracts.event import Event


class TrialSaleSeen(Event):
    """A trial card has drawn something at a trial outlet, or a draw of its was taken back.

    `step`: draw_bread, draw_goods, offline_draw or reversal.
    """

    TOPIC = supply.TOPIC
    KEY = "household_id"

    source_id: UUID
    household_id: UUID
    card_id: UUID
    outlet_id: UUID
    step: str
    occurred_at: datetime


class TrialVisitSeen(Event):
    """A trial card's holder was seen at a trial provider; no visit that counts."""

    TOPIC = health.TOPIC
    KEY = "household_id"

    encounter_id: UUID
    household_id: UUID
    occurred_at: datetime


class TrialPaymentSeen(Event):
    """A hold on a trial card's wallet was taken by a trial outlet; no payment that counts."""

    TOPIC = payment.TOPIC
    KEY = "household_id"

    payment_id: UUID
    household_id: UUID
    captured_at: datetime
