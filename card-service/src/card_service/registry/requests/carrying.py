"""Carrying a request out: which changes of the register it comes to, in the transaction of its decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.keys import ADULT_AGE
from card_service.registry import repository
from card_service.registry.changes import members
from card_service.registry.changes.admit import apply_admission
from card_service.registry.changes.correct import (
    apply_address,
    apply_birth,
    apply_freed_number,
    apply_name,
    apply_national_id,
    apply_sex,
)
from card_service.registry.changes.decided import Change, Decided
from card_service.registry.changes.end import apply_end
from card_service.registry.changes.errors import NotInHousehold, SameHousehold
from card_service.registry.changes.head import apply_head_change
from card_service.registry.changes.join import apply_join
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.changes.leave import apply_leave
from card_service.registry.changes.merge import apply_merge
from card_service.registry.changes.mobile import apply_mobile
from card_service.registry.changes.move import apply_move
from card_service.registry.changes.programmes import apply_exclusion, apply_inclusion
from card_service.registry.changes.split import apply_split
from card_service.registry.intake import Person, Rejection, judge_residence
from card_service.registry.models import Citizen, Household
from card_service.registry.months import Programme
from card_service.registry.requests import people
from card_service.registry.requests.details import (
    Admission,
    CorrectAddress,
    CorrectBirth,
    CorrectName,
    CorrectNationalId,
    CorrectSex,
    Death,
    Details,
    Divorce,
    Exclusion,
    FreeNationalId,
    HeadChange,
    HouseholdEnd,
    Inclusion,
    Marriage,
    Merge,
    Mobile,
    Move,
    Newborn,
    Removal,
    Split,
)
from card_service.registry.requests.grounds import GroundRule
from card_service.registry.requests.newborns import NewbornRule, years
from card_service.sealing import NATIONAL_ID
from chassis.area import NATIONAL
from chassis.ids import new_id

_SET_BASIS = text(
    "UPDATE household SET legal_basis = :basis WHERE household_id = :household_id AND legal_basis IS NULL"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request: the changes in the household's history, the month they count from, a new household."""

    changes: tuple[UUID, ...]
    month: date
    founded: UUID | None = None


async def carry_out(session: AsyncSession, runtime: Runtime, details: Details, decided: Decided) -> Outcome:
    """Change the register as a request asks.

    Raises what the changes raise (`registry.changes.errors`), ChangeRefused for a value, and the refusals of newborns.
    """
    match details:
        case (
            CorrectName()
            | CorrectNationalId()
            | FreeNationalId()
            | CorrectBirth()
            | CorrectSex()
            | CorrectAddress()
            | Mobile()
        ):
            return _outcome(await _corrected(session, runtime, details, decided))
        case Newborn() | Admission() | Death() | Removal() | HeadChange():
            return _outcome(await _member(session, runtime, details, decided))
        case Marriage():
            return await _married(session, runtime, details, decided)
        case Divorce():
            return await _divorced(session, runtime, details, decided)
        case Exclusion() | Inclusion():
            return await entitled(session, runtime, details, decided, details.programmes)
        case Split():
            deps, close = runtime.state.dependencies, runtime.state.close_cards
            change, founded = await apply_split(
                session, deps, decided, details.household_id, details.roles, close, new_head=details.new_head
            )
            return _outcome(change, founded=founded)
        case _:
            return _outcome(await _household(session, runtime, details, decided))


def _outcome(*changes: Change, founded: UUID | None = None) -> Outcome:
    return Outcome(tuple(one.change_id for one in changes), max(one.month for one in changes), founded)


def anew(decided: Decided) -> Decided:
    """The same decision for one more change, which has an id of its own."""
    return replace(decided, change_id=new_id())


