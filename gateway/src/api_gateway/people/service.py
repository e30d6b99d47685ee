"""Inviting, suspending and reinstating people, and letting them leave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import MACHINE_TIME
from api_gateway.people import asking, grant_repository, invitations, places, repository, rules
from api_gateway.people.desk import Desk
from api_gateway.people.errors import (
    AreaUnknown,
    AuthorityUnknown,
    PersonExists,
    PersonState,
    PersonUnknown,
    SignInNameTaken,
)
from api_gateway.people.models import GrantState, Invitation, Person, Place, Status
from chassis import outbox
from chassis.ids import new_id
from chassis.logging import get_logger
from chassis.principal import Actor, Principal
from contracts.gateway import PersonReinstated, PersonSuspended

log = get_logger(__name__)


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be invited; `national_id` and `mobile` as they were typed."""

    sign_in_name: str
    national_id: str
    full_name: str
    authority_id: str
    area: str
    valid_until: date | None = None
    mobile: str | None = None


async def under(session: AsyncSession, caller: Principal) -> frozenset[str]:
    """The caller's authority and all below it."""
    return await places.under(session, caller.bound.authority)


async def find(session: AsyncSession, caller: Principal, person_id: UUID, *, lock: bool = False) -> Person:
    """A person of the caller's authority, or of one below it, and of the caller's area. Raises PersonUnknown."""
    found = await (repository.lock if lock else repository.find)(session, person_id)
    if found is None or found.authority_id not in await under(session, caller):
        raise PersonUnknown
    caller.bound.hold(Place(found.area).as_area, PersonUnknown)
    return found


async def invite(
    session: AsyncSession, desk: Desk, caller: Principal, newcomer: Newcomer, token: str
) -> tuple[Person, Invitation]:
    """Write somebody new, or somebody who had left, and the invitation with this token.

    Raises AuthorityUnknown, AreaUnknown, OutsideBound, NationalIdRefused, PersonExists or SignInNameTaken.
    """
    if newcomer.authority_id not in await under(session, caller):
        raise AuthorityUnknown(
            "Invite people of your own authority, or of one below it.", detail_ar="ادعُ موظفي جهتك أو جهة أدنى منها."
        )
    if not await places.knows_area(session, newcomer.area):
        raise AreaUnknown("See /v1/areas.", detail_ar="اختر المكان من القائمة.")
    caller.bound.ensure_covers(Place(newcomer.area).as_area)
    person = await enter(session, desk, newcomer, by=caller.subject, invited_by=caller.person_id)
    log.info("person invited", person=str(person.person_id), by=caller.subject)
    return person, await invitations.issue(session, desk, person.person_id, caller.person_id, token)


async def enter(session: AsyncSession, desk: Desk, newcomer: Newcomer, *, by: str, invited_by: UUID | None) -> Person:
    """Write somebody as invited; whoever had left is the same person again. Raises as `invite`."""
    now = MACHINE_TIME.now()
    number = desk.identities.read(newcomer.national_id, MACHINE_TIME.today())
    mobile = desk.identities.read_mobile(newcomer.mobile) if newcomer.mobile else None
    await repository.alone(session)
    known = await repository.by_marks(session, desk.identities.marks(number))
    if known is not None:
        return await _again(session, desk, known, newcomer, mobile, by)
    person_id, mark = new_id(), desk.identities.mark(number)
    sealed_number, sealed_name = desk.identities.seal(person_id, number, newcomer.full_name)
    person = Person(
        person_id=person_id,
        sign_in_name=newcomer.sign_in_name,
        national_id_sealed=sealed_number,
        marked_with=mark.key,
        national_id_mark=mark.value,
        full_name_sealed=sealed_name,
        authority_id=newcomer.authority_id,
        area=newcomer.area,
        status=Status.INVITED,
        status_reason="invited",
        status_at=now,
        status_by=by,
        valid_until=newcomer.valid_until,
        invited_at=now,
        invited_by=invited_by,
        mobile_sealed=desk.identities.seal_mobile(person_id, mobile),
    )
    if not await repository.add(session, person):
        raise SignInNameTaken("Choose another name.", detail_ar="اختر اسماً آخر.")
    return person


async def _again(
    session: AsyncSession, desk: Desk, known: Person, newcomer: Newcomer, mobile: str | None, by: str
) -> Person:
    """Take somebody back who had left, under the name they had. Raises PersonExists for everybody else."""
    if known.status is not Status.LEFT:
        raise PersonExists("One human is one person here.", detail_ar="كل شخص يُسجل مرة واحدة.")
    back = replace(
        known,
        authority_id=newcomer.authority_id,
        area=newcomer.area,
        valid_until=newcomer.valid_until,
        mobile_sealed=desk.identities.seal_mobile(known.person_id, mobile),
    )
    await repository.move(session, back)
    return await _become(session, back, Status.INVITED, "invited again", by)


