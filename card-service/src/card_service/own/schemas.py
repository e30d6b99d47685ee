"""What crosses the wire about a citizen's own card."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from card_service.cards.lifecycle import CardState
from card_service.distribution.public_api import PublicSite
from card_service.registry.models import Role
from chassis.personal import Personal, Whose
from contracts.card import ProgrammeService


class OwnAppointment(BaseModel):
    """When and where the card is collected."""

    starts_at: Annotated[datetime, Personal.CARD]
    ends_at: datetime
    site: PublicSite


class OwnCard(BaseModel):
    """One's own card: what it is and where, and what one may do now.

    `site` is where it lies or goes to; `expected_on` by when it is there. `may_choose`: another hour may be chosen,
    `changes_left` times; `may_report_lost`: it can be used, and so be stopped.
    """

    card_id: Annotated[UUID, Whose.CARD]
    number_masked: Annotated[str, Personal.CARD]
    holder_name_masked: Annotated[str, Personal.IDENTITY]
    governorate: str
    state: Annotated[CardState, Personal.CARD]
    services: Annotated[list[ProgrammeService], Personal.CARD]
    site: PublicSite | None
    expected_on: date | None
    issued_at: datetime | None
    activated_at: datetime | None
    blocked_at: datetime | None
    block_reason: Annotated[str | None, Personal.CARD]
    lapses_at: datetime | None
    appointment: OwnAppointment | None
    may_choose: bool
    changes_left: int
    may_report_lost: bool


class OwnMember(BaseModel):
    """A member of one's own household. The others' numbers are not shown."""

    citizen_id: Annotated[UUID, Whose.CITIZEN]
    role: Annotated[Role | None, Personal.HOUSEHOLD]
    full_name: Annotated[str, Personal.IDENTITY]
    birth_date: Annotated[date, Personal.IDENTITY]
    you: bool


class OwnHousehold(BaseModel):
    """One's own household as it is registered; `mobile_masked` is one's own."""

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    governorate: str
    district: Annotated[str, Personal.CONTACT]
    address: Annotated[str, Personal.CONTACT]
    mobile_masked: Annotated[str | None, Personal.CONTACT]
    members: list[OwnMember]


class OwnChange(BaseModel):
    """The hour that one has chosen."""

    card_id: Annotated[UUID, Whose.CARD]
    site_id: UUID | None
    starts_at: Annotated[datetime | None, Personal.CARD]
    ends_at: datetime | None


class OwnLoss(BaseModel):
    """One's own card, stopped. Unless another one is asked for, it works again at `lapses_at`."""

    card_id: Annotated[UUID, Whose.CARD]
    state: Annotated[CardState, Personal.CARD]
    blocked_at: Annotated[datetime | None, Personal.CARD]
    lapses_at: Annotated[datetime | None, Personal.CARD]
    bread_code_until: datetime | None = Field(description="a code for bread is on its way by SMS, good until then")
    no_bread_code: Annotated[str | None, Personal.CARD]
