"""Routes of the register."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.accesses import service as accesses
from card_service.accesses.schemas import AccessPage
from card_service.context import WithDependencies
from card_service.dependencies import Dependencies
from card_service.registry import history, ration_cards, repository, sealed_names, service
from card_service.registry.changes.mobile import is_new
from card_service.registry.errors import (
    AlreadyRegistered,
    DayInvalid,
    MonthInvalid,
    RationCardTaken,
    RegistrationRefused,
)
from card_service.registry.history_schemas import HouseholdMonthOut
from card_service.registry.models import Citizen, Household
from card_service.registry.reasons import reason
from card_service.registry.schemas import (
    CitizenLookup,
    CitizenLookupOut,
    CitizenOut,
    HouseholdIn,
    HouseholdOut,
    LookedUp,
    Notice,
    NotLookedUp,
    VerificationIn,
    VerificationOut,
)
from card_service.sealing import MOBILE, NATIONAL_ID
from chassis import mobiles, national_id
from chassis.auth import Caller
from chassis.db import Reading, Recording, Work
from chassis.endpoints import Rate
from chassis.months import Day
from chassis.paging import LAST_ID, Paging, by_id
from chassis.personal import Personal
from chassis.principal import CallerKind
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["citizens"])


def citizen_out(deps: Dependencies, citizen: Citizen) -> CitizenOut:
    """A citizen as others may see one."""
    number = deps.vault.open(citizen.citizen_id, citizen.national_id_sealed, NATIONAL_ID).decode()
    mobile = (
        deps.vault.open(citizen.citizen_id, citizen.mobile_sealed, MOBILE).decode() if citizen.mobile_sealed else None
    )
    return CitizenOut(
        citizen_id=citizen.citizen_id,
        household_id=citizen.household_id,
        role=citizen.role,
        full_name=sealed_names.opened(deps.vault, citizen.citizen_id, citizen.name_kept),
        national_id_masked=national_id.masked(number),
        mobile_masked=mobiles.masked(mobile, last=3) if mobile else None,
        mobile_usable=citizen.mobile_usable,
        birth_date=citizen.birth_date,
        sex="male" if citizen.sex == "male" else "female",
        governorate=citizen.governorate,
        life=citizen.life,
        died_on=citizen.died_on,
    )


async def _household_out(
    session: AsyncSession, deps: Dependencies, household: Household, doubtful: list[int] | None = None
) -> HouseholdOut:
    return household_out(deps, household, await repository.members(session, household.household_id), doubtful)


def household_out(
    deps: Dependencies, household: Household, members: Iterable[Citizen], doubtful: list[int] | None = None
) -> HouseholdOut:
    """A household with these members as others may see it; `doubtful`: whose check digits do not agree."""
    return HouseholdOut(
        household_id=household.household_id,
        governorate=household.governorate,
        district=household.district,
        address=household.address,
        issued_in=household.issued_in,
        status=household.status,
        ended_on=household.ended_on,
        ration_card_masked=ration_cards.masked(deps.vault, household.household_id, household.ration_card_sealed),
        legal_basis=household.legal_basis,
        revision=household.revision,
        members=[citizen_out(deps, one) for one in members],
        warnings=[Notice(member=n, field="national_id", code="check_digit") for n in doubtful or ()],
    )


@routes.post(
    "/v1/households",
    scopes=Scope.CITIZENS_WRITE,
    status_code=201,
    problems=(RegistrationRefused, AlreadyRegistered, RationCardTaken),
    rows=Rows("household", "household_id", without=("ration_card_hash", "posted")),
    purpose="household_registration",
)
async def register_household(given: HouseholdIn, caller: Caller, session: Work, deps: WithDependencies) -> HouseholdOut:
    """Enter a household with all its members."""
    household, doubtful = await service.register_household(session, deps, caller, given)
    return await _household_out(session, deps, household, doubtful)


@routes.get(
    "/v1/households/{household_id}",
    scopes=(Scope.CITIZENS_READ, Scope.CITIZENS_WRITE),
    problems=DayInvalid,
    purpose="household_lookup",
)
async def read_household(
    household_id: UUID,
    caller: Caller,
    session: Recording,
    deps: WithDependencies,
    on: Annotated[Day | None, Query(description="as it was on this day, by what is known now")] = None,
) -> HouseholdOut:
    """A household with its members, now or on a day of before."""
    if on is not None:
        return household_out(deps, *await history.household_on(session, deps, caller, household_id, on))
    household = await service.household_of(session, caller, household_id)
    return await _household_out(session, deps, household)


@routes.get(
    "/v1/households/{household_id}/months/{month}",
    scopes=(Scope.CITIZENS_READ, Scope.CITIZENS_WRITE),
    problems=MonthInvalid,
    purpose="household_lookup",
)
async def read_month(household_id: UUID, month: str, caller: Caller, session: Recording) -> HouseholdMonthOut:
    """The sizes of a household in a month (`2026-12`), past or coming, and who counts for what and why."""
    return await history.month_of_household(session, caller, household_id, history.read_month(month))


@routes.get("/v1/citizens/{citizen_id}", scopes=(Scope.CITIZENS_READ, Scope.CITIZENS_WRITE), purpose="citizen_lookup")
async def read_citizen(citizen_id: UUID, caller: Caller, session: Recording, deps: WithDependencies) -> CitizenOut:
    """A citizen."""
    citizen = await service.citizen_of(session, caller, citizen_id)
    return citizen_out(deps, citizen)


@routes.post(
    "/v1/citizen-verifications",
    scopes=Scope.CITIZENS_VERIFY,
    callers=frozenset({CallerKind.CLIENT}),
    purpose="sign_in",
    despite_restriction="the citizen signs in",
)
async def verify_citizen(
    given: VerificationIn, caller: Caller, session: Recording, deps: WithDependencies
) -> VerificationOut:
    """Which citizen a national id is of, for the gateway where citizens sign in.

    None as well while the number is so new that codes to it open nothing: signing in opens the wallet.
    """
    (found,) = await service.look_up(session, deps, caller, [given.national_id])
    if isinstance(found, str) or await is_new(session, found.citizen_id, deps.now()):
        return VerificationOut(citizen_id=None)
    return VerificationOut(citizen_id=found.citizen_id)


@routes.post(
    "/v1/citizens/lookup",
    scopes=(Scope.CITIZENS_READ, Scope.CITIZENS_WRITE),
    rate=Rate.BULK,
    deadline=30,
    purpose="lookup",
    despite_restriction="it tells ids and nothing else",
)
async def look_up_citizens(
    given: CitizenLookup, caller: Caller, session: Recording, deps: WithDependencies
) -> CitizenLookupOut:
    """Find up to a thousand citizens by their national ids."""
    found = await service.look_up(session, deps, caller, given.national_ids)
    answer = CitizenLookupOut(items=[], unknown=[])
    for position, one in enumerate(found):
        if isinstance(one, str):
            english, arabic = reason(one)
            answer.unknown.append(NotLookedUp(position=position, code=one, reason=english, reason_ar=arabic))
        else:
            answer.items.append(LookedUp(position=position, citizen_id=one.citizen_id, household_id=one.household_id))
    return answer


@routes.get(
    "/v1/citizens/{citizen_id}/accesses",
    scopes=(Scope.CITIZENS_READ, Scope.CITIZENS_WRITE),
    reads=Personal.ACCESSES,
    purpose="disclosures",
    despite_restriction="it is by this that citizens exercise their rights",
)
async def list_accesses(
    citizen_id: UUID, caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(100, 500, LAST_ID)]
) -> AccessPage:
    """Who looked at or changed the record of a citizen, when, how and what for."""
    await service.citizen_of(session, caller, citizen_id)
    items = await accesses.of_citizen(session, citizen_id, page)
    return AccessPage.of(page, items, lambda access: access.access_id)
