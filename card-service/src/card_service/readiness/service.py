"""Use cases of courses: who is to be trained, who takes part, with which result."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.errors import SiteUnknown
from card_service.dependencies import Dependencies
from card_service.distribution import repository as sites
from card_service.keys import TRAINING_VALID_DAYS
from card_service.readiness import repository
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
from card_service.readiness.models import Course, Participant, Place, Result
from card_service.readiness.schemas import CourseIn, ParticipantIn, ParticipantOut, StaffIn
from card_service.registry import name_words
from card_service.scopes import ensure_own
from card_service.sealing import PARTICIPANT
from chassis.ids import new_id
from chassis.principal import Principal


async def create(session: AsyncSession, deps: Dependencies, caller: Principal, given: CourseIn) -> Course:
    """Plan a course. Raises OutsideBound or CourseDayOver."""
    ensure_own(caller, given.governorate, given.district)
    if given.held_on < deps.today():
        raise CourseDayOver(detail_ar="اختر تاريخاً قادماً.")
    course = Course(course_id=new_id(), **given.model_dump(), taken=0, state="planned")
    await repository.create(session, course, caller.subject, deps.now())
    return course


async def course_of(session: AsyncSession, caller: Principal, course_id: UUID, *, lock: bool = False) -> Course:
    """A course of the caller's area. Raises CourseUnknown."""
    return caller.bound.own(await repository.find(session, course_id, lock=lock), CourseUnknown)


async def cancel(session: AsyncSession, caller: Principal, course_id: UUID) -> Course:
    """Say that a course will not be held. Raises CourseUnknown, CourseCancelled or CourseHasResults."""
    course = await course_of(session, caller, course_id, lock=True)
    if course.state == "cancelled":
        raise CourseCancelled()
    if await repository.has_results(session, course_id):
        raise CourseHasResults(detail_ar="لا تلغى دورة سجلت نتائجها.")
    await repository.cancel(session, course_id)
    return await course_of(session, caller, course_id)


async def join(
    session: AsyncSession, deps: Dependencies, caller: Principal, course_id: UUID, given: ParticipantIn
) -> ParticipantOut:
    """Give somebody a seat.

    Raises CourseUnknown, CourseCancelled, PlaceNotToTrain, PlaceElsewhere, CourseFull or ParticipantKnown.
    """
    course = await course_of(session, caller, course_id, lock=True)
    if course.state == "cancelled":
        raise CourseCancelled()
    place = await repository.find_place(session, given.place_id, deps.today())
    if place is None or not caller.bound.covers(place.area):
        raise PlaceNotToTrain(detail_ar="سجل عدد العاملين في المكان أولاً.")
    if (place.place_kind == "site") != (course.audience == "counter_staff") or (
        place.governorate != course.governorate
    ):
        raise PlaceElsewhere(detail_ar="راجع نوع الدورة ومحافظتها.")
    participant_id = new_id()
    participant = Participant(
        participant_id=participant_id,
        course_id=course_id,
        place_kind=place.place_kind,
        place_id=place.place_id,
        person_id=given.person_id,
        name_sealed=deps.vault.seal(participant_id, given.staff_name.encode(), PARTICIPANT)
        if given.staff_name
        else None,
        mark=_mark(deps, given),
    )
    if course.taken >= course.seats:
        raise CourseFull(f"It has {course.seats} seats.", detail_ar="اختر دورة أخرى.")
    if not await repository.join(session, participant, caller.subject, deps.now()):
        raise ParticipantKnown(detail_ar="لا يسجل الشخص الواحد مرتين في دورة واحدة.")
    return shown(deps, participant)


def _mark(deps: Dependencies, given: ParticipantIn) -> bytes:
    """What tells who it is in every course: a person everywhere, a name within its outlet."""
    name = " ".join(name_words.words(given.staff_name or ""))
    who = str(given.person_id) if given.person_id else f"{given.place_id} {name}"
    return deps.vault.fingerprint(who, PARTICIPANT)


def shown(deps: Dependencies, participant: Participant) -> ParticipantOut:
    """A participant as the planner sees one."""
    sealed = participant.name_sealed
    name = None if sealed is None else deps.vault.open(participant.participant_id, sealed, PARTICIPANT).decode()
    return ParticipantOut(
        participant_id=participant.participant_id,
        place_kind=participant.place_kind,
        place_id=participant.place_id,
        person_id=participant.person_id,
        staff_name=name,
        result=participant.result,
        valid_until=participant.valid_until,
    )


async def judge(
    session: AsyncSession, deps: Dependencies, caller: Principal, course_id: UUID, participant_id: UUID, result: Result
) -> ParticipantOut:
    """Enter a participant's result, or correct it. It counts for so many days from the course's.

    Raises CourseUnknown, CourseCancelled, CourseNotHeld or ParticipantUnknown.
    """
    course = await course_of(session, caller, course_id, lock=True)
    if course.state == "cancelled":
        raise CourseCancelled()
    if course.held_on > deps.today():
        raise CourseNotHeld(f"It is on {course.held_on}.", detail_ar="تسجل النتيجة بعد انعقاد الدورة.")
    if await repository.participant(session, course_id, participant_id) is None:
        raise ParticipantUnknown
    days = TRAINING_VALID_DAYS.on(deps.policies.book, course.held_on)
    valid_until = course.held_on + timedelta(days=days) if result == "passed" else None
    await repository.judge(session, participant_id, result, valid_until, caller.subject, deps.now())
    found = await repository.participant(session, course_id, participant_id)
    if found is None:
        raise ParticipantUnknown
    return shown(deps, found)


async def say_staff(
    session: AsyncSession, deps: Dependencies, caller: Principal, place_id: UUID, given: StaffIn
) -> Place:
    """Say how many at a place are to be trained. Raises OutsideBound, SiteUnknown or PlaceElsewhere."""
    ensure_own(caller, given.governorate, given.district)
    if given.place_kind == "site":
        site = caller.bound.own(await sites.find_site(session, place_id), SiteUnknown)
        if site.district != given.district:
            raise PlaceElsewhere(detail_ar="راجع الحي المسجل لمكان الاستلام.")
    place = Place(place_id=place_id, **given.model_dump())
    if not await repository.say_staff(session, place, caller.subject, deps.now()):
        raise PlaceElsewhere(detail_ar="راجع نوع المكان والحي المسجلين.")
    return await repository.find_place(session, place_id, deps.today()) or place
