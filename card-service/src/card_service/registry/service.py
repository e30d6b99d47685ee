"""Use cases of the register: households and their members, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry import (
    announcements,
    enrolment,
    names,
    ration_cards,
    repository,
    sealed_names,
    telling,
)
from card_service.registry.changes.admit import apply_admission
from card_service.registry.changes.decided import Decided
from card_service.registry.changes.errors import Deceased, HouseholdEnded
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.changes.leave import apply_leave
from card_service.registry.errors import (
    AlreadyRegistered,
    HeadCannotLeave,
    NotAMember,
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
from card_service.registry.schemas import CitizenChange, HouseholdIn, MemberIn, PersonIn
from card_service.scopes import ensure_own
from card_service.sealing import MOBILE, NATIONAL_ID
from card_service.tools import CloseCards, Tools
from chassis import mobiles, outbox
from chassis.national_id import NationalIdError, parse
from chassis.principal import Principal
from chassis.problems import NotFound
from contracts.card import CitizenUpdated

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


def _judge(number: int, given: PersonIn | MemberIn, home: Residence, tools: Tools) -> Person | Rejection:
    judged = judge_person(number, given.role, given.national_id, given.full_name, given.mobile or "", tools.today())
    return judged if isinstance(judged, Rejection) else Person(*judged, home)


async def register_household(
    session: AsyncSession, tools: Tools, caller: Principal, given: HouseholdIn
) -> tuple[Household, list[int]]:
    """Enter a household with all its members, or refuse it whole; also whose check digit does not agree."""
    ensure_own(caller, given.governorate, given.district)
    home = judge_residence(0, given.governorate, given.district, given.address, caller.bound)
    if isinstance(home, Rejection):
        raise refused([home])
    card = ration_cards.judge(0, given.ration_card)
    if isinstance(card, Rejection):
        raise refused([card])
    if card is not None and await ration_cards.taken(session, [ration_cards.fingerprint(tools.vault, card)]):
        raise _taken_card()
    family = Family(ref="", last_row=0, rows=len(given.members), ration_card=card, legal_basis=given.legal_basis)
    for number, member in enumerate(given.members):
        judged = _judge(number, member, home, tools)
        (family.people if isinstance(judged, Person) else family.rejections).append(judged)  # type: ignore[arg-type]
    check_household(family, [number for number, member in enumerate(given.members) if member.role == "head"])
    prints = enrolment.fingerprints(tools.vault, family.people)
    known = await repository.known(session, list(prints.values()))
    enrolment.withdraw_known([family], prints, known, None)
    if any(rejection.code == "already_registered" for rejection in family.rejections):
        raise AlreadyRegistered(detail_ar="الرقم القومي مسجل بالفعل في أسرة.")
    if family.rejections:
        raise refused(sorted(family.rejections, key=lambda rejection: rejection.row))
    household, citizens = enrolment.new_household(tools.vault, family, prints, known, tools.ration_cards)
    now, joining = tools.now(), Joining.registered(tools.today())
    try:
        await repository.insert(session, [household], citizens, None, now, joining)
    except (asyncpg.UniqueViolationError, asyncpg.ExclusionViolationError) as error:
        if error.constraint_name == ration_cards.CONSTRAINT:
            raise _taken_card() from error
        raise AlreadyRegistered(detail_ar="الرقم القومي مسجل بالفعل في أسرة.") from error
    entered = await household_of(session, caller, household.household_id)
    if any(citizen.known for citizen in citizens):
        months = await telling.months_of(session, tools, entered, joining.first_month)
    else:
        months = announcements.first_months(household, citizens, joining)
    await outbox.add(session, *announcements.registered(tools.contacts, household, citizens), months)
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


async def add_member(
    session: AsyncSession, tools: Tools, caller: Principal, household_id: UUID, given: MemberIn
) -> Citizen:
    """Take a citizen into a household."""
    household = await household_of(session, caller, household_id, lock=True)
    if household.status != "active":
        raise HouseholdEnded
    home = Residence(household.governorate, household.district, household.address)
    judged = _judge(0, given, home, tools)
    if isinstance(judged, Rejection):
        raise refused([judged])
    decided = Decided(tools.today(), tools.now(), caller.subject)
    try:
        return (await apply_admission(session, tools, ChangeKind.INCLUDED, decided, household, judged))[1]
    except Deceased as error:
        raise refused([Rejection(0, "national_id", "deceased")]) from error


async def remove_member(
    session: AsyncSession,
    tools: Tools,
    caller: Principal,
    household_id: UUID,
    citizen_id: UUID,
    close_cards: CloseCards,
) -> Household:
    """Take a citizen out of a household; the cards of the citizen are closed."""
    await household_of(session, caller, household_id, lock=True)
    citizen = await citizen_of(session, caller, citizen_id, lock=True)
    if citizen.household_id != household_id:
        raise NotFound
    if citizen.role == "head":
        raise HeadCannotLeave(detail_ar="عيّن رب أسرة آخر أو سجّل أسرة جديدة.")
    decided = Decided(tools.today(), tools.now(), caller.subject)
    await apply_leave(session, tools, ChangeKind.REMOVED, decided, household_id, citizen_id, close_cards)
    return await household_of(session, caller, household_id)


async def change_citizen(
    session: AsyncSession, tools: Tools, caller: Principal, citizen_id: UUID, change: CitizenChange
) -> Citizen:
    """Give a citizen another name or mobile."""
    citizen = await citizen_of(session, caller, citizen_id, lock=True)
    if citizen.household_id is None:
        raise NotAMember
    full_name, changed = sealed_names.opened(tools.vault, citizen_id, citizen.name_kept), []
    mobile = _usable_mobile(tools, citizen)
    if change.full_name is not None:
        cleaned = names.name(change.full_name)
        if cleaned is None:
            raise refused([Rejection(0, "full_name", "name_invalid")])
        await repository.rename(session, citizen_id, sealed_names.sealed(tools.vault, citizen_id, cleaned))
        full_name = cleaned
        changed.append("full_name")
    if "mobile" in change.model_fields_set:
        mobile = mobiles.normalise(change.mobile) if change.mobile else None
        if change.mobile and mobile is None:
            raise refused([Rejection(0, "mobile", "mobile_invalid")])
        fingerprint = tools.vault.fingerprint(mobile, MOBILE) if mobile else None
        sealed = tools.vault.seal(citizen_id, mobile.encode(), MOBILE) if mobile else None
        await repository.set_mobile(session, citizen_id, fingerprint, sealed)
        changed.append("mobile")
    await outbox.add(
        session,
        CitizenUpdated(citizen_id=citizen_id, household_id=citizen.household_id, changed=changed),
        announcements.contact_changed(
            tools.contacts, citizen_id, citizen.household_id, full_name, mobile, citizen.governorate
        ),
    )
    return await citizen_of(session, caller, citizen_id)


def _usable_mobile(tools: Tools, citizen: Citizen) -> str | None:
    if citizen.mobile_sealed is None or not citizen.mobile_usable:
        return None
    return tools.vault.open(citizen.citizen_id, citizen.mobile_sealed, MOBILE).decode()


async def look_up(
    session: AsyncSession, tools: Tools, caller: Principal, national_ids: Sequence[str | None]
) -> list[Bearer | str]:
    """For each national id the citizen the caller may see, or the code of the reason why there is none."""
    today, prints = tools.today(), list[bytes | str]()
    for given in national_ids:
        try:
            prints.append(tools.vault.fingerprint(parse(given or "", today).number, NATIONAL_ID))
        except NationalIdError as error:
            prints.append(error.code)
    wanted = {one for one in prints if isinstance(one, bytes)}
    known = await repository.by_national_ids(session, sorted(wanted))
    visible = {one: bearer for one, bearer in known.items() if caller.bound.covers(bearer.area)}
    return [one if isinstance(one, str) else visible.get(one, NOT_REGISTERED) for one in prints]
