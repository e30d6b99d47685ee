"""What crosses the wire about people, authorities and areas."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api_gateway.people.identities import Identities
from api_gateway.people.models import Person, Status
from api_gateway.people.offices import Office
from chassis.mobiles import masked
from chassis.paging import Page
from chassis.personal import Personal
from chassis.places import AreaCode
from contracts.people import AreaKind

SIGN_IN_NAME = r"^[a-z0-9][a-z0-9._-]{2,63}$"
AUTHORITY_ID = r"^[a-z][a-z0-9-]{1,63}$"

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
AuthorityId = Annotated[str, Field(pattern=AUTHORITY_ID, examples=["pension-authority"])]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PersonIn(_In):
    """Somebody to invite. `area`: where they work, `*` for the nation; `valid_until`: their last day, in Cairo."""

    sign_in_name: str = Field(pattern=SIGN_IN_NAME, examples=["m.hassan"])
    national_id: str = Field(min_length=1, max_length=64)
    full_name: Words
    authority_id: AuthorityId
    area: AreaCode
    valid_until: date | None = None
    mobile: Annotated[str | None, Personal.CONTACT] = Field(
        default=None, max_length=40, repr=False, description="an Egyptian mobile, for what they must learn at once"
    )


class ReasonIn(_In):
    """Why."""

    reason: Reason


class PersonOut(BaseModel):
    """A person. Of the national id only the last four digits are shown."""

    person_id: UUID
    sign_in_name: str
    full_name: Annotated[str, Personal.IDENTITY]
    national_id: str = Field(examples=["**********0156"])
    authority_id: str
    area: str
    status: Status
    status_reason: str
    status_at: datetime
    status_by: str
    valid_until: date | None
    invited_at: datetime
    invited_by: UUID | None = Field(description="null for whoever was invited on the host")
    mobile: Annotated[str | None, Personal.CONTACT] = Field(examples=["+2010*****678"])

    @classmethod
    def of(cls, person: Person, identities: Identities) -> PersonOut:
        """A person as the API tells it."""
        mobile = identities.mobile(person.person_id, person.mobile_sealed)
        return cls(
            person_id=person.person_id,
            sign_in_name=person.sign_in_name,
            full_name=identities.name(person.person_id, person.full_name_sealed),
            national_id=identities.masked(person.person_id, person.national_id_sealed),
            authority_id=person.authority_id,
            area=person.area,
            status=person.status,
            status_reason=person.status_reason,
            status_at=person.status_at,
            status_by=person.status_by,
            valid_until=person.valid_until,
            invited_at=person.invited_at,
            invited_by=person.invited_by,
            mobile=masked(mobile, last=3) if mobile else None,
        )


class OfficeOut(BaseModel):
    """An office that a person may choose at sign-in."""

    key: str
    authority_id: str
    area: str
    object_kind: AreaKind | None
    object_id: UUID | None
    roles: list[str]
    until: datetime = Field(description="when the first of its roles runs out")

    @classmethod
    def of(cls, office: Office) -> OfficeOut:
        """An office as the API tells it."""
        return cls(
            key=office.key,
            authority_id=office.authority_id,
            area=office.area,
            object_kind=office.object_kind,
            object_id=office.object_id,
            roles=list(office.roles),
            until=office.until,
        )


class PersonDetail(PersonOut):
    """A person with the offices they may act in at this moment."""

    offices: list[OfficeOut]


class PersonInvited(BaseModel):
    """An invitation, shown once: the invited person opens `accept_at` with the token and sets their factors there."""

    person: PersonOut
    invitation_token: str
    accept_at: str
    expires_at: datetime


class PersonList(Page[PersonOut, UUID]):
    """A page of people in the order in which they were invited."""


class PersonCount(BaseModel):
    """How many people a list has."""

    count: int


class NameOut(BaseModel):
    """What a person is called."""

    person_id: UUID
    full_name: Annotated[str, Personal.IDENTITY]


class NameList(BaseModel):
    """Names of people."""

    items: list[NameOut]


class AuthorityIn(_In):
    """A new authority below one of the caller's."""

    authority_id: AuthorityId
    name_en: Words
    name_ar: Words
    parent: AuthorityId


class AuthorityOut(BaseModel):
    """An authority; the central one has no parent."""

    authority_id: str
    name_en: str
    name_ar: str
    parent: str | None


class AuthorityList(Page[AuthorityOut, str]):
    """A page of authorities in the order of their ids."""


class AreaOut(BaseModel):
    """An area in which offices are held."""

    area: str
    name_en: str
    name_ar: str


class AreaList(Page[AreaOut, str]):
    """A page of areas in the order of their codes."""


class DistrictOut(BaseModel):
    """A district of a governorate (قسم or مركز)."""

    district: str = Field(description="its code, the governorate's before the point", examples=["03.02"])
    name_en: str
    name_ar: str


class GovernorateOut(BaseModel):
    """A governorate with its districts."""

    governorate: str = Field(description="its code", examples=["03"])
    name_en: str
    name_ar: str
    districts: list[DistrictOut]


class GovernorateList(BaseModel):
    """Every governorate, in the order of the codes."""

    items: list[GovernorateOut]
