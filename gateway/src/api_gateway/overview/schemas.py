"""What crosses the wire about a card as all services see it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, JsonValue

from chassis.personal import Whose


class PartStatus(StrEnum):
    """Whether a part could be had."""

    OK = "ok"
    NOT_FOUND = "not_found"  # the service knows nothing of this card
    FORBIDDEN = "forbidden"  # the caller's token does not open this part
    UNAVAILABLE = "unavailable"  # the service did not answer in time, or failed
    SKIPPED = "skipped"  # it needed a part that could not be had


class Part(BaseModel):
    """One part: what the service answered, or why there is nothing."""

    status: PartStatus
    data: JsonValue = None
    code: str | None = None


class Overview(BaseModel):
    """What the services know of one card. A part that is missing never hides the others."""

    card_id: Annotated[UUID, Whose.CARD]
    card: Part
    household: Part
    entitlements: Part
    health: Part
    wallet: Part
    messages: Part
