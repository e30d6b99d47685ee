"""Events of card-service: the registry, the cards, their distribution and the roll-out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts import restated
from contracts.event import Event
from contracts.records import ChainHead
from contracts.restated import Restated

TOPIC = "card.events.v1"
CONTACTS_TOPIC = "card.contacts.v1"


class ProgrammeService(StrEnum):
    """A service that can be enabled on a card, one by one."""

    SUPPLY = "supply"
    HEALTH = "health"
    PAYMENT = "payment"


class ContactChanged(Event):
    """How a citizen is reached, sealed for notify-service, on a topic of its own that nobody else may read.

    `sealed`: given name and number under the ring that card-service and notify-service share (`chassis.contact`).
    """

    TOPIC = CONTACTS_TOPIC
    KEY = "citizen_id"
    VERSION = 2

    citizen_id: UUID
    household_id: UUID
    sealed: str
    language: str = "ar"
    governorate: str | None = None  # of residence


class ContactChangedInClear(Event):
    """How a citizen is reached, in clear. Published by earlier versions; understood until none is kept anywhere."""

    TOPIC = CONTACTS_TOPIC
    KEY = "citizen_id"
    NAME = "ContactChanged"

    citizen_id: UUID
    household_id: UUID
    given_name: str
    mobile: str | None  # E.164, None where the citizen has no usable number any more
    language: str = "ar"
    governorate: str | None = None  # of residence; None in events of before


class CitizenRegistered(Event):
    """A citizen was entered in the register as a member of a household."""

    TOPIC = TOPIC
    KEY = "household_id"

    citizen_id: UUID
    household_id: UUID
    is_head: bool
    birth_year: int
    governorate: str  # two-digit code of residence, never of birth


class CitizenUpdated(Event):
    """Data of a citizen changed; `changed` names the fields, their values stay in card-service."""

    TOPIC = TOPIC
    KEY = "household_id"

    citizen_id: UUID
    household_id: UUID
    changed: list[str]


class HouseholdChanged(Event):
    """The household's size or residence as it is from now on (also sent when it is first registered)."""

    TOPIC = TOPIC
    KEY = "household_id"

    household_id: UUID
    governorate: str
    district: str
    members: int
    revision: int  # grows by one at each change, so that a late event never overwrites a newer one


class PickupScheduled(Event):
    """A citizen has an appointment to collect the card."""

    TOPIC = TOPIC
    KEY = "household_id"

    appointment_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    site_id: UUID
    site_name_ar: str
    site_name_en: str
    site_address_ar: str
    starts_at: datetime
    ends_at: datetime


class PickupMissed(Event):
    """The appointment passed and the card was not collected."""

    TOPIC = TOPIC
    KEY = "household_id"

    appointment_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID


class CardIssued(Event):
    """A card was handed over to its holder at a pick-up site; it is not active yet."""

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    site_id: UUID
    issued_at: datetime


class CardActivated(Event):
    """A card may be used for the services enabled on it."""

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    district: str
    members: int
    services: list[ProgrammeService]
    phase_id: UUID | None
    activated_at: datetime


class CardServiceEnabled(Event):
    """One more service may be used with the card."""

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    household_id: UUID
    service: ProgrammeService


class CardServiceDisabled(Event):
    """A service may no longer be used with the card."""

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    household_id: UUID
    service: ProgrammeService
    reason: str


class CardBlocked(Event):
    """The card is refused everywhere from now on (lost, stolen, damaged, suspected fraud, by order)."""

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    reason: str
    blocked_at: datetime


class CardUnblocked(Event):
    """A blocked card may be used again."""

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    citizen_id: UUID
    household_id: UUID


class CardReplaced(Event):
    """A new card was handed over in the place of another, which is closed; entitlements stay with the household."""

    TOPIC = TOPIC
    KEY = "household_id"

    old_card_id: UUID
    new_card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    services: list[ProgrammeService]
    replaced_at: datetime


class CardClosed(Event):
    """The card is at its end and never returns to use."""

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    household_id: UUID
    reason: str


class RolloutPhaseChanged(Event):
    """A roll-out phase moved to another state (planned, distributing, activating, active, paused)."""

    TOPIC = TOPIC
    KEY = "phase_id"

    phase_id: UUID
    governorate: str
    name: str
    state: str


class CardRestated(Restated):
    """A card as it is now, told again for readers that lack a fact; nothing has happened to it.

    `state`: issued, active, blocked or closed; `governorate`, `district`, `members`: of its household.
    """

    TOPIC = TOPIC
    KEY = "household_id"
    SUBJECT = "card"

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    district: str
    members: int
    state: str
    services: list[ProgrammeService]
    activated_at: datetime | None  # None for a card that never was active
    blocked_at: datetime | None
    replaced_by: UUID | None  # the card that was handed over in its place


class MemberRestated(BaseModel):
    """A citizen as a member of a household that is told again."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    citizen_id: UUID
    is_head: bool
    birth_year: int


class HouseholdRestated(Restated):
    """A household with its members as it is now, told again for readers that lack a fact."""

    TOPIC = TOPIC
    KEY = "household_id"
    SUBJECT = "households"

    household_id: UUID
    governorate: str
    district: str
    members: int
    revision: int
    citizens: list[MemberRestated]


class ContactRestated(Restated):
    """How a citizen with a number is reached now, sealed as in `ContactChanged`, told again."""

    TOPIC = CONTACTS_TOPIC
    KEY = "citizen_id"
    SUBJECT = "contacts"

    citizen_id: UUID
    household_id: UUID
    sealed: str
    governorate: str


class RestatementEnded(restated.RestatementEnded):
    """All rows of a subject were told again: so many of them."""

    TOPIC = TOPIC


class RecordsChained(ChainHead):
    """Records of who has seen or changed what were chained; for copies of the chain's end that are kept elsewhere."""

    TOPIC = "card.records.v1"
