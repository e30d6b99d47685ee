"""Routes of courses, of who is to be trained, and of readiness."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from card_service.cards.errors import SiteUnknown
from card_service.context import WithDependencies
from card_service.readiness import measures, repository, service
from card_service.readiness.errors import (
    CourseCancelled,
    CourseDayOver,
    CourseFull,
    CourseHasResults,
    CourseNotHeld,
    CourseUnknown,
    ParticipantKnown,
    ParticipantUnknown,
    PlaceElsewhere,
    PlaceNotToTrain,
)
from card_service.readiness.schemas import (
    CourseIn,
    CourseOut,
    CoursePage,
    ParticipantIn,
    ParticipantOut,
    ParticipantPage,
    PlaceOut,
    PlacePage,
    ReadinessOut,
    ResultIn,
    SeminarsOut,
    ShareOut,
    StaffIn,
)
from card_service.scopes import ensure_own
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.places import GovernorateCode
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["readiness"])
_READERS: Final = (Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE)
Asked = Annotated[GovernorateCode | None, Query()]


@routes.post("/v1/courses", scopes=Scope.ROLLOUT_WRITE, status_code=201, problems=CourseDayOver)
async def create_course(given: CourseIn, caller: Caller, session: Work, deps: WithDependencies) -> CourseOut:
    """Plan a day of training for the staff of counters, or for shopkeepers."""
    return CourseOut.of(await service.create(session, deps, caller, given))


@routes.get("/v1/courses", scopes=_READERS)
async def list_courses(
    caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(50, 200)], governorate: Asked = None
) -> CoursePage:
    """The courses of the caller's area, in the order they were entered."""
    found = await repository.page(session, caller.bound, governorate, page)
    return CoursePage.of(page, [CourseOut.of(one) for one in found], lambda one: one.course_id)


@routes.get("/v1/courses/{course_id}", scopes=_READERS, problems=CourseUnknown)
async def read_course(course_id: UUID, caller: Caller, session: Reading) -> CourseOut:
    """A course."""
    return CourseOut.of(await service.course_of(session, caller, course_id))


@routes.post(
    "/v1/courses/{course_id}/cancellation",
    scopes=Scope.ROLLOUT_WRITE,
    problems=(CourseUnknown, CourseCancelled, CourseHasResults),
)
async def cancel_course(course_id: UUID, caller: Caller, session: Work) -> CourseOut:
    """Say that a course will not be held."""
    return CourseOut.of(await service.cancel(session, caller, course_id))


@routes.post(
    "/v1/courses/{course_id}/participants",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=201,
    problems=(CourseUnknown, CourseCancelled, CourseFull, PlaceNotToTrain, PlaceElsewhere, ParticipantKnown),
)
async def add_participant(
    course_id: UUID, given: ParticipantIn, caller: Caller, session: Work, deps: WithDependencies
) -> ParticipantOut:
    """Give somebody a seat: who signs in by their id at the gateway, an outlet's staff by name, kept sealed."""
    return await service.join(session, deps, caller, course_id, given)


@routes.get("/v1/courses/{course_id}/participants", scopes=Scope.ROLLOUT_WRITE, problems=CourseUnknown)
async def list_participants(
    course_id: UUID,
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[UUID], by_id(50, 200)],
) -> ParticipantPage:
    """Who takes part in a course, with results."""
    await service.course_of(session, caller, course_id)
    found = await repository.participants(session, course_id, page)
    return ParticipantPage.of(page, [service.shown(deps, one) for one in found], lambda one: one.participant_id)


@routes.put(
    "/v1/courses/{course_id}/participants/{participant_id}/result",
    scopes=Scope.ROLLOUT_WRITE,
    problems=(CourseUnknown, CourseCancelled, CourseNotHeld, ParticipantUnknown),
)
async def enter_result(
    course_id: UUID, participant_id: UUID, given: ResultIn, caller: Caller, session: Work, deps: WithDependencies
) -> ParticipantOut:
    """Enter whether a participant has passed; it counts for the days of the policy `training.valid_days`."""
    return await service.judge(session, deps, caller, course_id, participant_id, given.result)


@routes.put("/v1/staff-to-train/{place_id}", scopes=Scope.ROLLOUT_WRITE, problems=(SiteUnknown, PlaceElsewhere))
async def say_staff(place_id: UUID, given: StaffIn, caller: Caller, session: Work, deps: WithDependencies) -> PlaceOut:
    """Say how many at a pick-up site or an outlet are to be trained: the whole that the trained are held against."""
    return PlaceOut.of(await service.say_staff(session, deps, caller, place_id, given))


@routes.get("/v1/staff-to-train", scopes=_READERS)
async def list_staff(
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[UUID], by_id(200, 1000)],
    governorate: Asked = None,
) -> PlacePage:
    """The places of the caller's area with how many of their staff are trained today."""
    found = await repository.places(session, caller.bound, governorate, deps.today(), page)
    return PlacePage.of(page, [PlaceOut.of(one) for one in found], lambda one: one.place_id)


@routes.get("/v1/readiness/{governorate}", scopes=_READERS)
async def read_readiness(
    governorate: GovernorateCode, caller: Caller, session: Reading, deps: WithDependencies
) -> ReadinessOut:
    """How many of a governorate's staff are trained today, and how many of its seminars were held."""
    ensure_own(caller, governorate)
    trained = await measures.staff_trained(session, governorate, deps.today())
    seminars = await measures.seminars(session, governorate, deps.now())
    return ReadinessOut(
        governorate=governorate,
        day=deps.today(),
        staff_trained=ShareOut.of(trained),
        seminars=SeminarsOut.of(seminars),
    )
