"""Rights of citizens: what card-service tells that was decided, and what every service tells of an erasure."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.event import Event, registry

PRIVACY_TOPIC = "card.privacy.v1"


class ErasedData(BaseModel):
    """Data of some classes (`chassis.personal`) that were erased in a table: how many rows."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    table: str
    classes: list[str]
    rows: int


class KeptData(ErasedData):
    """Data that stay, with the legal basis (`chassis.processing.basis`) by which they must."""

    basis: str


class ErasureOutcome(Event):
    """A service has erased what it held on a citizen and need not keep. `keys`: of sealed old and new values."""

    KEY = "citizen_id"

    erasure_id: UUID
    citizen_id: UUID
    erased: list[ErasedData]
    kept: list[KeptData]
    keys: int


class ProcessingRestricted(Event):
    """A citizen's data are held and, from a day on, not used but for legal duties and what protects the citizen.

    `ground`: accuracy, unlawful, claim, objection or order; the reason in words stays in card-service.
    """

    TOPIC = PRIVACY_TOPIC
    KEY = "citizen_id"

    restriction_id: UUID
    citizen_id: UUID
    ground: str
    starts_on: date
    ends_on: date | None  # the first day on which they are used again


class RestrictionLifted(Event):
    """A restriction of processing has ended before its day, by decision."""

    TOPIC = PRIVACY_TOPIC
    KEY = "citizen_id"

    restriction_id: UUID
    citizen_id: UUID
    lifted_at: datetime


class ErasureDecided(Event):
    """What is held on a citizen is to be erased wherever no law keeps it; told again until every service has."""

    TOPIC = PRIVACY_TOPIC
    KEY = "citizen_id"

    erasure_id: UUID
    citizen_id: UUID
    household_id: UUID | None
    card_ids: list[UUID]
    decided_at: datetime


def outcome_event(service: str) -> type[ErasureOutcome] | None:
    """The event by which a service tells what it has erased; None for one that tells nobody."""
    found = registry().get(f"eg.unicard.{service}.DataErased.v1")
    return found if found is not None and issubclass(found, ErasureOutcome) else None
