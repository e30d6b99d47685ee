"""What a hand-over must know, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from card_service.cards.lifecycle import CardState
from card_service.distribution.models import AppointmentState
from card_service.registry.models import Life, Role
from chassis.area import Area, Bound, OfDistrict
from chassis.idempotency import Claim
from chassis.principal import Principal
from chassis.records.rows import Record
from contracts.card import ProgrammeService
from contracts.event import Event

_MADE: Final = frozenset({CardState.PRODUCED, CardState.IN_STOCK})


@dataclass(frozen=True, slots=True)
class Site:
    """The site where a card lies, as a counter tells the citizen."""

    site_id: UUID
    name_ar: str
    name_en: str
    address_ar: str


@dataclass(frozen=True, slots=True)
class Search:
    """A counter's search; `governorate`: the only one whose cards the caller may see, None for all."""

    national_id_hash: bytes
    governorate: str | None


class Lying(OfDistrict):
    """A card that lies at a pick-up site."""

    __slots__ = ()
    governorate: str
    district: str
    state: CardState
    site: Site | None
    bound_for: UUID | None
    expected_on: date | None

    def lies_with(self, bound: Bound) -> bool:
        """Whether it lies at the site the caller is bound to."""
        if self.site is None or bound.site_id is None:
            return False
        return bound.covers(Area(self.governorate, site_id=self.site.site_id))

    def comes_to(self, bound: Bound) -> bool:
        """Whether it is made, is to be collected at the caller's site, and has not come there yet."""
        if self.state not in _MADE or self.bound_for is None or bound.site_id is None or self.lies_with(bound):
            return False
        return bound.covers(Area(self.governorate, site_id=self.bound_for))


@dataclass(frozen=True, slots=True)
class Found(Lying):
    """A card as a counter finds it by national id."""

    card_id: UUID
    citizen_id: UUID
    name_kept: bytes
    governorate: str
    district: str
    state: CardState
    replaces: UUID | None
    site: Site | None
    starts_at: datetime | None
    ends_at: datetime | None
    appointment_state: AppointmentState | None
    bound_for: UUID | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known(OfDistrict):
    """A registered citizen without an open card; `states` are those of the cards of before."""

    citizen_id: UUID
    governorate: str | None
    district: str | None
    life: Life
    role: Role | None
    birth_date: date
    states: frozenset[CardState]


@dataclass(frozen=True, slots=True)
class Wish:
    """A counter's request to hand a card over: when it was made, and what the record will say of it."""

    claim: Claim
    caller: Principal
    card_id: UUID
    national_id: str
    proxy_national_id: str | None
    house_call_id: UUID | None
    now: datetime
    record: Record
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class Waiting(Lying):
    """A card that is to be handed over, and all that decides whether it may."""

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    state: CardState
    replaces: UUID | None
    phase_id: UUID | None
    national_ids: tuple[bytes, ...]  # the holder's, and those of before it was corrected; keyed hashes
    district: str
    members: int
    site: Site | None
    appointment_id: UUID | None
    appointment_site: UUID | None
    house_call_id: UUID | None  # planned for the card
    house_call_day: date | None
    bound_for: UUID | None = None
    expected_on: date | None = None

    @property
    def keeps(self) -> bool:
        """Whether its holder has an appointment where the card lies; one at another site is called off."""
        return self.site is not None and self.appointment_site == self.site.site_id


@dataclass(frozen=True, slots=True)
class Collection:
    """Who collected a card for its holder, and by which mandate."""

    card_id: UUID
    proxy_id: UUID
    mandate_id: UUID
    site_id: UUID


@dataclass(frozen=True, slots=True)
class Collected:
    """Who was given a card: its holder, or a proxy by a mandate whose document is named; when, where, by whom.

    `handed_over_by` and `site_id` are None where it was before steps were kept.
    """

    card_id: UUID
    citizen_id: UUID
    proxy_id: UUID | None
    mandate_id: UUID | None
    document: str | None
    at_home: bool
    site_id: UUID | None
    site_name_ar: str | None
    site_name_en: str | None
    handed_over_by: str | None
    collected_at: datetime


@dataclass(frozen=True, slots=True)
class Handed:
    """A hand-over that is to be written: the card as it will be, the events that tell of it, and the reply."""

    wish: Wish
    card: Waiting
    services: Sequence[ProgrammeService]
    events: Sequence[Event]
    body: bytes
    collection: Collection | None = None
