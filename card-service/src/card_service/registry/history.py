"""A household's month, past or coming: its sizes, who counts in it, who does not, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import memberships, repository, service
from card_service.registry.errors import DayInvalid, MonthInvalid
from card_service.registry.history_schemas import HouseholdMonthOut, StandingOut
from card_service.registry.models import Citizen, Household
from card_service.registry.months import Entitlement, absences, entitlements, month_text, sizes_in
from chassis.months import first_day
from chassis.principal import Principal


def read_month(text: str) -> date:
    """The first day of a month written as `2026-12`. Raises MonthInvalid."""
    try:
        return first_day(text)
    except ValueError as error:
        raise MonthInvalid("Write the month as 2026-12.", detail_ar="اكتب الشهر بهذا الشكل: 2026-12.") from error


async def household_on(
    session: AsyncSession, deps: Dependencies, caller: Principal, household_id: UUID, day: date
) -> tuple[Household, list[Citizen]]:
    """A household as it was on a day, with those who belonged to it then, in the roles of then.

    Names and numbers are those of today. Raises NotFound, DayInvalid for a day to come or before it was registered.
    """
    now = await service.household_of(session, caller, household_id)
    if not now.since <= day <= deps.today():
        raise DayInvalid(f"This household is known from {now.since} until today.", detail_ar="راجع التاريخ المطلوب.")
    before = await repository.residence_on(session, household_id, day)
    then = now if before is None else replace(now, **before._mapping)
    if now.ended_on is not None and day < now.ended_on:
        then = replace(then, status="active", ended_on=None, end_reason=None)
    belonging = await memberships.at(session, household_id, day)
    people = {one.citizen_id: one for one in await repository.by_ids(session, [one.citizen_id for one in belonging])}
    members = [
        replace(people[one.citizen_id], household_id=household_id, role=one.role, governorate=then.governorate)
        for one in belonging
    ]
    return then, members


async def month_of_household(
    session: AsyncSession, caller: Principal, household_id: UUID, month: date
) -> HouseholdMonthOut:
    """A household's month, computed from the facts as they are known now. Raises NotFound."""
    household = await service.household_of(session, caller, household_id)
    facts = await memberships.facts_of_households(session, [household_id])
    spans = entitlements(facts.stays, facts.decisions)
    sizes = sizes_in(household_id, spans, month)
    counting = [_counts(span) for span in spans if span.household_id == household_id and span.covers(month)]
    missing = [
        StandingOut(
            citizen_id=one.citizen_id,
            programme=one.programme,
            counts=False,
            reason=one.reason,
            change_id=one.change_id,
        )
        for one in absences(household_id, facts.stays, facts.decisions, month)
    ]
    return HouseholdMonthOut(
        household_id=household_id,
        month=month_text(month),
        revision=household.revision,
        goods=sizes.goods,
        bread=sizes.bread,
        health=sizes.health,
        members=_ordered([*counting, *missing]),
    )


def _counts(span: Entitlement) -> StandingOut:
    return StandingOut(
        citizen_id=span.citizen_id,
        programme=span.programme,
        counts=True,
        reason=span.reason,
        change_id=span.change_id,
        first_month=month_text(span.first_month),
        last_month=month_text(span.last_month) if span.last_month else None,
        basis=span.basis,
    )


def _ordered(members: Iterable[StandingOut]) -> list[StandingOut]:
    return sorted(members, key=lambda one: (one.citizen_id, one.programme))
