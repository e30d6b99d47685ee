"""Events of card-service: the registry, the cards, their distribution and the roll-out."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from contracts import restated
from contracts.event import Event
from contracts.household import HouseholdState, MemberRestated, Month
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
    `new_until`: the number took another's place so lately that it proves nothing before this instant.
    """

    TOPIC = CONTACTS_TOPIC
    KEY = "citizen_id"
    VERSION = 2

    citizen_id: UUID
    household_id: UUID
    sealed: str
    language: str = "ar"
    governorate: str | None = None  # of residence
    new_until: datetime | None = None


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
    birth_year: int | None = None  # where the date of birth is among them


class HouseholdChanged(Event):
    """The household's size or residence as it is from now on.

    Published by earlier versions; understood until none is kept anywhere. Version 2 tells more, by month.
    """

    TOPIC = TOPIC
    KEY = "household_id"

    household_id: UUID
    governorate: str
    district: str
    members: int
    revision: int  # grows by one at each change, so that a late event never overwrites a newer one


class HouseholdChangedByMonth(HouseholdState, Event):
    """The household as it is from now on, whole: its members and its sizes by programme through all its months.

    `sizes` are absolute and complete, oldest first: before the first month it counts none, after the last entry that
    entry holds. Of two events the one with the greater `revision` is right, whichever comes last.
    """

    TOPIC = TOPIC
    KEY = "household_id"
    VERSION = 2
    NAME = "HouseholdChanged"

    effective_month: Month  # the first month that this change may alter


class MemberJoined(Event):
    """A citizen belongs to a household from a day on, and counts in it from a month on.

    Who is entered together with the household is told by CitizenRegistered and HouseholdChanged alone.
    """

    TOPIC = TOPIC
    KEY = "household_id"

    household_id: UUID
    citizen_id: UUID
    role: str
    birth_year: int
    joined_on: date
    effective_month: Month
    reason: str  # newborn, marriage, included, split, merged
    change_id: UUID


class MemberLeft(Event):
    """A citizen belongs to a household no more from a day on; the household's pots of that month stay as they are."""

    TOPIC = TOPIC
    KEY = "household_id"

    household_id: UUID
    citizen_id: UUID
    left_on: date
    effective_month: Month  # the first month in which the citizen does not count
    reason: str  # death, divorce, marriage, removed, split, merged, ended
    change_id: UUID


class PersonDied(Event):
    """A citizen is dead: cards, wallet and cover end on the day of this event, whenever it was told."""

    TOPIC = TOPIC
    KEY = "household_id"

    household_id: UUID  # the one the citizen belonged to last
    citizen_id: UUID
    died_on: date
    was_head: bool
    effective_month: Month
    change_id: UUID


class HeadChanged(Event):
    """Another member is the head of a household."""

    TOPIC = TOPIC
    KEY = "household_id"

    household_id: UUID
    citizen_id: UUID  # the head from now on
    former_head: UUID
    changed_on: date
    reason: str
    change_id: UUID


class HouseholdMoved(Event):
    """A household lives elsewhere, or its card was transferred to another governorate."""

    TOPIC = TOPIC
    KEY = "household_id"

    household_id: UUID
    governorate: str
    district: str
    former_governorate: str
    former_district: str
    governorate_of_issue: str
    transferred: bool  # the governorate of issue is another one, too
    moved_on: date
    effective_month: Month
    change_id: UUID


class EntitlementDecided(Event):
    """A member counts for a programme from a month on, or does not; HouseholdChanged tells what the sizes come to."""

    TOPIC = TOPIC
    KEY = "household_id"

    household_id: UUID
    citizen_id: UUID
    programme: str  # goods, bread, health
    counts: bool
    ground: str  # a code: income, abroad, …; `entered` where the member was taken in
    basis: str | None  # of health insurance
    effective_month: Month
    decided_at: datetime
    paid_back: bool  # reinstated: months that were opened without the member are made good
    change_id: UUID


class PickupScheduled(Event):
    """A citizen has an appointment to collect the card, in the place of the one before.

    `because`: `planned`, `missed` the one before, `rebooked`, `moved` to another site, a `walk_in`, or `replanned`
    since the site is shut.
    """

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
    because: str = "planned"


class PickupMissed(Event):
    """The appointment passed and the card was not collected.

    `again`: another one follows; where none does, the card is kept at its site until `kept_until`.
    """

    TOPIC = TOPIC
    KEY = "household_id"

    appointment_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    again: bool | None = None
    kept_until: date | None = None


class CardIssued(Event):
    """A card was handed over to its holder, or to the holder's proxy, at a pick-up site; it is not active yet."""

    TOPIC = TOPIC
    KEY = "household_id"

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    site_id: UUID
    issued_at: datetime
    by_proxy: bool = False


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
    closed_at: datetime | None = None  # None for one that is not closed; or the teller is of before


class HouseholdRestated(Restated):
    """A household with its members as it is now, told again for readers that lack a fact.

    `state` is what HouseholdChanged v2 tells; None where the teller is of before.
    """

    TOPIC = TOPIC
    KEY = "household_id"
    SUBJECT = "households"

    household_id: UUID
    governorate: str
    district: str
    members: int
    revision: int
    citizens: list[MemberRestated]
    state: HouseholdState | None = None


class ContactRestated(Restated):
    """How a citizen with a number is reached now, sealed as in `ContactChanged`, told again."""

    TOPIC = CONTACTS_TOPIC
    KEY = "citizen_id"
    SUBJECT = "contacts"

    citizen_id: UUID
    household_id: UUID
    sealed: str
    governorate: str
    new_until: datetime | None = None


class RestatementEnded(restated.RestatementEnded):
    """All rows of a subject were told again: so many of them."""

    TOPIC = TOPIC


class RestatementWanted(restated.RestatementWanted):
    """A reader lacks a fact and asks its owner to tell its state again."""

    TOPIC = "card.restatements.v1"


class RecordsChained(ChainHead):
    """Records of who has seen or changed what were chained; for copies of the chain's end that are kept elsewhere."""

    TOPIC = "card.records.v1"
