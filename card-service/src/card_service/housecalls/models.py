"""What house calls are, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from chassis.area import OfDistrict

CallReason = Literal["disability", "illness", "old_age"]
CallState = Literal["planned", "done", "missed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class HouseCall(OfDistrict):
    """That a card is to be brought home on a day; `number` counts the calls of one card."""

    call_id: UUID
    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    district: str
    reason: CallReason
    day: date
    number: int
    state: CallState
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """A call as the visiting team sees it: whom, where, and at which site the card lies."""

    call: HouseCall
    name_kept: bytes
    address: str
    site_id: UUID | None
