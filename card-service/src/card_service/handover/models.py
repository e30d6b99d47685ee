"""What a hand-over must know, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from card_service.accesses.models import Visit
from card_service.cards.lifecycle import CardState
from card_service.cards.models import Site
from chassis.auth import Principal
from chassis.idempotency import Claim
from contracts.card import ProgrammeService
from contracts.event import Event


@dataclass(frozen=True, slots=True)
class Wish:
    """A counter's request to hand a card over; `visit` says when it was made."""

    claim: Claim
    caller: Principal
    card_id: UUID
    national_id: str
    visit: Visit
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A card that is to be handed over, and all that decides whether it may."""

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    state: CardState
    replaces: UUID | None
    phase_id: UUID | None
    national_id_hash: bytes
    district: str
    members: int
    site: Site | None
    appointment_id: UUID | None


@dataclass(frozen=True, slots=True)
class Handed:
    """A hand-over that is to be written: the card as it will be, the events that tell of it, and the reply."""

    wish: Wish
    card: Waiting
    services: Sequence[ProgrammeService]
    events: Sequence[Event]
    body: bytes
