"""What crosses the wire at a counter."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from card_service.cards.lifecycle import CardState
from card_service.distribution.models import AppointmentState
from card_service.registry.schemas import NationalIdText
from chassis.personal import Personal, Whose
from contracts.card import ProgrammeService


class NationalIdIn(BaseModel):
    """The national id of the citizen at the counter."""

    model_config = ConfigDict(extra="forbid")

    national_id: Annotated[NationalIdText, Personal.IDENTITY]


class HandOverIn(NationalIdIn):
    """The national id of the card's holder, and of the proxy, by the paper that was seen, where a proxy collects.

    `house_call_id`: the card is given at home, by a team of the site where it lay.
    """

    proxy_national_id: Annotated[NationalIdText | None, Personal.IDENTITY] = None
    house_call_id: UUID | None = None


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


class NothingToGive(BaseModel):
    """Why there is no card that could be handed over here: a stable code, in words, and where the card lies instead.

    `national_id_…`: the number cannot be one; `likely_typo`, `person_unknown`, `person_deceased`, `child_without_card`,
    `card_not_planned`, `card_in_production`, `card_on_its_way`, `card_at_other_site`, `card_handed_over`,
    `card_closed`.
    """

    code: Annotated[str, Personal.CARD]
    reason: str
    reason_ar: str
    site: CardSite | None
    expected_on: Annotated[date | None, Personal.CARD, Field(description="by when a card on its way is to be here")]


class FoundCards(BaseModel):
    """The open cards of a citizen, the newest first; `nothing_to_give` where none of them can be handed over here."""

    items: list[FoundCard]
    nothing_to_give: NothingToGive | None
    next: str | None = None


class CollectedFor(BaseModel):
    """Whose card it is."""

    citizen_id: Annotated[UUID, Whose.CITIZEN]


class CollectedBy(BaseModel):
    """The proxy who was given it, by which mandate."""

    citizen_id: Annotated[UUID, Whose.CITIZEN]
    mandate_id: UUID
    document: Annotated[str, Personal.CARD, Field(description="the reference of the mandate's document")]


class CollectionOut(BaseModel):
    """Who was given a card, when, where and by whom. Holder and proxy each see in their records that it was read."""

    card_id: Annotated[UUID, Whose.CARD]
    collected_by: Annotated[Literal["holder", "proxy"], Personal.CARD]
    holder: CollectedFor
    proxy: Annotated[CollectedBy | None, Field(description="null where the holder was given it")]
    at_home: Annotated[bool, Personal.CARD]
    site_id: Annotated[UUID | None, Field(description="null for what was given before it was kept")]
    site_name_ar: str | None
    site_name_en: str | None
    handed_over_by: Annotated[str | None, Field(description="the clerk's subject, null as before")]
    collected_at: Annotated[datetime, Personal.CARD]


class HandedOver(BaseModel):
    """A card that is with its holder now. `replaced_card_id`: the card that ended by it.

    `by_proxy`: a proxy was given it; `at_home`: it was brought there.
    """

    card_id: Annotated[UUID, Whose.CARD]
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    state: Annotated[CardState, Personal.CARD]
    services: list[ProgrammeService]
    site_id: UUID
    issued_at: datetime
    by_proxy: bool
    at_home: bool
    replaced_card_id: UUID | None
