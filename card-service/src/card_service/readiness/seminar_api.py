"""Routes of awareness seminars."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from card_service.context import WithDependencies
from card_service.readiness import seminar_repository as repository
from card_service.readiness import seminars as service
from card_service.readiness.errors import (
    SeminarBegun,
    SeminarCancelled,
    SeminarFull,
    SeminarHourOver,
    SeminarNotBegun,
    SeminarUnknown,
    TooManyInvited,
)
from card_service.readiness.schemas import (
    AttendanceIn,
    InvitationsIn,
    SeminarIn,
    SeminarOut,
    SeminarPage,
    SignUpIn,
)
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import Rate
from chassis.paging import Paging, by_id
from chassis.places import GovernorateCode
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["readiness"])
_DESKS: Final = (Scope.ROLLOUT_WRITE, Scope.CARDS_REPORT, Scope.CARDS_HANDOVER)
_READERS: Final = (Scope.ROLLOUT_READ, *_DESKS)
_ONE: Final = "/v1/seminars/{seminar_id}"


@routes.post("/v1/seminars", scopes=Scope.ROLLOUT_WRITE, status_code=201, problems=SeminarHourOver)
async def create_seminar(given: SeminarIn, caller: Caller, session: Work, deps: WithDependencies) -> SeminarOut:
    """Plan an awareness seminar in a district."""
    return SeminarOut.of(await service.create(session, deps, caller, given))


@routes.get("/v1/seminars", scopes=_READERS)
async def list_seminars(
    caller: Caller,
    session: Reading,
    page: Annotated[Paging[UUID], by_id(50, 200)],
    governorate: Annotated[GovernorateCode | None, Query()] = None,
) -> SeminarPage:
    """The seminars of the caller's area, in the order they were entered."""
    found = await repository.page(session, caller.bound, governorate, page)
    return SeminarPage.of(page, [SeminarOut.of(one) for one in found], lambda one: one.seminar_id)


@routes.get(_ONE, scopes=_READERS, problems=SeminarUnknown)
async def read_seminar(seminar_id: UUID, caller: Caller, session: Reading) -> SeminarOut:
    """A seminar: how many were invited, have signed up, and came."""
    return SeminarOut.of(await service.seminar_of(session, caller, seminar_id))


@routes.post(
    f"{_ONE}/invitations",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=202,
    problems=(SeminarUnknown, SeminarCancelled, SeminarBegun, TooManyInvited),
    rate=Rate.BULK,
)
async def order_invitations(
    seminar_id: UUID, given: InvitationsIn, caller: Caller, session: Work, deps: WithDependencies
) -> SeminarOut:
    """Have households of the seminar's district invited by SMS: outside quiet hours, nobody who has opted out."""
    return SeminarOut.of(await service.order_invitations(session, deps, caller, seminar_id, given.count))


@routes.post(
    f"{_ONE}/sign-ups",
    scopes=_DESKS,
    status_code=201,
    problems=(SeminarUnknown, SeminarCancelled, SeminarBegun, SeminarFull),
)
async def sign_up(
    seminar_id: UUID, given: SignUpIn, caller: Caller, session: Work, deps: WithDependencies
) -> SeminarOut:
    """Promise seats to somebody who asks by telephone or at a desk. No name is kept."""
    return SeminarOut.of(await service.sign_up(session, deps, caller, seminar_id, given.people))


@routes.put(
    f"{_ONE}/attendance",
    scopes=Scope.ROLLOUT_WRITE,
    problems=(SeminarUnknown, SeminarCancelled, SeminarNotBegun),
)
async def count_attendance(
    seminar_id: UUID, given: AttendanceIn, caller: Caller, session: Work, deps: WithDependencies
) -> SeminarOut:
    """Say how many came, once it has begun; with that it was held."""
    return SeminarOut.of(await service.count_attendance(session, deps, caller, seminar_id, given.attended))


@routes.post(
    f"{_ONE}/cancellation",
    scopes=Scope.ROLLOUT_WRITE,
    problems=(SeminarUnknown, SeminarCancelled, SeminarBegun),
    rate=Rate.BULK,
    deadline=30,
)
async def cancel_seminar(seminar_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> SeminarOut:
    """Call a seminar off; whoever was invited is told."""
    return SeminarOut.of(await service.cancel(session, deps, caller, seminar_id))
