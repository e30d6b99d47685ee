"""What crosses the wire about citizens and households. National ids and mobiles leave masked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from card_service.registry.legal_basis import LegalBasis
from card_service.registry.models import HouseholdStatus, ImportStatus, Life, Role
from card_service.registry.updates.rows import Content
from chassis.paging import Page
from chassis.personal import Personal, Whose
from chassis.places import InDistrict

NationalIdText = Annotated[str, Field(min_length=1, max_length=40, description="14 digits, Western or Arabic-Indic")]
LookedForText = Annotated[str, Field(max_length=1000, description="one that is no national id names itself")]
NameText = Annotated[str, Field(min_length=1, max_length=200, description="Arabic or Latin letters")]
MobileText = Annotated[str, Field(min_length=1, max_length=40, description="Egyptian mobile number in any usual form")]


RationCardText = Annotated[str, Field(min_length=1, max_length=40, description="number of the legacy ration card")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PersonIn(_In):
    """A citizen of a new household."""

    role: Role
    national_id: NationalIdText
    full_name: NameText
    mobile: MobileText | None = None


class HouseholdIn(_In, InDistrict):
    """A household with all its members, exactly one of them the head."""

    address: Annotated[str, Field(max_length=200)] = ""
    ration_card: RationCardText | None = None
    legal_basis: LegalBasis | None = None
    members: Annotated[list[PersonIn], Field(min_length=1, max_length=40)]


class CitizenLookup(_In):
    """The national ids of many citizens, as a paying authority has them; an answer names them by their positions."""

    national_ids: Annotated[list[LookedForText | None], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _somebody(self) -> CitizenLookup:
        if not any(one and one.strip() for one in self.national_ids):
            raise ValueError("all national ids are empty")
        return self


class VerificationIn(_In):
    """Who wants to sign in."""

    national_id: NationalIdText


class VerificationOut(BaseModel):
    """Which citizen that is; null for a national id that is not registered or no such number."""

    citizen_id: Annotated[UUID | None, Whose.CITIZEN, Personal.IDENTITY]


class CitizenOut(BaseModel):
    """A citizen as others may see one."""

    citizen_id: Annotated[UUID, Whose.CITIZEN]
    household_id: Annotated[UUID | None, Whose.HOUSEHOLD]
    role: Annotated[Role | None, Personal.IDENTITY]
    full_name: Annotated[str, Personal.IDENTITY]
    national_id_masked: Annotated[str, Personal.IDENTITY]
    mobile_masked: Annotated[str | None, Personal.CONTACT]
    mobile_usable: Annotated[bool, Personal.CONTACT]
    birth_date: Annotated[date, Personal.IDENTITY]
    sex: Annotated[Literal["male", "female"], Personal.IDENTITY]
    governorate: Annotated[str | None, Personal.CONTACT]
    life: Annotated[Life, Personal.IDENTITY]
    died_on: Annotated[date | None, Personal.IDENTITY]


class Notice(BaseModel):
    """Something to look at that refuses nothing."""

    member: int
    field: str
    code: str


class HouseholdOut(BaseModel):
    """A household with its members, the head first."""

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    governorate: str
    district: Annotated[str, Personal.CONTACT]
    address: Annotated[str, Personal.CONTACT]
    issued_in: Annotated[str, Personal.HOUSEHOLD, Field(description="governorate whose card it is; moves by transfer")]
    status: Annotated[HouseholdStatus, Personal.HOUSEHOLD]
    ended_on: Annotated[date | None, Personal.HOUSEHOLD]
    ration_card_masked: Annotated[str | None, Personal.HOUSEHOLD]
    legal_basis: Annotated[str | None, Personal.HOUSEHOLD]
    revision: int
    members: list[CitizenOut]
    warnings: list[Notice] = []


class LookedUp(BaseModel):
    """Who a national id belongs to; `position` counts the ids of the request from 0."""

    position: Annotated[int, Personal.IDENTITY]
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    household_id: Annotated[UUID | None, Whose.HOUSEHOLD]


class NotLookedUp(BaseModel):
    """A national id nobody is found by: not registered, or by `code` no national id at all."""

    position: int
    code: str
    reason: str
    reason_ar: str


class CitizenLookupOut(BaseModel):
    """Every position of the request once, in `items` or in `unknown`, each in their order."""

    items: list[LookedUp]
    unknown: list[NotLookedUp]


class ImportAccepted(BaseModel):
    """An import that waits for its turn."""

    id: UUID
    status: Literal["queued"] = "queued"


class ImportOut(BaseModel):
    """An import and how far it has come. `warnings`: check digits that do not agree; they refuse nothing.

    `parts` is how many the file comes in, `received` which of them are here while it is taken in, `sha256` the
    whole file's. `dry_run`: it is
    judged first (`checking`, `checked`): the counts are what an import would come to, until it is started and they
    grow from 0 again; `total_rows` is then how many rows there are.
    """

    id: UUID
    status: ImportStatus
    rows: int
    accepted: int
    rejected: int
    households: int
    warnings: int
    parts: int = 1
    received: list[int] = []
    sha256: str | None = None
    content: Content = Content.CITIZENS
    dry_run: bool = False
    total_rows: int | None = None
    corrects: UUID | None = None
    created_at: datetime
    finished_at: datetime | None = None


class ImportPage(Page[ImportOut, UUID]):
    """Imports, the newest first."""


class RejectionOut(BaseModel):
    """Why a row was not taken; `row` is its line in the file, the header being line 1."""

    row: int
    field: str
    code: str
    reason: str
    reason_ar: str


class RejectionPage(Page[RejectionOut, int]):
    """Rejected rows in the order of the file."""
