"""What crosses the wire at a counter."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from card_service.cards.lifecycle import CardState
from card_service.distribution.models import AppointmentState
from card_service.registry.schemas import NationalIdText
from chassis.personal import Personal, Whose
from contracts.card import ProgrammeService


class NationalIdIn(BaseModel):
    """The national id of the citizen at the counter."""

    model_config = ConfigDict(extra="forbid")

    national_id: Annotated[NationalIdText, Personal.IDENTITY]


class CardSite(BaseModel):
    """Where a card lies."""

    site_id: UUID
    name_ar: str
    name_en: str
    address_ar: str


class AppointmentOut(BaseModel):
    """When the citizen was asked to come."""

    starts_at: datetime
    ends_at: datetime
    state: AppointmentState


class FoundCard(BaseModel):
    """A card as a counter finds it. `here`: whether it lies at the caller's own site."""

    card_id: Annotated[UUID, Whose.CARD]
    holder_name_masked: Annotated[str, Personal.IDENTITY]
    state: Annotated[CardState, Personal.CARD]
    site_id: UUID | None
    site: CardSite | None
    here: bool
    appointment: Annotated[AppointmentOut | None, Personal.CARD]
    replaces: UUID | None


class FoundCards(BaseModel):
    """The open cards of a citizen, the newest first."""

    items: list[FoundCard]
    next: str | None = None


class HandedOver(BaseModel):
    """A card that is with its holder now. `replaced_card_id`: the card that ended by it."""

    card_id: Annotated[UUID, Whose.CARD]
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    state: Annotated[CardState, Personal.CARD]
    services: list[ProgrammeService]
    site_id: UUID
    issued_at: datetime
    replaced_card_id: UUID | None
