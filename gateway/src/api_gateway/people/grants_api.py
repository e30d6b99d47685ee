"""Routes of roles: the table of them, asking, deciding, confirming, revoking."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query

from api_gateway.context import Running
from api_gateway.database import MACHINE_TIME
from api_gateway.people import grant_repository, granting, service
from api_gateway.people.errors import (
    AreaUnknown,
    AuthorityUnknown,
    GrantBeyondOwnArea,
    GrantExists,
    GrantUnknown,
    OwnPerson,
    PersonState,
    PersonUnknown,
    RoleHeldElsewhere,
    RoleNotYoursToGrant,
    RolesConflict,
    RoleUnknown,
    SameHand,
)
from api_gateway.people.errors import (
    GrantState as StateRefused,
)
from api_gateway.people.grant_schemas import DecisionIn, GrantIn, GrantList, GrantOut, RoleList, RoleOut
from api_gateway.people.granting import Wanted
from api_gateway.people.models import GrantState
from api_gateway.people.schemas import ReasonIn
from approvals.errors import AlreadyApproved, DeciderNotIndependent, ProposalChanged
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import PEOPLE
from chassis.paging import Paging, by_id
from chassis.routing import router
from contracts.people import PEOPLE as ROLES
from contracts.scopes import Scope

routes = router(tags=["people"])

SEES_GRANTS = (Scope.PEOPLE_READ, Scope.GRANTS_ASK, Scope.GRANTS_DECIDE)
_FITS = (
    PersonUnknown,
    PersonState,
    OwnPerson,
    RoleUnknown,
    RoleHeldElsewhere,
    RoleNotYoursToGrant,
    RolesConflict,
    GrantBeyondOwnArea,
    AuthorityUnknown,
    AreaUnknown,
)


@routes.get("/v1/roles", scopes=SEES_GRANTS, callers=PEOPLE)
async def list_roles() -> RoleList:
    """Every role: what it may do, where it is held, who grants it, what it does not stand beside."""
    return RoleList(items=[RoleOut.of(name) for name in sorted(ROLES)])


@routes.post(
    "/v1/role-grants", scopes=Scope.GRANTS_ASK, callers=PEOPLE, status_code=201, problems=(*_FITS, GrantExists)
)
async def ask_for_role(body: GrantIn, runtime: Running, caller: Caller, session: Work) -> GrantOut:
    """Ask for a role for somebody else. Another person who may grant it decides."""
    wanted = Wanted(
        person_id=body.person_id,
        role=body.role,
        authority_id=body.authority_id,
        place=body.place,
        valid_from=body.valid_from or MACHINE_TIME.now(),
        valid_to=body.valid_to,
        why=body.reason,
    )
    return GrantOut.of(await granting.ask(session, runtime, caller, wanted))


@routes.get("/v1/role-grants", scopes=SEES_GRANTS, callers=PEOPLE)
async def list_grants(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(50, 200)],
    person_id: UUID | None = None,
    role: Annotated[str | None, Query(pattern=r"^[a-z][a-z-]{1,63}$")] = None,
    state: GrantState | None = None,
    due_in_days: Annotated[int | None, Query(ge=0, le=366, description="to be confirmed within so many days")] = None,
) -> GrantList:
    """The grants of the caller's authority and area, in the order in which they were asked for."""
    due = None if due_in_days is None else MACHINE_TIME.now() + timedelta(days=due_in_days)
    under = await service.under(session, caller)
    found = await grant_repository.page(
        session, caller.bound, page, under=under, person_id=person_id, role=role, state=state, due_before=due
    )
    return GrantList.of(page, [GrantOut.of(grant) for grant in found], lambda one: one.grant_id)


@routes.get("/v1/role-grants/{grant_id}", scopes=SEES_GRANTS, callers=PEOPLE, problems=GrantUnknown)
async def read_grant(grant_id: UUID, caller: Caller, session: Reading) -> GrantOut:
    """A grant: who asked, who decided, until when it is good."""
    return GrantOut.of(await granting.find(session, caller, grant_id))


@routes.post(
    "/v1/role-grants/{grant_id}/decision",
    scopes=Scope.GRANTS_DECIDE,
    callers=PEOPLE,
    step_up=True,
    problems=(GrantUnknown, StateRefused, SameHand, *_FITS, ProposalChanged, AlreadyApproved, DeciderNotIndependent),
)
async def decide_on_role(grant_id: UUID, body: DecisionIn, runtime: Running, caller: Caller, session: Work) -> GrantOut:
    """Grant a role that another has asked for, or refuse it."""
    decided = await granting.decide(session, runtime, caller, grant_id, approve=body.approve, why=body.reason)
    return GrantOut.of(decided)


@routes.post(
    "/v1/role-grants/{grant_id}/withdrawal",
    scopes=Scope.GRANTS_ASK,
    callers=PEOPLE,
    problems=(GrantUnknown, StateRefused),
)
async def withdraw_asking(grant_id: UUID, body: ReasonIn, runtime: Running, caller: Caller, session: Work) -> GrantOut:
    """Take back what one has asked for, while nobody has decided."""
    return GrantOut.of(await granting.withdraw(session, runtime, caller, grant_id, body.reason))


@routes.post(
    "/v1/role-grants/{grant_id}/revocation",
    scopes=Scope.GRANTS_DECIDE,
    callers=PEOPLE,
    problems=(GrantUnknown, StateRefused, OwnPerson, RoleNotYoursToGrant, GrantBeyondOwnArea),
)
async def revoke_role(grant_id: UUID, body: ReasonIn, runtime: Running, caller: Caller, session: Work) -> GrantOut:
    """Take a role away at once: its holder's sign-ins end."""
    return GrantOut.of(await granting.revoke(session, runtime.state.people, caller, grant_id, body.reason))


@routes.post(
    "/v1/role-grants/{grant_id}/confirmation",
    scopes=Scope.GRANTS_DECIDE,
    callers=PEOPLE,
    step_up=True,
    problems=(GrantUnknown, StateRefused, *_FITS),
)
async def confirm_role(grant_id: UUID, runtime: Running, caller: Caller, session: Work) -> GrantOut:
    """Say that a role is still needed (recertification); one that nobody confirms ends."""
    return GrantOut.of(await granting.confirm(session, runtime.state.people, caller, grant_id))
