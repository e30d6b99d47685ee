"""What crosses the wire about lists of the register."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from card_service.cards.lifecycle import CardState
from card_service.registry.models import HouseholdStatus
from chassis.paging import Page
from chassis.personal import Personal, Whose


class RegisteredHousehold(BaseModel):
    """A household with its head and the head's card; `restricted`: of whom nothing is shown, by the person's right."""

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    governorate: str
    district: Annotated[str, Personal.CONTACT]
    status: Annotated[HouseholdStatus, Personal.HOUSEHOLD]
    members: Annotated[int, Personal.HOUSEHOLD]
    registered_at: datetime
    citizen_id: Annotated[UUID | None, Whose.CITIZEN, Field(description="the head; null where an ended one has none")]
    full_name: Annotated[str | None, Personal.IDENTITY]
    card_id: Annotated[UUID | None, Whose.CARD]
    card_number_masked: Annotated[str | None, Personal.CARD]
    card_state: Annotated[CardState | None, Personal.CARD]
    site_id: Annotated[UUID | None, Personal.CARD]
    restricted: bool


class RegisteredPage(Page[RegisteredHousehold, str]):
    """Households in the order that was asked for."""


class RegisteredCount(BaseModel):
    """How many households a list has in all its pages."""

    count: int
