"""What changes of appointments are, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

ChangeKind = Literal["rebooked", "moved", "cancelled", "walk_in", "replanned", "displaced"]


@dataclass(frozen=True, slots=True)
class Booked:
    """The appointment that a card waits for."""

    appointment_id: UUID
    card_id: UUID
    site_id: UUID
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a card's appointment, who did it, and when; `to_starts_at` is None where no hour followed."""

    change_id: UUID
    card_id: UUID
    kind: ChangeKind
    from_site: UUID | None
    from_starts_at: datetime | None
    to_site: UUID | None
    to_starts_at: datetime | None
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Stranded:
    """A card whose hour is no more, or that waits for one: `household_id` and `district` say who goes together.

    `site_id`: where it lies or, with `lies` false, where it is to come.
    """

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    district: str
    site_id: UUID
    lies: bool
    starts_at: datetime | None
    last_number: int
