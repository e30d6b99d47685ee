"""What crosses the wire about the months of a household."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel

from chassis.personal import Personal, Whose


class StandingOut(BaseModel):
    """Whether a member counts for a programme in the month, since when, and why.

    `reason`: how it came to count (`registered`, `newborn`, …) or the ground on which it does not (`income`,
    `not_granted`, …); `change_id`: the decision, null where it was so when the household was entered.
    """

    citizen_id: Annotated[UUID, Whose.CITIZEN]
    programme: Annotated[str, Personal.HOUSEHOLD]
    counts: Annotated[bool, Personal.HOUSEHOLD]
    reason: Annotated[str, Personal.HOUSEHOLD]
    change_id: Annotated[UUID | None, Personal.HOUSEHOLD]
    first_month: Annotated[str | None, Personal.HOUSEHOLD] = None
    last_month: Annotated[str | None, Personal.HOUSEHOLD] = None
    basis: Annotated[str | None, Personal.HOUSEHOLD] = None


class HouseholdMonthOut(BaseModel):
    """The sizes of a household by programme in a month, past or coming, and each member's standing."""

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    month: str
    revision: int
    goods: Annotated[int, Personal.HOUSEHOLD]
    bread: Annotated[int, Personal.HOUSEHOLD]
    health: Annotated[int, Personal.HOUSEHOLD]
    members: list[StandingOut]
