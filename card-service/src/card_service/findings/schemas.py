"""What crosses the wire about cards found with a trader."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from card_service.registry import names
from card_service.registry.requests.schemas import ArchiveReference
from chassis.personal import Personal, Whose


class FindingIn(BaseModel):
    """A card that was found with a trader: when, where, and the report that proves it."""

    model_config = ConfigDict(extra="forbid")

    card_number: Annotated[str, Field(min_length=1, max_length=40, description="16 digits, as printed on the card")]
    found_on: Annotated[date, Field(ge=date(2020, 1, 1))]
    place: Annotated[str, Field(min_length=1, max_length=200, description="where, as the report says it")]
    outlet_id: UUID | None = Field(default=None, description="the trader's, where it is an outlet of the system")
    report: Annotated[ArchiveReference, Field(description="where the archive keeps the signed report")]

    @field_validator("place")
    @classmethod
    def _readable(cls, value: str) -> str:
        cleaned = names.line(value)
        if not cleaned:
            raise ValueError("one line of readable text")
        return cleaned


class FindingOut(BaseModel):
    """A finding that is kept.

    `days`: on how many days cards of the household were found within the term that ends with the newest; `needed`: how
    many are a ground. `proposed`: whether keeping the household out was proposed with this one; a person decides.
    """

    finding_id: UUID
    card_id: Annotated[UUID, Whose.CARD]
    found_on: Annotated[date, Personal.CARD]
    days: Annotated[int, Personal.CARD]
    needed: int
    proposed: Annotated[bool, Personal.CARD]
