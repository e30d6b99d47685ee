"""What uncollected cards are, as the repository gives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Uncollected:
    """A card whose last invitation is over by its term; `marked_at`: it was said that it goes back."""

    card_id: UUID
    citizen_id: UUID
    name_kept: bytes
    invitations: int
    last_ended_at: datetime
    marked_by: str | None
    marked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many cards of a site nobody collected, and how many of them are marked."""

    uncollected: int
    marked: int
