"""Rows of change requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from card_service.registry.requests.kinds import OPEN, Appeal, Did, RequestKind, State
from chassis.area import Area
from chassis.principal import Actor


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a request: what, by whom, when, with which code and which words."""

    did: Did
    actor: Actor
    at: datetime
    reason_code: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """A change request as it stands.

    `details` are sealed. `month` is the one it counts from: as foreseen while it waits, as carried out then.
    `held`: bread goes on until the appeal is decided. `changes` are the ids in the household's history, `founded` a
    household that it made; `before` the number that another mobile took the place of, sealed.
    """

    request_id: UUID
    kind: RequestKind
    state: State
    household_id: UUID
    citizen_id: UUID | None
    details: bytes
    fact_on: date
    month: date
    checked: bool
    entered_by: Actor
    by_client: bool
    entered_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    takes_effect_on: date | None
    held: bool
    decided_by: str | None
    decided_at: datetime | None
    reason_code: str | None
    changes: tuple[UUID, ...]
    founded: UUID | None
    proposal_id: UUID | None
    appeal: Appeal | None
    appeal_until: date | None
    appeal_due_at: datetime | None
    appeal_proposal_id: UUID | None
    before: bytes | None
    updated_at: datetime
    governorate: str | None
    district: str | None

    @property
    def area(self) -> Area:
        """Where its household lives."""
        return Area(self.governorate, self.district)

    @property
    def open(self) -> bool:
        """Whether it is not over yet."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document: a sealed file, or a reference to an outside archive."""

    evidence_id: UUID
    request_id: UUID
    media_type: str | None
    size: int | None
    archive_reference: str | None
    entered_by: str
    entered_at: datetime
    mark: bytes


@dataclass(frozen=True, slots=True)
class DrawnInMonth:
    """What a household drew of a month's programme beyond what the others had: loaves, or piastres."""

    programme: str
    month: date
    quantity: int
    unit: str


@dataclass(frozen=True, slots=True)
class MonthsClaim:
    """Months that may have been drawn after a death and before it was known; a person decides what comes of it.

    `drawn`: by what supply-service has told, None while it has not; of a decided claim what was known then.
    """

    claim_id: UUID
    request_id: UUID
    household_id: UUID
    citizen_id: UUID
    first_month: date
    last_month: date
    state: str
    decided_by: str | None
    decided_at: datetime | None
    note: str | None
    drawn: tuple[DrawnInMonth, ...] | None
