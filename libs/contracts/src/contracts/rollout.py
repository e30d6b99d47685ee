"""Events of card-service about the roll-out: phases and what is taken back of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.card import TOPIC, ProgrammeService
from contracts.event import Event


class ActivationTakenBack(Event):
    """A card was activated with a cohort that should not have been yet: what it had got by that it has no more.

    `services`: those taken from it, each told by `CardServiceDisabled` too. `issued`: it is as it was when it was
    handed over, and opens nothing before it is activated again.
    """

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    activation_id: UUID
    services: list[ProgrammeService]
    issued: bool
    taken_back_at: datetime


class RolloutPhaseChanged(Event):
    """A roll-out phase moved to another state (planned, distributing, activating, active, paused), or to another stage.

    `stage`: how far it has been let (prepare, trial, distribution, activation, live, review).
    """

    TOPIC = TOPIC
    KEY = "phase_id"

    phase_id: UUID
    governorate: str
    name: str
    state: str
    stage: str | None = None
