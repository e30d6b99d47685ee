"""Somebody whom the register does not know as a member of a household is entered as one."""

from __future__ import annotations

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import announcements, enrolment, memberships, repository
from card_service.registry.changes import members
from card_service.registry.changes.decided import Change, Decided, enter
from card_service.registry.changes.errors import Deceased
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.errors import AlreadyRegistered
from card_service.registry.intake import Person
from card_service.registry.memberships import Joining
from card_service.registry.models import Citizen, Household
from card_service.sealing import NATIONAL_ID
from chassis.outbox import Outgoing
from chassis.problems import NotFound

_TAKEN = "الرقم القومي مسجل بالفعل في أسرة."


async def apply_admission(
    session: AsyncSession, deps: Dependencies, kind: ChangeKind, decided: Decided, household: Household, person: Person
) -> tuple[Change, Citizen]:
    """Enter a person as a member of a household, whose row is locked: the change and the citizen.

    Who was registered before, and has left, keeps the citizen id. Raises AlreadyRegistered, Deceased, FactInFuture or
    EffectiveMonthInvalid.
    """
    fingerprint = deps.vault.fingerprint(person.national_id.number, NATIONAL_ID)
    known = await repository.known(session, [fingerprint])
    if fingerprint in known and known[fingerprint].deceased:
        raise Deceased
    if fingerprint in known and known[fingerprint].in_a_household:
        raise AlreadyRegistered(detail_ar=_TAKEN)
    until = deps.number_new_until()
    citizen = enrolment.new_citizen(deps.vault, person, household.household_id, fingerprint, known, until)
    change = await enter(session, deps, kind, decided, household.household_id)
    joining = Joining(decided.fact_on, change.month, reason=change.kind, change_id=change.change_id)
    try:
        await repository.insert(session, [], [citizen], None, deps.now(), joining)
    except (asyncpg.UniqueViolationError, asyncpg.ExclusionViolationError) as error:
        raise AlreadyRegistered(detail_ar=_TAKEN) from error
    member = await repository.find_citizen(session, citizen.citizen_id)
    if member is None:
        raise NotFound
    counts_from = (await memberships.of_citizen(session, citizen.citizen_id))[-1].first_month
    joined = members.joined_event(change, household.household_id, member, citizen.role, counts_from)
    told: list[Outgoing] = [*announcements.joined(deps.contacts, [citizen], household.governorate), joined]
    await members.tell(session, deps, change, [household.household_id], told)
    return change, member