async def _member(
    session: AsyncSession,
    runtime: Runtime,
    details: Newborn | Admission | Death | Removal | HeadChange,
    decided: Decided,
) -> Change:
    deps, close = runtime.state.dependencies, runtime.state.close_cards
    home = details.household_id
    match details:
        case Death():
            kind = ChangeKind.DEATH
            return await apply_leave(
                session, deps, kind, decided, home, details.citizen_id, close, new_head=details.new_head
            )
        case Removal():
            why = replace(decided, reason=details.reason)
            kind = ChangeKind.REMOVED
            return await apply_leave(
                session, deps, kind, why, home, details.citizen_id, close, new_head=details.new_head
            )
        case HeadChange():
            return await apply_head_change(session, deps, decided, home, details.new_head, details.former_role)
        case Newborn():
            household = await members.active(session, home)
            child = people.judged(deps, details.person, "child", household)
            basis = household.legal_basis or details.basis
            _ensure_may_grow(deps, household, basis, child, decided)
            await session.execute(_SET_BASIS, {"basis": basis, "household_id": home})
            return (await apply_admission(session, deps, ChangeKind.NEWBORN, decided, household, child))[0]
        case Admission():
            household = await members.active(session, home)
            person = people.judged(deps, details.person, details.role, household)
            await _ensure_fit_to_join(session, deps, household, person, decided)
            return (await apply_admission(session, deps, ChangeKind.INCLUDED, decided, household, person))[0]


def _ensure_may_grow(
    deps: Dependencies, household: Household, basis: str | None, child: Person, decided: Decided
) -> None:
    """That a family may add a child. Raises FamilyNotEligible, TooYoung or TooManyMembers."""
    rule = NewbornRule.on(deps.policies.book, decided.decided_on)
    rule.ensure(basis, household.members, child.national_id.birth_date, decided.decided_on)


async def _ensure_fit_to_join(
    session: AsyncSession, deps: Dependencies, household: Household, person: Person, decided: Decided
) -> None:
    """By whichever kind of request a child comes who was never a member of a household, the rule of newborns holds."""
    if years(person.national_id.birth_date, decided.decided_on) >= deps.figure(ADULT_AGE):
        return
    if not await repository.known(session, [deps.vault.fingerprint(person.national_id.number, NATIONAL_ID)]):
        _ensure_may_grow(deps, household, household.legal_basis, person, decided)


async def _married(session: AsyncSession, runtime: Runtime, details: Marriage, decided: Decided) -> Outcome:
    """Join the household, or the one founded with its member; who is of another one leaves it."""
    citizen = None
    if details.citizen_id is not None:
        citizen = await repository.find_citizen(session, details.citizen_id)
        if citizen is None or citizen.household_id == details.household_id:
            raise NotInHousehold(detail_ar="الفرد مسجل في نفس الأسرة بالفعل.")
        if citizen.household_id is not None:
            await _lock(session, citizen.household_id, details.household_id)
    founded = None if details.founder is None else await _founded(session, runtime, details, details.founder, decided)
    if founded is None:
        return _outcome(*await _wed(session, runtime, details, citizen, details.household_id, decided))
    change, home = founded
    return _outcome(change, *await _wed(session, runtime, details, citizen, home, anew(decided)), founded=home)


async def _founded(
    session: AsyncSession, runtime: Runtime, details: Marriage, founder: UUID, decided: Decided
) -> tuple[Change, UUID]:
    """The household that the spouses found: its head has left the one before, whose month it still is."""
    deps, close, kind = runtime.state.dependencies, runtime.state.close_cards, ChangeKind.MARRIAGE
    home, heir = details.household_id, details.head_after
    return await apply_split(session, deps, decided, home, {founder: "head"}, close, new_head=heir, kind=kind)


async def _wed(
    session: AsyncSession, runtime: Runtime, details: Marriage, citizen: Citizen | None, home: UUID, decided: Decided
) -> list[Change]:
    """Let somebody join a household by marriage; the month is counted in the one before, where there is one."""
    deps, close, kind = runtime.state.dependencies, runtime.state.close_cards, ChangeKind.MARRIAGE
    if details.person is not None:
        household = await members.active(session, home)
        person = people.judged(deps, details.person, details.role, household)
        await _ensure_fit_to_join(session, deps, household, person, decided)
        return [(await apply_admission(session, deps, kind, decided, household, person))[0]]
    if citizen is None:
        raise NotInHousehold
    who, done = citizen.citizen_id, []
    if citizen.household_id is not None:
        left, heir = citizen.household_id, details.new_head
        done.append(await apply_leave(session, deps, kind, decided, left, who, close, new_head=heir))
        decided = anew(decided)
    done.append(await apply_join(session, deps, kind, decided, home, who, details.role))
    return done


