"""A notice as it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from chassis.area import InGovernorate

Programme = Literal["bread", "goods"]


@dataclass(frozen=True, kw_only=True)
class Notice(InGovernorate):
    """A notice that a second person has approved; `ar` and `en` are its lines. Without a governorate: the nation's."""

    notice_id: UUID
    governorate: str | None
    district: str | None
    programmes: Sequence[Programme]
    first_day: date
    last_day: date
    ar: Sequence[str]
    en: Sequence[str]
    entered_by: str
    approved_by: str
    approved_at: datetime
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
