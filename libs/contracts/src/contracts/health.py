"""Events of health-service. No event carries a diagnosis."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from contracts import restated
from contracts.event import Event
from contracts.privacy import ErasureOutcome
from contracts.records import ChainHead
from contracts.restated import Restated

TOPIC = "health.events.v1"
# Telephone numbers, sealed: notify-service alone reads it.
CONTACTS_TOPIC = "health.contacts.v1"


class HouseholdsTreated(Event):
    """Households whose cards were shown at a provider on a day that is over: only that, so many at a time.

    By the provider's governorate. `business_day`: when they were there; visits are told on the day after their entry.
    """

    TOPIC = TOPIC
    KEY = "governorate"

    governorate: str
    business_day: date
    household_ids: list[UUID]


class CoverageChanged(Event):
    """A household's cover as it is from now on."""

    TOPIC = TOPIC
    KEY = "household_id"

    household_id: UUID
    state: str  # active | suspended | ended
    since: date
    exempt: bool


class ProviderRegistered(Event):
    """A family-medicine unit, hospital, laboratory or pharmacy takes part; `trial`: in a trial alone."""

    TOPIC = TOPIC
    KEY = "provider_id"

    provider_id: UUID
    kind: str
    governorate: str
    trial: bool = False


class ProviderContactChanged(Event):
    """How a provider of care is reached, sealed for notify-service, on a topic that nobody else may read.

    `sealed`: the number under the ring that those who register terminals share with notify-service
    (`chassis.contact`); without a number it is taken away.
    """

    TOPIC = CONTACTS_TOPIC
    KEY = "provider_id"

    provider_id: UUID
    sealed: str
    language: str = "ar"
    governorate: str


class ClinicTerminalRegistered(Event):
    """A terminal was assigned to a provider and may be enrolled."""

    TOPIC = TOPIC
    KEY = "terminal_id"

    terminal_id: UUID
    provider_id: UUID
    governorate: str
    authority: str | None = None  # who registered it, and alone gives it its code


class ClinicTerminalSuspended(Event):
    """A provider's terminal is refused everywhere from now on."""

    TOPIC = TOPIC
    KEY = "terminal_id"

    terminal_id: UUID
    provider_id: UUID
    reason: str


class ClinicTerminalReinstated(Event):
    """A provider's suspended terminal may work again."""

    TOPIC = TOPIC
    KEY = "terminal_id"

    terminal_id: UUID
    provider_id: UUID


class EncounterRecorded(Event):
    """A visit was recorded."""

    TOPIC = TOPIC
    KEY = "household_id"

    encounter_id: UUID
    citizen_id: UUID  # the patient
    household_id: UUID
    provider_id: UUID
    service: str
    occurred_at: datetime


class CopaymentDue(Event):
    """The citizen's own part of an encounter is to be taken from the wallet."""

    TOPIC = TOPIC
    KEY = "household_id"

    copayment_id: UUID
    encounter_id: UUID
    citizen_id: UUID  # who pays: the card's holder, who need not be the patient
    household_id: UUID
    card_id: UUID
    provider_id: UUID
    amount: int  # piastres
    # By which the card's holder agreed, as card-service signed it; without it nothing is taken.
    holder_proof: str | None = None


class EncounterReversed(Event):
    """A visit was taken back: it was entered by mistake, or not found to be one."""

    TOPIC = TOPIC
    KEY = "household_id"

    encounter_id: UUID
    citizen_id: UUID  # the patient
    household_id: UUID
    provider_id: UUID
    service: str
    reversed_at: datetime


class CopaymentReversed(Event):
    """The citizen's part of an encounter that was taken back is to be given back, where it was taken."""

    TOPIC = TOPIC
    KEY = "household_id"

    copayment_id: UUID
    encounter_id: UUID
    citizen_id: UUID  # who paid
    household_id: UUID
    card_id: UUID
    provider_id: UUID
    amount: int  # piastres


class ProviderRestated(Restated):
    """A provider of care as it is now, told again for readers that lack a fact."""

    TOPIC = TOPIC
    KEY = "provider_id"
    SUBJECT = "providers"

    provider_id: UUID
    kind: str
    governorate: str
    trial: bool = False


class ClinicTerminalRestated(Restated):
    """A provider's terminal as it is now, told again for readers that lack it.

    `authority`: who registered it; None where that was before it was kept. `suspended_for`: why, while it is refused.
    """

    TOPIC = TOPIC
    KEY = "terminal_id"
    SUBJECT = "clinic-terminals"

    terminal_id: UUID
    provider_id: UUID
    governorate: str
    authority: str | None
    suspended_for: str | None


class RestatementEnded(restated.RestatementEnded):
    """All rows of a subject were told again: so many of them."""

    TOPIC = TOPIC


class RestatementWanted(restated.RestatementWanted):
    """A reader lacks a fact and asks its owner to tell its state again."""

    TOPIC = "health.restatements.v1"


class RecordsChained(ChainHead):
    """Records of who has seen or changed what were chained; for copies of the chain's end that are kept elsewhere."""

    TOPIC = "health.records.v1"


class DataErased(ErasureOutcome):
    """What was held on a citizen and need not be kept was erased here, as was decided; for the citizen's receipt."""

    TOPIC = "health.privacy.v1"
