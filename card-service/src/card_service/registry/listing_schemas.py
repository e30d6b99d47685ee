"""What crosses the wire in lists of the register: who and where, no names and no numbers."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel

from card_service.registry.models import HouseholdStatus, Life, Role
from chassis.paging import Page
from chassis.personal import Personal, Whose


class Listed(BaseModel):
    """An item of a list; `position` goes into `after` for what has changed since."""

    position: str


class HouseholdListed(Listed):
    """A household as it stands, without its members."""

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    governorate: str
    district: Annotated[str, Personal.CONTACT]
    issued_in: Annotated[str, Personal.HOUSEHOLD]
    status: Annotated[HouseholdStatus, Personal.HOUSEHOLD]
    members: Annotated[int, Personal.HOUSEHOLD]
    revision: int
    legal_basis: Annotated[str | None, Personal.HOUSEHOLD]
    ended_on: Annotated[date | None, Personal.HOUSEHOLD]


class CitizenListed(Listed):
    """A citizen as the register has one, without name and numbers."""

    citizen_id: Annotated[UUID, Whose.CITIZEN]
    household_id: Annotated[UUID | None, Whose.HOUSEHOLD]
    role: Annotated[Role | None, Personal.IDENTITY]
    governorate: Annotated[str | None, Personal.CONTACT]
    district: Annotated[str | None, Personal.CONTACT]
    life: Annotated[Life, Personal.IDENTITY]
    died_on: Annotated[date | None, Personal.IDENTITY]
    birth_year: Annotated[int, Personal.IDENTITY]


class MembershipListed(Listed):
    """That a citizen belongs or belonged to a household: from `since` on, until before `until`."""

    membership_id: UUID
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    role: Annotated[Role, Personal.HOUSEHOLD]
    since: Annotated[date, Personal.HOUSEHOLD]
    until: Annotated[date | None, Personal.HOUSEHOLD]
    first_month: Annotated[str, Personal.HOUSEHOLD]
    left_month: Annotated[str | None, Personal.HOUSEHOLD]
    join_reason: Annotated[str, Personal.HOUSEHOLD]
    leave_reason: Annotated[str | None, Personal.HOUSEHOLD]
    governorate: Annotated[str, Personal.CONTACT]
    district: Annotated[str, Personal.CONTACT]


class HouseholdPage(Page[HouseholdListed, str]):
    """Households in the order in which they changed last."""


class CitizenListPage(Page[CitizenListed, str]):
    """Citizens in the order in which they changed last."""


class MembershipPage(Page[MembershipListed, str]):
    """Memberships in the order in which they changed last."""