async def _divorced(session: AsyncSession, runtime: Runtime, details: Divorce, decided: Decided) -> Outcome:
    """Leave for another household, or found one with children."""
    deps, close, kind = runtime.state.dependencies, runtime.state.close_cards, ChangeKind.DIVORCE
    home, who, heir = details.household_id, details.citizen_id, details.new_head
    if details.into is None:
        roles = {who: "head", **dict.fromkeys(details.children, "child")}
        change, founded = await apply_split(
            session,
            deps,
            decided,
            home,
            roles,  # type: ignore[arg-type]
            close,
            new_head=heir,
            kind=kind,
        )
        return _outcome(change, founded=founded)
    if details.into == home:
        raise SameHousehold
    await _lock(session, home, details.into)
    left = await apply_leave(session, deps, kind, decided, home, who, close, new_head=heir)
    joined = await apply_join(session, deps, kind, anew(decided), details.into, who, "other")
    return _outcome(left, joined)


async def _lock(session: AsyncSession, *households: UUID) -> None:
    """Lock households in the order of their ids, so that two changes never wait for each other."""
    for one in sorted(households):
        await repository.find_household(session, one, lock=True)


async def entitled(
    session: AsyncSession,
    runtime: Runtime,
    details: Exclusion | Inclusion,
    decided: Decided,
    programmes: Sequence[str],
) -> Outcome:
    """Keep members out of programmes, or take them in: one change for each programme. Raises GroundNotMet."""
    deps, done = runtime.state.dependencies, []
    if isinstance(details, Exclusion):
        GroundRule.on(deps.policies.book, decided.decided_on).ensure(details, details.fact_on)
    for number, name in enumerate(programmes):
        one = anew(decided) if number else decided
        home, who, programme = details.household_id, details.citizen_ids, Programme(name)
        if isinstance(details, Exclusion):
            done.append(await apply_exclusion(session, deps, one, home, who, programme, details.ground))
        else:
            ground, basis = details.ground, details.basis
            done.append(await apply_inclusion(session, deps, one, home, who, programme, ground, basis))
    return _outcome(*done)


async def _household(session: AsyncSession, runtime: Runtime, details: Details, decided: Decided) -> Change:
    deps, close, home = runtime.state.dependencies, runtime.state.close_cards, details.household_id
    match details:
        case Merge():
            return await apply_merge(session, deps, decided, home, details.into, close)
        case HouseholdEnd():
            return await apply_end(session, deps, replace(decided, reason=details.reason), home, close)
        case Move():
            # where to is anybody's to name: that household belongs to the caller now, and is told of there
            residence = judge_residence(0, details.governorate, details.district, details.address, NATIONAL)
            if isinstance(residence, Rejection):
                raise people.refused(residence.field, residence.code)
            return await apply_move(session, deps, decided, home, residence, transferred=details.transfer)
    raise TypeError(f"{details.kind} is carried out elsewhere")


async def _corrected(
    session: AsyncSession,
    runtime: Runtime,
    details: CorrectName | CorrectNationalId | FreeNationalId | CorrectBirth | CorrectSex | CorrectAddress | Mobile,
    decided: Decided,
) -> Change:
    deps = runtime.state.dependencies
    if isinstance(details, CorrectAddress):
        address = people.address_of(details.address)
        return await apply_address(session, deps, decided, details.household_id, address)
    who = details.citizen_id
    await members.active(session, details.household_id)
    await members.member(session, details.household_id, who, decided.fact_on)
    match details:
        case CorrectName():
            return await apply_name(session, deps, decided, who, people.name_of(details.full_name))
        case CorrectNationalId():
            number = people.national_id_of(deps, details.national_id)
            return await apply_national_id(session, deps, decided, who, number)
        case FreeNationalId():
            number = people.national_id_of(deps, details.national_id)
            return await apply_freed_number(session, deps, decided, who, number)
        case CorrectBirth():
            if details.birth_date > deps.today():
                raise people.refused("birth_date", "national_id_in_future")
            return await apply_birth(session, deps, decided, who, details.birth_date)
        case CorrectSex():
            return await apply_sex(session, deps, decided, who, details.sex)
        case Mobile():
            if details.mobile is None:
                return await apply_mobile(session, deps, decided, who, None, None)
            mobile = people.mobile_of(details.mobile)
            return await apply_mobile(session, deps, decided, who, mobile, deps.number_new_until())