async def invite_again(
    session: AsyncSession, desk: Desk, caller: Principal, person_id: UUID, token: str
) -> tuple[Person, Invitation]:
    """Give another invitation to somebody who has not taken up the first. Raises PersonUnknown or PersonState.

    Whoever is active is given none: it would let an administrator sign in as them.
    """
    rules.ensure_another(caller, person_id)
    person = await find(session, caller, person_id, lock=True)
    if person.status is not Status.INVITED:
        raise PersonState(
            "An invitation is for who has not signed in yet.",
            state=person.status,
            detail_ar="الدعوة لمن لم يسبق له الدخول.",
        )
    return person, await invitations.issue(session, desk, person_id, caller.person_id, token)


async def suspend(session: AsyncSession, desk: Desk, caller: Principal, person_id: UUID, reason: str) -> Person:
    """Refuse a person everywhere from the commit on, and end their sign-ins.

    Raises PersonUnknown, OwnPerson, or PersonState for whoever has left.
    """
    rules.ensure_another(caller, person_id)
    person = await find(session, caller, person_id, lock=True)
    if person.status is Status.SUSPENDED:
        return person
    if person.status is Status.LEFT:
        raise PersonState(
            "Whoever has left is refused already.", state=person.status, detail_ar="من ترك العمل لا يدخل أصلاً."
        )
    return await stop(session, desk, person, Status.SUSPENDED, reason, caller.subject)


async def stop(session: AsyncSession, desk: Desk, person: Person, status: Status, reason: str, by: str) -> Person:
    """Refuse a person everywhere from the commit on. What others read of it is the kind of reason, not its words."""
    stopped = await _become(session, person, status, reason, by)
    await invitations.void(session, person.person_id, stopped.status_at)
    await desk.revocations.suspend(session, person.subject, status)
    await outbox.add(session, PersonSuspended(person_id=person.person_id, reason=status))
    await desk.end_sessions(session, person.person_id, status)
    log.info("person stopped", person=str(person.person_id), status=status, by=by)
    return stopped


async def reinstate(session: AsyncSession, desk: Desk, caller: Principal, person_id: UUID) -> Person:
    """Let a suspended person work again. Raises PersonUnknown, OwnPerson, or PersonState for whoever has left."""
    rules.ensure_another(caller, person_id)
    person = await find(session, caller, person_id, lock=True)
    if person.status in {Status.ACTIVE, Status.INVITED}:
        return person
    if person.status is Status.LEFT:
        raise PersonState("Invite them again.", state=person.status, detail_ar="تلزم دعوته من جديد.")
    accepted = await invitations.has_accepted(session, person_id)
    status = Status.ACTIVE if accepted else Status.INVITED
    back = await _become(session, person, status, "reinstated", caller.subject)
    await desk.revocations.reinstate(session, person.subject)
    await outbox.add(session, PersonReinstated(person_id=person_id))
    log.info("person reinstated", person=str(person_id), by=caller.subject)
    return back


async def leave(session: AsyncSession, desk: Desk, caller: Principal, person_id: UUID, reason: str) -> Person:
    """Let a person go for good: roles closed, sign-ins ended, refused everywhere. Raises PersonUnknown, OwnPerson."""
    rules.ensure_another(caller, person_id)
    person = await find(session, caller, person_id, lock=True)
    if person.status is Status.LEFT:
        return person
    return await go(session, desk, person, reason, caller.subject)


async def go(session: AsyncSession, desk: Desk, person: Person, reason: str, by: str) -> Person:
    """Close all that a person has or is to have, and refuse them."""
    gone = await stop(session, desk, person, Status.LEFT, reason, by)
    for grant_id in await grant_repository.asked_for(session, person.person_id):
        await asking.close(session, grant_id, GrantState.WITHDRAWN, Actor(by), "left", gone.status_at)
    for grant in await grant_repository.held(session, person.person_id):
        await grant_repository.end(session, grant.grant_id, GrantState.REVOKED, by, gone.status_at, "left")
    return gone


async def _become(session: AsyncSession, person: Person, status: Status, reason: str, by: str) -> Person:
    now = MACHINE_TIME.now()
    await repository.set_status(session, person.person_id, status, reason=reason, by=by, at=now)
    return replace(person, status=status, status_reason=reason, status_at=now, status_by=by)
