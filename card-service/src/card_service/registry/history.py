"""A household's month, past or coming: its sizes, who counts in it, who does not, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry import memberships, service
from card_service.registry.errors import MonthInvalid
from card_service.registry.history_schemas import HouseholdMonthOut, StandingOut
from card_service.registry.months import Entitlement, absences, entitlements, month_text, sizes_in
from chassis.principal import Principal


def read_month(text: str) -> date:
    """The first day of a month written as `2026-12`. Raises MonthInvalid."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise MonthInvalid("Write the month as 2026-12.", detail_ar="اكتب الشهر بهذا الشكل: 2026-12.") from error


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
