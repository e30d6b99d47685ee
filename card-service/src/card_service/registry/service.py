"""Use cases of the register: households registered one at a time, and whose they are. They change by requests."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import (
    announcements,
    enrolment,
    ration_cards,
    repository,
    telling,
)
from card_service.registry.errors import (
    AlreadyRegistered,
    RationCardTaken,
    RegistrationRefused,
)
from card_service.registry.intake import (
    Family,
    Person,
    Rejection,
    Residence,
    check_household,
    judge_person,
    judge_residence,
)
from card_service.registry.memberships import Joining
from card_service.registry.models import Bearer, Citizen, Household
from card_service.registry.reasons import reason
from card_service.registry.schemas import HouseholdIn, PersonIn
from card_service.scopes import ensure_own
from card_service.sealing import NATIONAL_ID
from chassis import outbox
from chassis.national_id import NationalIdError, parse
from chassis.principal import Principal
from chassis.problems import NotFound

NOT_REGISTERED = "not_registered"


def refused(rejections: Sequence[Rejection]) -> RegistrationRefused:
    """The problem that lists what is wrong with which member (counted from 0)."""
    listed: list[JsonValue] = []
    for rejection in rejections:
        english, arabic = reason(rejection.code)
        listed.append(
            {
                "member": rejection.row,
                "field": rejection.field,
                "code": rejection.code,
                "reason": english,
                "reason_ar": arabic,
            }
        )
    first = reason(rejections[0].code)
    return RegistrationRefused(first[0], detail_ar=first[1], rejections=listed)


def _judge(number: int, given: PersonIn, home: Residence, deps: Dependencies) -> Person | Rejection:
    judged = judge_person(number, given.role, given.national_id, given.full_name, given.mobile or "", deps.today())
    return judged if isinstance(judged, Rejection) else Person(*judged, home)


async def register_household(
    session: AsyncSession, deps: Dependencies, caller: Principal, given: HouseholdIn
) -> tuple[Household, list[int]]:
    """Enter a household with all its members, or refuse it whole; also whose check digit does not agree."""
    ensure_own(caller, given.governorate, given.district)
    home = judge_residence(0, given.governorate, given.district, given.address, caller.bound)
    if isinstance(home, Rejection):
        raise refused([home])
    card = ration_cards.judge(0, given.ration_card)
    if isinstance(card, Rejection):
        raise refused([card])
    if card is not None and await ration_cards.taken(session, [ration_cards.fingerprint(deps.vault, card)]):
        raise _taken_card()
    family = Family(ref="", last_row=0, rows=len(given.members), ration_card=card, legal_basis=given.legal_basis)
    for number, member in enumerate(given.members):
        judged = _judge(number, member, home, deps)
        (family.people if isinstance(judged, Person) else family.rejections).append(judged)  # type: ignore[arg-type]
    check_household(family, [number for number, member in enumerate(given.members) if member.role == "head"])
    prints = enrolment.fingerprints(deps.vault, family.people)
    known = await repository.known(session, list(prints.values()))
    enrolment.withdraw_known([family], prints, known, None)
    if any(rejection.code == "already_registered" for rejection in family.rejections):
        raise AlreadyRegistered(detail_ar="الرقم القومي مسجل بالفعل في أسرة.")
    if family.rejections:
        raise refused(sorted(family.rejections, key=lambda rejection: rejection.row))
    household, citizens = enrolment.new_household(
        deps.vault, family, prints, known, deps.number_new_until(), deps.ration_cards
    )
    now, joining = deps.now(), Joining.registered(deps.today())
    try:
        await repository.insert(session, [household], citizens, None, now, joining)
    except (asyncpg.UniqueViolationError, asyncpg.ExclusionViolationError) as error:
        if error.constraint_name == ration_cards.CONSTRAINT:
            raise _taken_card() from error
        raise AlreadyRegistered(detail_ar="الرقم القومي مسجل بالفعل في أسرة.") from error
    entered = await household_of(session, caller, household.household_id)
    months: outbox.Outgoing
    if any(citizen.known for citizen in citizens):
        months = await telling.months_of(session, deps, entered, joining.first_month)
    else:
        months = announcements.first_months(household, citizens, joining)
    await outbox.add(session, *announcements.joined(deps.contacts, citizens, household.governorate), months)
    doubtful = [p.row for p in family.people if not p.national_id.check_digit_agrees]
    return entered, doubtful


def _taken_card() -> RationCardTaken:
    return RationCardTaken(detail_ar="راجع رقم بطاقة التموين.")


async def household_of(
    session: AsyncSession, caller: Principal, household_id: UUID, *, lock: bool = False
) -> Household:
    """A household the caller may see. Raises NotFound."""
    return caller.bound.own(await repository.find_household(session, household_id, lock=lock), NotFound)


async def citizen_of(session: AsyncSession, caller: Principal, citizen_id: UUID, *, lock: bool = False) -> Citizen:
    """A citizen the caller may see. Raises NotFound."""
    return caller.bound.own(await repository.find_citizen(session, citizen_id, lock=lock), NotFound)


async def look_up(
    session: AsyncSession, deps: Dependencies, caller: Principal, national_ids: Sequence[str | None]
) -> list[Bearer | str]:
    """For each national id the citizen the caller may see, or the code of the reason why there is none."""
    today, prints = deps.today(), list[bytes | str]()
    for given in national_ids:
        try:
            prints.append(deps.vault.fingerprint(parse(given or "", today).number, NATIONAL_ID))
        except NationalIdError as error:
            prints.append(error.code)
    wanted = {one for one in prints if isinstance(one, bytes)}
    known = await repository.by_national_ids(session, sorted(wanted))
    visible = {one: bearer for one, bearer in known.items() if caller.bound.covers(bearer.area)}
    return [one if isinstance(one, str) else visible.get(one, NOT_REGISTERED) for one in prints]
