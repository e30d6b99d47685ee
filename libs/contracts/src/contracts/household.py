"""What is told of a household: who belongs to it and did, its sizes by month, and all of that as one state."""

from __future__ import annotations

from datetime import date
from typing import Annotated, NamedTuple
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


class HealthMonths(_Part):
    """Months in which a member counts for health insurance in a household, one span of them."""

    first_month: Month
    last_month: Month | None = None  # the last one, None where open
    basis: str | None = None  # a code: on what it was decided to rest; None where the member came with the household


class HouseholdMember(_Part):
    """Who belongs to a household, in which role, since which day; what was added later is None in older events."""

    citizen_id: UUID
    role: str  # head, spouse, child, parent, other
    since: date
    birth_year: int | None = None
    health: list[HealthMonths] | None = None  # every span, oldest first; empty for who counts in no month


class FormerMember(_Part):
    """Who belonged to a household and does not any more."""

    citizen_id: UUID
    left_on: date
    reason: str  # death, divorce, marriage, removed, split, merged, ended
    died_on: date | None = None  # known to be dead, wherever it was that the citizen belonged to last


class Dead(NamedTuple):
    """Who died, and when."""

    citizen_id: UUID
    died_on: date


class HouseholdState(_Part):
    """A household whole, as it is from now on: members, former ones, and its sizes by programme through all its months.

    `sizes` are absolute and complete, oldest first: before the first month it counts none, after the last entry that
    entry holds. Of two states the one with the greater `revision` is right, whichever comes last.
    """

    household_id: UUID
    revision: int
    status: str  # active, ended
    governorate: str  # of residence
    district: str
    governorate_of_issue: str  # where its card draws; another than that of residence until it is transferred
    legal_basis: str | None
    members: list[HouseholdMember]
    sizes: list[MonthSizes]
    former: list[FormerMember] | None = None  # None in events of before
    ended_on: date | None = None
    end_reason: str | None = None
    trial: bool = False  # it tries the system on sample units: never in figures, settlements or others' messages
    ration_card_mark: str | None = None  # of the legacy card that is valid in parallel (`chassis.ration_card`)

    @property
    def dead(self) -> list[Dead]:
        """Those who belonged to it and are known to be dead."""
        return [Dead(one.citizen_id, one.died_on) for one in self.former or () if one.died_on is not None]


class MemberRestated(BaseModel):
    """A citizen as a member of a household that is told again."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    citizen_id: UUID
    is_head: bool
    birth_year: int
