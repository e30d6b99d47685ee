"""What is told of a household after a change: its size now, and the whole of its months for readers of months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry import memberships
from card_service.registry.announcements import household_changed
from card_service.registry.models import Household, Membership
from card_service.registry.months import Sizes, entitlements, month_text, steps
from contracts.card import HouseholdChangedByMonth
from contracts.event import Event
from contracts.household import HouseholdMember, MonthSizes


def by_month(
    household: Household, members: Sequence[Membership], sizes: Sequence[Sizes], effective: date
) -> HouseholdChangedByMonth:
    """The household whole: members of the day, sizes through all months, the first month that may be another now."""
    return HouseholdChangedByMonth(
        household_id=household.household_id,
        revision=household.revision,
        status=household.status,
        governorate=household.governorate,
        district=household.district,
        governorate_of_issue=household.issued_in,
        legal_basis=household.legal_basis,
        members=[HouseholdMember(citizen_id=one.citizen_id, role=one.role, since=one.since) for one in members],
        effective_month=month_text(effective),
        sizes=[MonthSizes(month=month_text(s.month), goods=s.goods, bread=s.bread, health=s.health) for s in sizes],
    )


async def months_of(session: AsyncSession, household: Household, today: date, effective: date) -> Event:
    """The household whole, computed from the facts in the database."""
    facts = await memberships.facts_of_households(session, [household.household_id])
    sizes = steps(household.household_id, entitlements(facts.stays, facts.decisions))
    members = await memberships.at(session, household.household_id, today)
    return by_month(household, members, sizes, effective)


async def changed(session: AsyncSession, household: Household, today: date, effective: date) -> list[Event]:
    """The events of a household as it is after a change; who reads sizes alone hears of no household that has ended."""
    told: list[Event] = [household_changed(household)] if household.status == "active" else []
    return [*told, await months_of(session, household, today, effective)]
