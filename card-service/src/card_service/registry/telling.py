"""What is told of a household: the whole of it with its months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import memberships
from card_service.registry.models import Household
from card_service.registry.months import Entitlement, Programme, entitlements, month_text, steps
from card_service.sealing import RATION_CARD
from contracts.card import HouseholdChangedByMonth
from contracts.event import Event
from contracts.household import FormerMember, HealthMonths, HouseholdMember, HouseholdState, MonthSizes


async def states(session: AsyncSession, deps: Dependencies, households: Sequence[Household]) -> list[HouseholdState]:
    """Households whole, in their order, computed from the facts in the database."""
    ids, today = [one.household_id for one in households], deps.today()
    facts = await memberships.facts_of_households(session, ids)
    spans: dict[UUID, list[Entitlement]] = defaultdict(list)
    for span in entitlements(facts.stays, facts.decisions):
        spans[span.household_id].append(span)
    members = await memberships.members_of(session, ids, today)
    former = await memberships.former_of(session, ids, today)
    return [
        _state(deps, one, members[one.household_id], former[one.household_id], spans[one.household_id])
        for one in households
    ]


def _state(
    deps: Dependencies,
    household: Household,
    members: Iterable[memberships.Belonging],
    former: Iterable[memberships.Gone],
    spans: Sequence[Entitlement],
) -> HouseholdState:
    health = defaultdict(list)
    for span in spans:
        if span.programme == Programme.HEALTH:
            last_month = month_text(span.last_month) if span.last_month else None
            health[span.citizen_id].append(
                HealthMonths(first_month=month_text(span.first_month), last_month=last_month, basis=span.basis)
            )
    return HouseholdState(
        household_id=household.household_id,
        revision=household.revision,
        status=household.status,
        governorate=household.governorate,
        district=household.district,
        governorate_of_issue=household.issued_in,
        legal_basis=household.legal_basis,
        members=[
            HouseholdMember(
                citizen_id=one.citizen_id,
                role=one.role,
                since=one.since,
                birth_year=one.birth_year,
                health=health[one.citizen_id],
            )
            for one in members
        ],
        sizes=[
            MonthSizes(month=month_text(one.month), goods=one.goods, bread=one.bread, health=one.health)
            for one in steps(household.household_id, spans)
        ],
        former=[
            FormerMember(citizen_id=one.citizen_id, left_on=one.left_on, reason=one.reason, died_on=one.died_on)
            for one in former
        ],
        ended_on=household.ended_on,
        end_reason=household.end_reason,
        trial=household.trial_id is not None,
        ration_card_mark=_mark(deps, household),
    )


def _mark(deps: Dependencies, household: Household) -> str | None:
    if household.ration_card_sealed is None:
        return None
    number = deps.vault.open(household.household_id, household.ration_card_sealed, RATION_CARD).decode()
    return deps.ration_cards.mark(number)


async def months_of(session: AsyncSession, deps: Dependencies, household: Household, effective: date) -> Event:
    """The household whole as an event; `effective` is the first month that may be another now."""
    (state,) = await states(session, deps, [household])
    return HouseholdChangedByMonth(**dict(state), effective_month=month_text(effective))
