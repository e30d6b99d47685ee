"""What crosses the wire about mandates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from card_service.cards.examples import CARD
from card_service.mandates.models import EndedBecause, Mandate
from chassis.paging import Page
from chassis.personal import Personal, Whose

_MANDATE: Final[dict[str, JsonValue]] = {
    "proxy_card_id": CARD, "begins_on": "2026-11-10", "ends_on": "2027-05-09", "document": "power of attorney 417/2026"
}  # fmt: skip


class MandateIn(BaseModel):
    """Who shall prove for a card's holder, from which day until which, by which document."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_MANDATE]})

    proxy_card_id: Annotated[UUID, Whose.CARD] = Field(description="the proxy's own card, by which they prove")
    begins_on: date
    ends_on: date = Field(description="the last day")
    document: Annotated[
        str, Field(min_length=3, max_length=200, pattern=r"^[^\x00-\x1f]+$", description="the document's reference")
    ]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.begins_on:
            raise ValueError("a mandate ends after it begins")
        return self


class MandateOut(BaseModel):
    """A mandate. `ended_at` is null while it holds or is to begin; it also ends with its last day."""

    mandate_id: UUID
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    proxy_id: Annotated[UUID, Whose.CITIZEN]
    begins_on: Annotated[date, Personal.CARD]
    ends_on: Annotated[date, Personal.CARD]
    document: Annotated[str, Personal.CARD]
    ended_at: Annotated[datetime | None, Personal.CARD]
    ended_because: Annotated[EndedBecause | None, Personal.CARD]

    @classmethod
    def of(cls, mandate: Mandate) -> Self:
        """The same as it is shown."""
        return cls(**{name: getattr(mandate, name) for name in cls.model_fields})


class Mandates(Page[MandateOut, UUID]):
    """The mandates that a card's holder has given, oldest first."""
