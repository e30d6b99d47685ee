"""What crosses the wire about flour instead of bread."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.months import Month
from chassis.personal import Personal, Whose


class FlourChoiceRequest(BaseModel):
    """The request of a household's head, as an office enters it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    card_id: Annotated[UUID, Whose.CARD]
    month: Annotated[Month, Field(description="a month to come, in Cairo: 2026-12")]
    reference: Annotated[
        str, Field(min_length=1, max_length=100, description="of the head's request, as the office keeps it")
    ]


class FlourChoice(BaseModel):
    """That a household has flour instead of bread in a month; by whom it was entered, and withdrawn."""

    choice_id: UUID
    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    month: Annotated[str, Personal.RATIONS]
    reference: str
    chosen_by: str
    chosen_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class FlourChoices(BaseModel):
    """A household's choices."""

    items: list[FlourChoice]
    next: None = None
