"""Which households a request touches: its decider and its enterer must be responsible for each of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry import memberships, repository
from card_service.registry.requests.details import (
    Details,
    Divorce,
    Exclusion,
    HeadChange,
    Inclusion,
    Marriage,
    Merge,
    Split,
)
from card_service.registry.requests.errors import TrialHousehold
from chassis.principal import Principal
from chassis.problems import NotFound


def members_named(details: Details) -> list[UUID]:
    """The registered citizens a request names, each once, in the order of their ids."""
    named: set[UUID | None] = {getattr(details, "citizen_id", None), getattr(details, "new_head", None)}
    match details:
        case Exclusion() | Inclusion():
            named.update(details.citizen_ids)
        case Split():
            named.update(details.roles)
        case Divorce():
            named.update(details.children)
        case HeadChange():
            named.add(details.new_head)
        case Marriage():
            named.update((details.founder, details.head_after))
    return sorted(one for one in named if one is not None)


async def households(session: AsyncSession, details: Details) -> list[UUID]:
    """The households a request touches, in the order of their ids. Raises NotFound for an unknown citizen."""
    touched = {details.household_id}
    if isinstance(details, Merge | Divorce) and details.into is not None:
        touched.add(details.into)
    if isinstance(details, Marriage) and details.citizen_id is not None:
        citizen = await repository.find_citizen(session, details.citizen_id)
        if citizen is None:
            raise NotFound
        before = await memberships.of_citizen(session, details.citizen_id)
        # who belongs to none now was of the last one
        touched.update([citizen.household_id] if citizen.household_id else [one.household_id for one in before[-1:]])
    return sorted(touched)


async def ensure_own(session: AsyncSession, caller: Principal, details: Details) -> None:
    """That every household and citizen a request touches is the caller's. Raises NotFound, or TrialHousehold."""
    touched = await households(session, details)
    for household_id in touched:
        found = caller.bound.own(await repository.find_household(session, household_id), NotFound)
        if found.trial_id is not None:
            raise TrialHousehold(detail_ar="تنتهي الأسرة التجريبية بانتهاء التجربة.")
    for citizen_id in members_named(details):
        citizen = await repository.find_citizen(session, citizen_id)
        if citizen is None or (citizen.household_id is not None and citizen.household_id not in touched):
            caller.bound.own(citizen, NotFound)
