"""What crosses the wire about house calls."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from card_service.housecalls.models import CallReason, CallState, HouseCall
from chassis.paging import Page
from chassis.personal import Personal, Whose


class HouseCallIn(BaseModel):
    """Why the holder cannot come; no diagnosis. `not_before`: the first day on which somebody is there."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "disability"}]})

    reason: CallReason
    not_before: date | None = None


class HouseCallOut(BaseModel):
    """That a card is brought home on a day; `number` counts the calls of one card."""

    call_id: UUID
    card_id: Annotated[UUID, Whose.CARD]
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    governorate: str
    district: str
    reason: Annotated[CallReason, Personal.HEALTH]
    day: Annotated[date, Personal.CARD]
    number: int
    state: CallState
    asked_by: str
    asked_at: datetime

    @classmethod
    def of(cls, call: HouseCall) -> Self:
        """The same as it is shown."""
        return cls(**{name: getattr(call, name) for name in cls.model_fields})


class VisitOut(BaseModel):
    """A call as the visiting team sees it: whom, where, and the site where it fetches the card."""

    call_id: UUID
    card_id: Annotated[UUID, Whose.CARD]
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    holder_name_masked: Annotated[str, Personal.IDENTITY]
    district: str
    address: Annotated[str, Personal.CONTACT]
    reason: Annotated[CallReason, Personal.HEALTH]
    day: date
    state: Annotated[CallState, Personal.CARD]
    site_id: UUID | None


class Visits(Page[VisitOut, UUID]):
    """The house calls of a day, in the order in which they were asked for."""
