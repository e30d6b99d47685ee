"""A finding, as the repository gives and takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Finding:
    """That a card was found with a trader: on which day, in which outlet where it is one, by whose report.

    `place_sealed`: where, in the inspector's words. `household_id`: whose card it was then.
    """

    finding_id: UUID
    card_id: UUID
    household_id: UUID
    outlet_id: UUID | None
    found_on: date
    place_sealed: bytes
    report: str
    entered_by: str
    entered_at: datetime
