"""What mandates are, as the repository gives and takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

EndedBecause = Literal["withdrawn", "over", "holder_died", "proxy_died"]
Allows = Literal["prove", "collect"]


@dataclass(frozen=True, slots=True)
class Mandate:
    """What `proxy_id` may do for `citizen_id` from one day until another, both included, unless it has ended."""

    mandate_id: UUID
    citizen_id: UUID
    proxy_id: UUID
    begins_on: date
    ends_on: date
    document: str
    allows: Sequence[Allows]
    ended_at: datetime | None = None
    ended_because: EndedBecause | None = None
