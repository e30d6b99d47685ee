"""Parts of what is told of a household: its members, and its sizes by month."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="a month in Cairo: 2026-12")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class MonthSizes(_Part):
    """How many members of a household count for each programme from a month on, until the next entry of the list."""

    month: Month
    goods: int
    bread: int
    health: int


class HouseholdMember(_Part):
    """Who belongs to a household, in which role, since which day."""

    citizen_id: UUID
    role: str  # head, spouse, child, parent, other
    since: date


class MemberRestated(BaseModel):
    """A citizen as a member of a household that is told again."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    citizen_id: UUID
    is_head: bool
    birth_year: int
