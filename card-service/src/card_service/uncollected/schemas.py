"""What crosses the wire about uncollected cards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from chassis.personal import Personal, Whose

MOST = 1000


class UncollectedOut(BaseModel):
    """A card whose last invitation, or its coming where there was none, is over by the term."""

    card_id: Annotated[UUID, Whose.CARD]
    holder_name_masked: Annotated[str, Personal.IDENTITY]
    invitations: Annotated[int, Personal.CARD]
    last_ended_at: Annotated[datetime, Personal.CARD]
    marked_by: str | None
    marked_at: datetime | None


class UncollectedPage(Page[UncollectedOut, UUID]):
    """A site's uncollected cards by their ids; `uncollected` and `marked` count them all, not this page's."""

    uncollected: int
    marked: int


class MarkIn(BaseModel):
    """Cards that go back."""

    model_config = ConfigDict(extra="forbid")

    card_ids: Annotated[list[UUID], Personal.CARD, Field(min_length=1, max_length=MOST)]


class MarkedCard(BaseModel):
    """A card that goes back."""

    card_id: Annotated[UUID, Whose.CARD]
    marked: Annotated[bool, Personal.CARD] = True


class Marked(BaseModel):
    """The cards that were marked, and how many of the site's uncollected ones are, with those of before."""

    site_id: UUID
    cards: list[MarkedCard]
    uncollected: int
    marked: int
