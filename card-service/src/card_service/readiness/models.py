"""Rows of courses and seminars, as the repositories give and take them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from chassis.area import OfDistrict

Audience = Literal["counter_staff", "shopkeepers"]
CourseState = Literal["planned", "cancelled"]
PlaceKind = Literal["site", "outlet"]
Result = Literal["passed", "failed"]
SeminarState = Literal["planned", "held", "cancelled"]


@dataclass(frozen=True, slots=True)
class Course(OfDistrict):
    """A day of training at a place. `taken`: how many of its seats are."""

    course_id: UUID
    audience: Audience
    title_ar: str
    governorate: str
    district: str
    place_ar: str
    trainer: str
    held_on: date
    seats: int
    taken: int
    state: CourseState


@dataclass(frozen=True, slots=True)
class Participant:
    """Who takes part: a person of the gateway (`person_id`), or one of an outlet's staff, whose name is sealed.

    `place_id`: the site or outlet where they stand. `mark`: what tells the same one in another course.
    """

    participant_id: UUID
    course_id: UUID
    place_kind: PlaceKind
    place_id: UUID
    person_id: UUID | None
    name_sealed: bytes | None
    mark: bytes
    result: Result | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Place(OfDistrict):
    """How many at a site or outlet shall have passed a course, and how many have one that is good on the day asked."""

    place_id: UUID
    place_kind: PlaceKind
    governorate: str
    district: str
    staff: int
    trained: int = 0


@dataclass(frozen=True, slots=True)
class Seminar(OfDistrict):
    """An awareness seminar: where, when, for how many.

    `signed_up`: seats that are promised; `attended`: who came, once it was held. `wanted`: how many citizens of the
    district shall be invited, `invited`: how many were.
    """

    seminar_id: UUID
    title_ar: str
    title_en: str
    governorate: str
    district: str
    place_ar: str
    place_en: str
    starts_at: datetime
    seats: int
    signed_up: int
    attended: int | None
    wanted: int
    invited: int
    state: SeminarState


@dataclass(frozen=True, slots=True)
class Invited:
    """A head of a household who is invited to a seminar."""

    invitation_id: UUID
    citizen_id: UUID
    household_id: UUID


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, both counted: what an indicator is measured by."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Seminars:
    """A governorate's seminars that were not cancelled. `due`: those whose hour has come."""

    planned: int
    due: int
    held: int
    seats_held: int
    signed_up: int
    attended: int
    invited: int
