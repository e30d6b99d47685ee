"""Every SQL statement of courses and of who is to be trained."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.readiness.models import Course, Participant, Place, Result
from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

_COURSE = (
    "SELECT course_id, audience, title_ar, governorate, district, place_ar, trainer, held_on, seats, taken, state"
    " FROM course"
)
_CREATE = text(
    "INSERT INTO course (course_id, audience, title_ar, governorate, district, place_ar, trainer, held_on, seats,"
    " created_by, created_at) VALUES (:course_id, :audience, :title_ar, :governorate, :district, :place_ar, :trainer,"
    " :held_on, :seats, :by, :at)"
)
_FIND = text(f"{_COURSE} WHERE course_id = :course_id")
_LOCK = text(f"{_COURSE} WHERE course_id = :course_id FOR UPDATE")
_LIST = BoundedStatement(
    f"{_COURSE} WHERE <bound> AND (CAST(:governorate AS text) IS NULL OR governorate = :governorate)"
    " AND course_id > :after ORDER BY course_id LIMIT :limit",
    governorate="governorate",
    district="district",
)
_CANCEL = text("UPDATE course SET state = 'cancelled' WHERE course_id = :course_id")
_SEAT = text("UPDATE course SET taken = taken + 1 WHERE course_id = :course_id")
_PARTICIPANT = (
    "SELECT participant_id, course_id, place_kind, place_id, person_id, name_sealed, mark, result, valid_until"
    " FROM course_participant"
)
_JOIN = text(
    "INSERT INTO course_participant (participant_id, course_id, place_kind, place_id, person_id, name_sealed, mark,"
    " entered_by, entered_at) VALUES (:participant_id, :course_id, :place_kind, :place_id, :person_id, :name_sealed,"
    " :mark, :by, :at) ON CONFLICT (course_id, mark) DO NOTHING RETURNING participant_id"
)
_PARTICIPANTS = text(
    f"{_PARTICIPANT} WHERE course_id = :course_id AND participant_id > :after ORDER BY participant_id LIMIT :limit"
)
_ONE = text(f"{_PARTICIPANT} WHERE course_id = :course_id AND participant_id = :participant_id")
_RESULT = text(
    "UPDATE course_participant SET result = :result, valid_until = :valid_until, result_by = :by, result_at = :at"
    " WHERE participant_id = :participant_id"
)
_JUDGED = text("SELECT EXISTS (SELECT FROM course_participant WHERE course_id = :course_id AND result IS NOT NULL)")
# Whoever has passed several courses counts once; nobody makes up for another place's staff.
_TRAINED: Final = (
    "(SELECT count(DISTINCT p.mark) FROM course_participant p JOIN course c USING (course_id)"
    " WHERE p.place_id = s.place_id AND p.result = 'passed' AND p.valid_until >= :day AND c.held_on <= :day"
    " AND c.state <> 'cancelled')"
)
_SAY = text(
    "INSERT INTO staff_to_train (place_id, place_kind, governorate, district, staff, said_by, said_at)"
    " VALUES (:place_id, :place_kind, :governorate, :district, :staff, :by, :at)"
    " ON CONFLICT (place_id) DO UPDATE SET staff = :staff, said_by = :by, said_at = :at"
    " WHERE staff_to_train.place_kind = :place_kind AND staff_to_train.district = :district RETURNING place_id"
)
_PLACE = f"SELECT s.place_id, s.place_kind, s.governorate, s.district, s.staff, {_TRAINED} AS trained"
_FIND_PLACE = text(f"{_PLACE} FROM staff_to_train s WHERE s.place_id = :place_id")
_PLACES = BoundedStatement(
    f"{_PLACE} FROM staff_to_train s WHERE <bound>"
    " AND (CAST(:governorate AS text) IS NULL OR s.governorate = :governorate)"
    " AND s.place_id > :after ORDER BY s.place_id LIMIT :limit",
    governorate="s.governorate",
    district="s.district",
)


async def create(session: AsyncSession, course: Course, by: str, at: datetime) -> None:
    """Write a course."""
    values = {name: getattr(course, name) for name in Course.__slots__} | {"by": by, "at": at}
    await session.execute(_CREATE, values)


async def find(session: AsyncSession, course_id: UUID, *, lock: bool = False) -> Course | None:
    """A course by id, its row locked if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"course_id": course_id})).one_or_none()
    return Course(*row) if row else None


async def page(session: AsyncSession, bound: Bound, governorate: str | None, page: Paging[UUID]) -> list[Course]:
    """The courses the caller may see, of one governorate if asked, in the order they were entered."""
    asked = {"governorate": governorate} | page.bounds
    return [Course(*row) for row in await session.execute(*_LIST.within(bound, asked))]


async def cancel(session: AsyncSession, course_id: UUID) -> None:
    """Say that a course will not be held."""
    await session.execute(_CANCEL, {"course_id": course_id})


async def has_results(session: AsyncSession, course_id: UUID) -> bool:
    """Whether somebody's result is entered."""
    return bool((await session.execute(_JUDGED, {"course_id": course_id})).scalar_one())


async def join(session: AsyncSession, participant: Participant, by: str, at: datetime) -> bool:
    """Write a participant and take a seat of the course, whose row is locked; False where the same one has one."""
    values = {name: getattr(participant, name) for name in Participant.__slots__} | {"by": by, "at": at}
    if (await session.execute(_JOIN, values)).scalar_one_or_none() is None:
        return False
    await session.execute(_SEAT, {"course_id": participant.course_id})
    return True


async def participants(session: AsyncSession, course_id: UUID, page: Paging[UUID]) -> list[Participant]:
    """Who takes part, in the order they were entered."""
    rows = await session.execute(_PARTICIPANTS, {"course_id": course_id} | page.bounds)
    return [Participant(*row) for row in rows]


async def participant(session: AsyncSession, course_id: UUID, participant_id: UUID) -> Participant | None:
    """One who takes part in a course."""
    values = {"course_id": course_id, "participant_id": participant_id}
    row = (await session.execute(_ONE, values)).one_or_none()
    return Participant(*row) if row else None


async def judge(
    session: AsyncSession, participant_id: UUID, result: Result, valid_until: date | None, by: str, at: datetime
) -> None:
    """Write what became of a participant."""
    values = {"participant_id": participant_id, "result": result, "valid_until": valid_until, "by": by, "at": at}
    await session.execute(_RESULT, values)


async def say_staff(session: AsyncSession, place: Place, by: str, at: datetime) -> bool:
    """Write how many at a place are to be trained; False where the place is known as another kind, or elsewhere."""
    values = {name: getattr(place, name) for name in Place.__slots__ if name != "trained"} | {"by": by, "at": at}
    return (await session.execute(_SAY, values)).scalar_one_or_none() is not None


async def find_place(session: AsyncSession, place_id: UUID, day: date) -> Place | None:
    """A place whose staff are to be trained, and how many are on a day."""
    row = (await session.execute(_FIND_PLACE, {"place_id": place_id, "day": day})).one_or_none()
    return Place(*row) if row else None


async def places(
    session: AsyncSession, bound: Bound, governorate: str | None, day: date, page: Paging[UUID]
) -> list[Place]:
    """The places of the caller's area whose staff are to be trained, of one governorate if asked."""
    asked = {"governorate": governorate, "day": day} | page.bounds
    return [Place(*row) for row in await session.execute(*_PLACES.within(bound, asked))]
