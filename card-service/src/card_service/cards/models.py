"""Rows of cards, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from card_service.cards.lifecycle import Action, CardState
from card_service.cards.pins import StoredPin
from chassis.area import OfDistrict
from chassis.principal import Principal

BlockReason = Literal["lost", "stolen", "damaged", "fraud", "order"]
PinState = Literal["not_set", "set", "locked"]


@dataclass(frozen=True, slots=True)
class Card(OfDistrict):
    """A card as it stands: of its governorate of issue, and of the district where its household lives."""

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    district: str
    number_sealed: bytes
    state: CardState
    state_before_block: CardState | None
    site_id: UUID | None
    phase_id: UUID | None
    services: tuple[str, ...]
    replaces: UUID | None
    issued_at: datetime | None
    activated_at: datetime | None
    blocked_at: datetime | None
    block_reason: BlockReason | None
    lapses_at: datetime | None  # when the block ends by itself
    pin: StoredPin | None
    birth_year: int
    bound_for: UUID | None = None  # where it is to be collected once it has come there, while it is elsewhere
    expected_on: date | None = None  # the day on which it is to be there, where that is known

    def lies_at(self, site_id: UUID) -> bool:
        """Whether it is at that site."""
        return self.state is CardState.IN_STOCK and self.site_id == site_id


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a card's life that is to be kept: what was done, when, by whom, at which site, why."""

    action: Action
    at: datetime
    by: str
    where: UUID | None = None
    because: str | None = None

    @classmethod
    def of(cls, caller: Principal, action: Action, at: datetime, because: str | None = None) -> Step:
        """A step that a caller takes, at the caller's own site if it is bound to one."""
        return cls(action, at, caller.subject, caller.bound.site_id, because)

    @property
    def values(self) -> dict[str, object]:
        """As a statement takes it."""
        return {
            "action": str(self.action),
            "at": self.at,
            "by": self.by,
            "where": self.where,
            "because": self.because,
        }


@dataclass(frozen=True, slots=True)
class KeptStep:
    """A step of a card's life as it is kept.

    Without `action` where a version of the service took it that did not tell, and without `done_by` where it is of
    before steps were kept.
    """

    step_id: UUID
    action: Action | None
    state_before: CardState | None
    state: CardState
    at: datetime
    done_by: str | None
    site_id: UUID | None
    because: str | None


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card to be written: in stock at a site, or without one to be made by a bureau.

    A replacement is ordered by an office and approved with that; it is collected at the site that it is `bound_for`.
    """

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    number_hash: bytes
    number_sealed: bytes
    site_id: UUID | None
    phase_id: UUID | None
    replaces: UUID | None = None
    order_id: UUID | None = None
    bound_for: UUID | None = None

    @property
    def state(self) -> CardState:
        """What it is when it is written."""
        if self.site_id is not None:
            return CardState.IN_STOCK
        return CardState.REQUESTED if self.replaces is None else CardState.APPROVED


@dataclass(frozen=True, slots=True)
class ActivatedCard:
    """A card that was activated just now, with what others must know of its household.

    `added`: the services it had not before; `handed_over`: it was not active yet.
    """

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    district: str
    members: int
    added: tuple[str, ...] = ()
    handed_over: bool = True
