"""What crosses the wire about mandates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from card_service.cards.examples import CARD
from card_service.mandates.models import Allows, EndedBecause, Mandate
from card_service.registry.schemas import NationalIdText
from chassis.paging import Page
from chassis.personal import Personal, Whose

_MANDATE: Final[dict[str, JsonValue]] = {
    "proxy_card_id": CARD, "begins_on": "2026-11-10", "ends_on": "2027-05-09", "document": "power of attorney 417/2026"
}  # fmt: skip


class MandateIn(BaseModel):
    """Who shall prove for a card's holder, or collect the card, from which day until which, by which document."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_MANDATE]})

    proxy_card_id: Annotated[UUID | None, Whose.CARD] = Field(
        default=None, description="the proxy's own card, by which they prove"
    )
    proxy_national_id: Annotated[NationalIdText | None, Personal.IDENTITY] = Field(
        default=None, description="the proxy, who needs no card to collect another's"
    )
    allows: Annotated[list[Allows], Field(min_length=1, max_length=2, description="what the proxy may do")] = ["prove"]
    begins_on: date
    ends_on: date = Field(description="the last day")
    document: Annotated[
        str, Field(min_length=3, max_length=200, pattern=r"^[^\x00-\x1f]+$", description="the document's reference")
    ]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.begins_on:
            raise ValueError("a mandate ends after it begins")
        if (self.proxy_card_id is None) == (self.proxy_national_id is None):
            raise ValueError("a proxy is named by one of proxy_card_id and proxy_national_id")
        if self.proxy_card_id is None and "prove" in self.allows:
            raise ValueError("who proves has a card: proxy_card_id")
        return self


class MandateOut(BaseModel):
    """A mandate. `ended_at` is null while it holds or is to begin; it also ends with its last day."""

    mandate_id: UUID
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    proxy_id: Annotated[UUID, Whose.CITIZEN]
    begins_on: Annotated[date, Personal.CARD]
    ends_on: Annotated[date, Personal.CARD]
    document: Annotated[str, Personal.CARD]
    allows: Annotated[Sequence[Allows], Personal.CARD]
    ended_at: Annotated[datetime | None, Personal.CARD]
    ended_because: Annotated[EndedBecause | None, Personal.CARD]

    @classmethod
    def of(cls, mandate: Mandate) -> Self:
        """The same as it is shown."""
        return cls(**{name: getattr(mandate, name) for name in cls.model_fields})


class Mandates(Page[MandateOut, UUID]):
    """The mandates that a card's holder has given, oldest first."""
