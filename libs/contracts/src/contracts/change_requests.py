"""Events of card-service about requests for changes of the register, and appeals against what was decided."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.card import CONTACTS_TOPIC, TOPIC
from contracts.event import Event
from contracts.household import Month


class ChangeRequestEntered(Event):
    """Somebody asks for a change of the register; it is decided until `due_at`, or who leads the office is told."""

    TOPIC = TOPIC
    KEY = "household_id"

    request_id: UUID
    request: str  # newborn, death, split, …
    household_id: UUID
    citizen_id: UUID  # who is told: the one it is about, or the head
    entered_at: datetime
    due_at: datetime


class ChangeRequestDecided(Event):
    """What became of a request for a change of the register, with the reason in words for the citizen."""

    TOPIC = TOPIC
    KEY = "household_id"

    request_id: UUID
    request: str
    household_id: UUID
    citizen_id: UUID  # who is told
    outcome: str  # done, refused, withdrawn, lapsed
    effective_month: Month | None  # from which it counts, where it was carried out
    reason: str | None  # a code
    reason_en: str | None
    reason_ar: str | None
    appeal_until: date | None
    decided_at: datetime


class ExclusionAnnounced(Event):
    """Members are to be kept out of programmes from a day on, unless an appeal is won."""

    TOPIC = TOPIC
    KEY = "household_id"

    request_id: UUID
    household_id: UUID
    citizen_id: UUID  # who is told
    citizen_ids: list[UUID]
    programmes: list[str]
    ground: str
    ground_en: str
    ground_ar: str
    takes_effect_on: date
    appeal_until: date


class ChangeRequestAppealed(Event):
    """Somebody appeals against what was decided about a request; bread goes on until that is decided."""

    TOPIC = TOPIC
    KEY = "household_id"

    request_id: UUID
    request: str
    household_id: UUID
    citizen_id: UUID  # who is told
    due_at: datetime


class AppealDecided(Event):
    """An appeal against what was decided about a request is won or lost."""

    TOPIC = TOPIC
    KEY = "household_id"

    request_id: UUID
    request: str
    household_id: UUID
    citizen_id: UUID  # who is told
    won: bool
    reason: str | None
    reason_en: str | None
    reason_ar: str | None
    decided_at: datetime


class ChangeRequestOverdue(Event):
    """Nobody has decided a request, or the appeal against it, within its term."""

    TOPIC = TOPIC
    KEY = "household_id"

    request_id: UUID
    request: str
    household_id: UUID
    governorate: str
    due_at: datetime
    appeal: bool


class MonthDrawn(BaseModel):
    """Loaves or piastres drawn of a month beyond what the others of the household had."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    programme: Literal["bread", "goods"]
    month: Month
    quantity: int
    unit: Literal["loaf", "piastre"]


class MonthsClaimEntered(Event):
    """Months may have been drawn for a member after death and before that was known; a person decides about it."""

    TOPIC = TOPIC
    KEY = "household_id"

    claim_id: UUID
    request_id: UUID
    household_id: UUID
    citizen_id: UUID
    first_month: Month
    last_month: Month


class MonthsClaimDecided(Event):
    """What a person has decided about months drawn after a death; nothing is owed by itself."""

    TOPIC = TOPIC
    KEY = "household_id"

    claim_id: UUID
    household_id: UUID
    citizen_id: UUID
    first_month: Month
    last_month: Month
    pursued: bool
    decided_at: datetime
    amounts: list[MonthDrawn] = []  # what was drawn beyond what the others had, as far as it was known


class MobileCodeIssued(Event):
    """A code for a change of mobile is to be sent, sealed for notify-service together with the number it goes to.

    `sealed`: name and number as of a contact, and the code as its own sealed text; good until `expires_at`.
    """

    TOPIC = CONTACTS_TOPIC
    KEY = "citizen_id"

    request_id: UUID
    citizen_id: UUID
    household_id: UUID
    sealed: str
    code_sealed: str
    minutes: int
    expires_at: datetime
    language: str = "ar"


class MobileChanging(Event):
    """The old number of a citizen is told that another one takes its place, and that it may object until then.

    `sealed`: the old number, for notify-service.
    """

    TOPIC = CONTACTS_TOPIC
    KEY = "citizen_id"

    request_id: UUID
    citizen_id: UUID
    household_id: UUID
    sealed: str
    object_until: datetime
    language: str = "ar"
