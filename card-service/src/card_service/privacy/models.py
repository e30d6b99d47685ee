"""Erasures and their parts, as they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.privacy.erasure import Outcome


@dataclass(frozen=True)
class Erasure:
    """A decided erasure, with the outcome of each service that has carried it out."""

    erasure_id: UUID
    citizen_id: UUID
    household_id: UUID | None
    card_ids: tuple[UUID, ...]
    decided_at: datetime
    done_at: datetime | None
    parts: dict[str, Outcome]
