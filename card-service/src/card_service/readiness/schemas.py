"""What crosses the wire about courses, seminars and readiness."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from card_service.readiness.models import (
    Audience,
    Course,
    CourseState,
    Place,
    PlaceKind,
    Result,
    Seminar,
    Seminars,
    SeminarState,
    Share,
)
from card_service.registry import names
from chassis.paging import Page
from chassis.places import InDistrict


def _readable(value: str) -> str:
    cleaned = names.line(value)
    if not cleaned:
        raise ValueError("one line of readable text")
    return cleaned


Line = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_readable)]


class CourseIn(InDistrict):
    """A day of training: for whom, when, where, by whom."""

    model_config = ConfigDict(extra="forbid")

    audience: Audience
    title_ar: Line
    place_ar: Line
    trainer: Annotated[Line, Field(description="who trains: an organisation, or a person by their id at the gateway")]
    held_on: Annotated[date, Field(ge=date(2020, 1, 1), le=date(2100, 1, 1))]
    seats: Annotated[int, Field(ge=1, le=1000)]


class CourseOut(BaseModel):
    """A course. `taken`: how many take part."""

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

    @classmethod
    def of(cls, course: Course) -> Self:
        """The same as it is shown."""
        return cls(**{name: getattr(course, name) for name in cls.model_fields})


class CoursePage(Page[CourseOut, UUID]):
    """Courses in the order they were entered."""


class ParticipantIn(BaseModel):
    """Who takes part: who signs in at the gateway by `person_id`, one of an outlet's staff by `staff_name`."""

    model_config = ConfigDict(extra="forbid")

    place_id: Annotated[UUID, Field(description="the site or outlet where the participant stands")]
    person_id: UUID | None = None
    staff_name: Line | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.person_id is None) == (self.staff_name is None):
            raise ValueError("either person_id or staff_name")
        return self


class ParticipantOut(BaseModel):
    """A participant. `valid_until`: the last day on which a course that was passed counts."""

    participant_id: UUID
    place_kind: PlaceKind
    place_id: UUID
    person_id: UUID | None
    staff_name: str | None
    result: Result | None
    valid_until: date | None


class ParticipantPage(Page[ParticipantOut, UUID]):
    """Participants of a course in the order they were entered."""


class ResultIn(BaseModel):
    """What became of a participant."""

    model_config = ConfigDict(extra="forbid")

    result: Result


class StaffIn(InDistrict):
    """How many at a place shall have passed a course, and what kind of place it is."""

    model_config = ConfigDict(extra="forbid")

    place_kind: PlaceKind
    staff: Annotated[int, Field(ge=0, le=10_000)]


class PlaceOut(BaseModel):
    """A place. `trained`: how many of its staff have passed a course that is good today."""

    place_id: UUID
    place_kind: PlaceKind
    governorate: str
    district: str
    staff: int
    trained: int

    @classmethod
    def of(cls, place: Place) -> Self:
        """The same as it is shown."""
        return cls(**{name: getattr(place, name) for name in cls.model_fields})


class PlacePage(Page[PlaceOut, UUID]):
    """Places whose staff are to be trained, by their ids."""


class SeminarIn(InDistrict):
    """An awareness seminar: where, when, for how many."""

    model_config = ConfigDict(extra="forbid")

    title_ar: Line
    title_en: Line
    place_ar: Annotated[Line, Field(max_length=60)]
    place_en: Annotated[Line, Field(max_length=60)]
    starts_at: AwareDatetime
    seats: Annotated[int, Field(ge=1, le=1000)]


class SeminarOut(BaseModel):
    """A seminar. `wanted`: how many invitations were ordered, `invited`: how many have gone out."""

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

    @classmethod
    def of(cls, seminar: Seminar) -> Self:
        """The same as it is shown."""
        return cls(**{name: getattr(seminar, name) for name in cls.model_fields})


class SeminarPage(Page[SeminarOut, UUID]):
    """Seminars in the order they were entered."""


class InvitationsIn(BaseModel):
    """How many more citizens of the seminar's district shall be invited."""

    model_config = ConfigDict(extra="forbid")

    count: Annotated[int, Field(ge=1, le=100_000)]


class SignUpIn(BaseModel):
    """For how many somebody asks a seat. No name is kept."""

    model_config = ConfigDict(extra="forbid")

    people: Annotated[int, Field(ge=1, le=20)]


class AttendanceIn(BaseModel):
    """How many came."""

    model_config = ConfigDict(extra="forbid")

    attended: Annotated[int, Field(ge=0, le=10_000)]


class ShareOut(BaseModel):
    """A part of a whole, and the share as a decimal; null where there is no whole."""

    part: int
    whole: int
    share: Decimal | None

    @classmethod
    def of(cls, share: Share) -> Self:
        """The same as it is shown."""
        exact = Decimal(share.part) / share.whole if share.whole else None
        return cls(part=share.part, whole=share.whole, share=None if exact is None else round(exact, 4))


class SeminarsOut(BaseModel):
    """Seminars that were not cancelled. `due`: whose hour has come; `held_of_planned`: the indicator."""

    planned: int
    due: int
    held: int
    seats_held: int
    signed_up: int
    attended: int
    invited: int
    held_of_planned: ShareOut

    @classmethod
    def of(cls, seminars: Seminars) -> Self:
        """The same as it is shown."""
        counted = {name: getattr(seminars, name) for name in Seminars.__slots__}
        return cls(**counted, held_of_planned=ShareOut.of(Share(seminars.held, seminars.planned)))


class ReadinessOut(BaseModel):
    """How far a governorate is ready on a day: its staff trained, its seminars held."""

    governorate: str
    day: date
    staff_trained: ShareOut
    seminars: SeminarsOut
