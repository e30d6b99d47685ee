"""Roles asked for by one, decided by another, for a third; confirmed again and again, revoked, expired."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.context import Runtime
from api_gateway.database import MACHINE_TIME
from api_gateway.people import asking, grant_repository, repository, rules, service
from api_gateway.people.desk import Desk
from api_gateway.people.errors import (
    GrantExists,
    GrantUnknown,
    PersonState,
    PersonUnknown,
)
from api_gateway.people.errors import (
    GrantState as StateRefused,
)
from api_gateway.people.fitting import ensure_fits, ensure_may_grant
from api_gateway.people.models import Grant, GrantState, Place, Status
from api_gateway.proposals import PROPOSALS
from approvals.service import Decision
from chassis.ids import new_id
from chassis.logging import get_logger
from chassis.principal import Actor, Principal
from chassis.problems import InvalidRequest

log = get_logger(__name__)

_BY_ITSELF: Final = Actor("service:gateway")


@dataclass(frozen=True)
class Wanted:
    """A role that is asked for: whose, where, from when to when, and why."""

    person_id: UUID
    role: str
    authority_id: str
    place: Place
    valid_from: datetime
    valid_to: datetime
    why: str


async def ask(session: AsyncSession, runtime: Runtime, caller: Principal, wanted: Wanted) -> Grant:
    """Ask for a role: a proposal about the grant, which another who may grant it decides.

    Raises RoleUnknown, OwnPerson, PersonUnknown, PersonState, AuthorityUnknown, AreaUnknown, RoleHeldElsewhere,
    RoleNotYoursToGrant, GrantBeyondOwnArea, RolesConflict or GrantExists.
    """
    rules.ensure_another(caller, wanted.person_id)
    desk = runtime.state.people
    person = await repository.lock(session, wanted.person_id)  # of two askings one sees the other
    if person is None:
        raise PersonUnknown
    if person.status is Status.LEFT:
        raise PersonState("Invite them again first.", state=person.status, detail_ar="تلزم دعوته من جديد أولاً.")
    now = MACHINE_TIME.now()
    if not now <= wanted.valid_to <= now + timedelta(days=desk.settings.people_grant_days):
        raise InvalidRequest(
            f"valid_to is within {desk.settings.people_grant_days} days from now.",
            detail_ar=f"المدة بحد أقصى {desk.settings.people_grant_days} يوماً من الآن.",
        )
    grant = Grant(
        grant_id=new_id(),
        person_id=wanted.person_id,
        role=wanted.role,
        authority_id=wanted.authority_id,
        area=wanted.place.area,
        object_kind=wanted.place.object_kind,
        object_id=wanted.place.object_id,
        state=GrantState.ASKED,
        valid_from=wanted.valid_from,
        valid_to=wanted.valid_to,
        on_host=False,
        asked_by=caller.person_id,
        asked_at=now,
        asked_why=wanted.why,
        confirm_by=now + timedelta(days=desk.settings.people_confirm_days),
    )
    await ensure_fits(session, caller, grant, now)
    if not await grant_repository.add(session, grant):
        raise GrantExists
    await asking.propose(session, runtime, caller, grant)
    log.info("role asked for", grant=str(grant.grant_id), role=grant.role, by=caller.subject)
    return grant


async def decide(
    session: AsyncSession, runtime: Runtime, caller: Principal, grant_id: UUID, *, approve: bool, why: str | None
) -> Grant:
    """Grant what another asked for, or refuse it. All that held when it was asked for must hold now.

    Raises GrantUnknown, StateRefused (`role_grant_state`), SameHand, what `Proposals.decide` raises, and as `ask`.
    """
    grant = await find(session, caller, grant_id)
    await repository.lock(session, grant.person_id)  # the person first, then what is asked for them
    proposal = await asking.proposal_of(session, grant_id)
    now = MACHINE_TIME.now()
    asked_before = now - timedelta(days=runtime.state.settings.people_ask_days)
    if proposal is None or grant.valid_to <= now or grant.asked_at < asked_before:
        raise StateRefused("It is decided already, or its time is over.", state=grant.state)
    rules.ensure_other_hand(caller, grant)
    await ensure_may_grant(session, caller, grant)
    decision = Decision(approve, proposal.digest, why)
    await PROPOSALS.decide(session, runtime, caller, proposal.proposal_id, decision)
    return await find(session, caller, grant_id)


async def withdraw(session: AsyncSession, runtime: Runtime, caller: Principal, grant_id: UUID, why: str) -> Grant:
    """Take back what one has asked for. Raises GrantUnknown or StateRefused."""
    grant = await find(session, caller, grant_id)
    if grant.asked_by != caller.person_id:
        raise GrantUnknown("You have asked for no such role.", detail_ar="لم تطلب هذا الدور.")
    proposal = await asking.proposal_of(session, grant_id)
    if proposal is None:
        raise StateRefused("It is decided already.", state=grant.state)
    await PROPOSALS.withdraw(session, runtime, caller, proposal.proposal_id, why)
    return await find(session, caller, grant_id)


async def revoke(session: AsyncSession, desk: Desk, caller: Principal, grant_id: UUID, why: str) -> Grant:
    """Take a role away: its holder's sign-ins end at once. One person suffices, since it gives nobody anything.

    Raises GrantUnknown, OwnPerson, RoleNotYoursToGrant, GrantBeyondOwnArea or StateRefused.
    """
    grant = await find(session, caller, grant_id, lock=True)
    rules.ensure_another(caller, grant.person_id)
    await ensure_may_grant(session, caller, grant)
    if grant.state is GrantState.REVOKED:
        return grant
    if grant.state is not GrantState.GRANTED:
        raise StateRefused("It is not granted.", state=grant.state)
    ended = await _end(session, grant, GrantState.REVOKED, caller.subject, why)
    await desk.end_sessions(session, grant.person_id, "rights_changed")
    return ended


async def confirm(session: AsyncSession, desk: Desk, caller: Principal, grant_id: UUID) -> Grant:
    """Say that a role is still needed (recertification), for another stretch of time.

    Raises GrantUnknown, OwnPerson, RoleNotYoursToGrant, GrantBeyondOwnArea, StateRefused, or what stands against it
    by today's table of roles.
    """
    grant = await find(session, caller, grant_id, lock=True)
    rules.ensure_another(caller, grant.person_id)
    now = MACHINE_TIME.now()
    if grant.state is not GrantState.GRANTED or grant.valid_to <= now:
        raise StateRefused("It is not granted any more.", state=grant.state)
    await ensure_fits(session, caller, grant, now)
    due = now + timedelta(days=desk.settings.people_confirm_days)
    await grant_repository.confirm(session, grant_id, caller.person_id, now, due)
    log.info("role confirmed", grant=str(grant_id), role=grant.role, by=caller.subject)
    return replace(grant, confirmed_by=caller.person_id, confirmed_at=now, confirm_by=due)


async def find(session: AsyncSession, caller: Principal, grant_id: UUID, *, lock: bool = False) -> Grant:
    """A grant of the caller's authority, or of one below it, and of the caller's area. Raises GrantUnknown."""
    found = await (grant_repository.lock if lock else grant_repository.find)(session, grant_id)
    if found is None or found.authority_id not in await service.under(session, caller):
        raise GrantUnknown
    caller.bound.hold(found.place.as_area, GrantUnknown)
    return found


async def expire(session: AsyncSession, desk: Desk, limit: int = 100) -> int:
    """Close some of the grants that are over; those that were granted end their holders' sign-ins. Gives how many."""
    now, settings = MACHINE_TIME.now(), desk.settings
    asked_before = now - timedelta(days=settings.people_ask_days)
    due_before = now - timedelta(days=settings.people_confirm_grace_days)
    found = await grant_repository.over(session, now, asked_before=asked_before, due_before=due_before, limit=limit)
    for known in found:
        why = "its time is over" if known.valid_to <= now else ""
        if known.state is GrantState.ASKED:
            await asking.close(session, known.grant_id, GrantState.EXPIRED, _BY_ITSELF, why or "nobody decided", now)
            continue
        grant = await grant_repository.lock(session, known.grant_id)
        if grant is not None and grant == known:
            await _end(session, grant, GrantState.EXPIRED, _BY_ITSELF.who, why or "nobody confirmed it")
            await desk.end_sessions(session, grant.person_id, "rights_changed")
    return len(found)


async def _end(session: AsyncSession, grant: Grant, state: GrantState, by: str, why: str) -> Grant:
    now = MACHINE_TIME.now()
    await grant_repository.end(session, grant.grant_id, state, by, now, why)
    log.info("role ended", grant=str(grant.grant_id), role=grant.role, state=state, by=by)
    return replace(grant, state=state, ended_by=by, ended_at=now, ended_why=why)
