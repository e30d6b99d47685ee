"""Routes of people: inviting, suspending, reinstating them, and letting them leave."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from api_gateway.context import Running
from api_gateway.database import MACHINE_TIME
from api_gateway.keys import b64url
from api_gateway.people import repository, service
from api_gateway.people.errors import (
    AreaUnknown,
    AuthorityUnknown,
    MobileRefused,
    NationalIdRefused,
    OwnPerson,
    PersonExists,
    PersonState,
    PersonUnknown,
    SignInNameTaken,
)
from api_gateway.people.models import Invitation, Person
from api_gateway.people.offices import offices_of
from api_gateway.people.schemas import (
    OfficeOut,
    PersonCount,
    PersonDetail,
    PersonIn,
    PersonInvited,
    PersonList,
    PersonOut,
    ReasonIn,
)
from api_gateway.people.service import Newcomer
from api_gateway.people.sought import SoughtPeople
from api_gateway.secret_reply import SecretWork, secret_work
from chassis.area import OutsideBound
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import PEOPLE
from chassis.paging import Paging, by_id
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["people"])

SEES_PEOPLE = (Scope.PEOPLE_READ, Scope.PEOPLE_WRITE, Scope.PEOPLE_SUSPEND)
Invites = Annotated[SecretWork, secret_work("invitation_token", b64url)]


def _out(runtime: Running, person: Person) -> PersonOut:
    return PersonOut.of(person, runtime.state.people.identities)


def _invited(runtime: Running, person: Person, invitation: Invitation, token: str) -> PersonInvited:
    return PersonInvited(
        person=_out(runtime, person),
        invitation_token=token,
        accept_at=runtime.state.settings.invitation_url,
        expires_at=invitation.expires_at,
    )


@routes.post(
    "/v1/people",
    scopes=Scope.PEOPLE_WRITE,
    callers=PEOPLE,
    step_up=True,
    status_code=201,
    problems=(
        AuthorityUnknown,
        AreaUnknown,
        OutsideBound,
        NationalIdRefused,
        MobileRefused,
        PersonExists,
        SignInNameTaken,
    ),
)
async def invite_person(body: PersonIn, runtime: Running, caller: Caller, work: Invites) -> PersonInvited:
    """Invite somebody to work with the system, or back. Roles are asked for and decided apart.

    The reply is the only one that shows the invitation's token: hand it over in person.
    """
    newcomer = Newcomer(**body.model_dump())
    person, invitation = await service.invite(work.session, runtime.state.people, caller, newcomer, work.secret)
    return _invited(runtime, person, invitation, work.secret)


@routes.get("/v1/people", scopes=SEES_PEOPLE, callers=PEOPLE)
async def list_people(
    runtime: Running,
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(50, 200)],
    sought: SoughtPeople,
) -> PersonList:
    """The people of the caller's authority and area, those who have left included."""
    wanted = sought.bound(await service.under(session, caller), MACHINE_TIME.now())
    found = await repository.page(session, caller.bound, page, wanted)
    return PersonList.of(page, [_out(runtime, person) for person in found], lambda one: one.person_id)


@routes.get("/v1/people/count", scopes=SEES_PEOPLE, callers=PEOPLE)
async def count_people(caller: Caller, session: Reading, sought: SoughtPeople) -> PersonCount:
    """How many people the list has in all its pages."""
    wanted = sought.bound(await service.under(session, caller), MACHINE_TIME.now())
    return PersonCount(count=await repository.count(session, caller.bound, wanted))


@routes.get("/v1/people/{person_id}", scopes=SEES_PEOPLE, callers=PEOPLE, problems=PersonUnknown)
async def read_person(person_id: UUID, runtime: Running, caller: Caller, session: Reading) -> PersonDetail:
    """A person, with the offices they may act in at this moment."""
    person = await service.find(session, caller, person_id)
    offices = [OfficeOut.of(office) for office in await offices_of(session, person_id)]
    return PersonDetail(**_out(runtime, person).model_dump(), offices=offices)


@routes.post(
    "/v1/people/{person_id}/invitations",
    scopes=Scope.PEOPLE_WRITE,
    callers=PEOPLE,
    step_up=True,
    status_code=201,
    problems=(PersonUnknown, PersonState, OwnPerson),
)
async def invite_again(person_id: UUID, runtime: Running, caller: Caller, work: Invites) -> PersonInvited:
    """Give another invitation to somebody who has not taken up the first; those before are void."""
    desk = runtime.state.people
    person, invitation = await service.invite_again(work.session, desk, caller, person_id, work.secret)
    return _invited(runtime, person, invitation, work.secret)


@routes.post(
    "/v1/people/{person_id}/suspension",
    scopes=Scope.PEOPLE_SUSPEND,
    callers=PEOPLE,
    problems=(PersonUnknown, PersonState, OwnPerson),
)
async def suspend_person(person_id: UUID, body: ReasonIn, runtime: Running, caller: Caller, session: Work) -> PersonOut:
    """Refuse a person everywhere within a second, whatever tokens they hold, and end their sign-ins."""
    return _out(runtime, await service.suspend(session, runtime.state.people, caller, person_id, body.reason))


@routes.delete(
    "/v1/people/{person_id}/suspension",
    scopes=Scope.PEOPLE_WRITE,
    callers=PEOPLE,
    step_up=True,
    problems=(PersonUnknown, PersonState, OwnPerson),
)
async def reinstate_person(person_id: UUID, runtime: Running, caller: Caller, session: Work) -> PersonOut:
    """Let a suspended person sign in again."""
    return _out(runtime, await service.reinstate(session, runtime.state.people, caller, person_id))


@routes.post(
    "/v1/people/{person_id}/departure",
    scopes=Scope.PEOPLE_WRITE,
    callers=PEOPLE,
    step_up=True,
    problems=(PersonUnknown, OwnPerson),
)
async def let_leave(person_id: UUID, body: ReasonIn, runtime: Running, caller: Caller, session: Work) -> PersonOut:
    """Let a person go for good: roles closed, sign-ins ended, refused everywhere within a second."""
    return _out(runtime, await service.leave(session, runtime.state.people, caller, person_id, body.reason))
