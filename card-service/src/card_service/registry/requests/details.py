"""What each kind of change request asks for (a discriminated union by `kind`), as it crosses the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from card_service.registry.models import Role
from card_service.registry.requests.refusal_reasons import Ground
from card_service.registry.schemas import MobileText, NameText, NationalIdText
from chassis.districts import DistrictUnknown, as_listed
from chassis.months import Month
from chassis.places import InDistrict

MemberRole = Literal["spouse", "child", "parent", "other"]
ProgrammeName = Literal["goods", "bread", "health"]
Reason = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,39}$", description="a code")]
Members = Annotated[list[UUID], Field(min_length=1, max_length=40)]


class _Details(BaseModel):
    """What every request says: the household, the day of the fact, and a later month where it shall count later."""

    model_config = ConfigDict(extra="forbid")

    household_id: UUID
    fact_on: date = Field(description="the day it happened on, or from which it is asked for")
    effective_month: Month | None = None


class NewPerson(BaseModel):
    """Somebody whom the register does not know as a member of a household."""

    model_config = ConfigDict(extra="forbid")

    national_id: NationalIdText
    full_name: NameText
    mobile: MobileText | None = None


class Newborn(_Details):
    """A child is added. `basis`: why the family may add one (a code), where the register does not say it yet."""

    kind: Literal["newborn"]
    person: NewPerson
    basis: Reason | None = None


class Admission(_Details):
    """Somebody else joins the household, who belongs to none; a minor new to the register as a newborn does."""

    kind: Literal["admission"]
    person: NewPerson
    role: MemberRole


class Death(_Details):
    """A member has died on `fact_on`; who follows as head where it was the head."""

    kind: Literal["death"]
    citizen_id: UUID
    new_head: UUID | None = None


class Removal(_Details):
    """A member leaves for another reason."""

    kind: Literal["removal"]
    citizen_id: UUID
    reason: Reason
    new_head: UUID | None = None


class Marriage(_Details):
    """Somebody joins the household by marriage: registered (`citizen_id`) or not yet (`person`).

    `new_head`: who follows in the household that is left, where its head leaves it. `founder`: the member of this
    household who leaves it for a new one with them, as its head; `head_after` then follows here, where the founder was
    the head.
    """

    kind: Literal["marriage"]
    citizen_id: UUID | None = None
    person: NewPerson | None = None
    role: MemberRole = "spouse"
    new_head: UUID | None = None
    founder: UUID | None = None
    head_after: UUID | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.citizen_id is None) == (self.person is None):
            raise ValueError("name either citizen_id or person")
        return self


class Divorce(_Details):
    """A member leaves by divorce: alone or with children for a household of their own, or for another one.

    `into`: the household joined; where it is null, a new one is founded with `children`.
    """

    kind: Literal["divorce"]
    citizen_id: UUID
    children: Annotated[list[UUID], Field(max_length=39)] = []
    into: UUID | None = None
    new_head: UUID | None = None

    @model_validator(mode="after")
    def _alone(self) -> Self:
        if self.into is not None and self.children:
            raise ValueError("children found a household with the one who leaves; into another one each moves alone")
        return self


class Split(_Details):
    """Members found a household of their own: `roles` by citizen, one of them the head."""

    kind: Literal["split"]
    roles: Annotated[dict[UUID, Role], Field(min_length=1, max_length=39)]
    new_head: UUID | None = None


class Merge(_Details):
    """Everybody of the household joins another one, and it ends."""

    kind: Literal["merge"]
    into: UUID


class HeadChange(_Details):
    """Another member becomes the head; the one before stays as `former_role`."""

    kind: Literal["head_change"]
    new_head: UUID
    former_role: MemberRole


class Move(_Details, InDistrict):
    """The household lives elsewhere; with `transfer` its card is of the new governorate too."""

    kind: Literal["move"]
    address: Annotated[str, Field(max_length=200)] = ""
    transfer: bool = False


class CorrectName(_Details):
    """The name was written wrongly."""

    kind: Literal["correct_name"]
    citizen_id: UUID
    full_name: NameText


class CorrectNationalId(_Details):
    """The national id was wrong; the one before still finds its holder."""

    kind: Literal["correct_national_id"]
    citizen_id: UUID
    national_id: NationalIdText


class FreeNationalId(_Details):
    """A number that was corrected was another's all along: it does not find the citizen any more, and is free."""

    kind: Literal["free_national_id"]
    citizen_id: UUID
    national_id: NationalIdText


class CorrectBirth(_Details):
    """The date of birth is another one than the national id says."""

    kind: Literal["correct_birth"]
    citizen_id: UUID
    birth_date: date


class CorrectSex(_Details):
    """The sex is another one than the national id says."""

    kind: Literal["correct_sex"]
    citizen_id: UUID
    sex: Literal["male", "female"]


class CorrectAddress(_Details):
    """The address was written wrongly; nobody moves."""

    kind: Literal["correct_address"]
    address: Annotated[str, Field(min_length=1, max_length=200)]


class Mobile(_Details):
    """Another mobile. `proof`: a code to the old number too, or the holder at a counter with the document seen.

    Where `mobile` is null the number is taken away: the holder says so at a counter, and no code is sent.
    """

    kind: Literal["mobile"]
    citizen_id: UUID
    mobile: MobileText | None
    proof: Literal["old_number", "counter"]

    @model_validator(mode="after")
    def _seen(self) -> Self:
        if self.mobile is None and self.proof != "counter":
            raise ValueError("a number is taken away at a counter")
        return self


class Exclusion(_Details):
    """Members are kept out of programmes on a ground; announced before it takes effect.

    Two grounds say on what they rest: `unused` since when nothing was drawn, `misuse` on which days a trader was found
    with the card. Whether that is enough, policies say.
    """

    kind: Literal["exclusion"]
    citizen_ids: Members
    programmes: Annotated[list[ProgrammeName], Field(min_length=1, max_length=3)]
    ground: Ground
    unused_since: date | None = Field(default=None, description="of `unused`: the day after the last draw")
    found_on: Annotated[list[date], Field(max_length=40, description="of `misuse`: the days")] = []


class Inclusion(_Details):
    """Members are taken into programmes, or a `ground` on which they were kept out is lifted."""

    kind: Literal["inclusion"]
    citizen_ids: Members
    programmes: Annotated[list[ProgrammeName], Field(min_length=1, max_length=3)]
    ground: Ground | Literal["entered"] = "entered"
    basis: Reason | None = Field(default=None, description="of health insurance")

    @model_validator(mode="after")
    def _basis(self) -> Self:
        if self.basis is not None and self.programmes != ["health"]:
            raise ValueError("a basis is of health insurance alone")
        return self


class HouseholdEnd(_Details):
    """The household ends."""

    kind: Literal["household_end"]
    reason: Reason


Details: TypeAlias = (
    Newborn | Admission | Death | Removal | Marriage | Divorce | Split | Merge | HeadChange | Move | CorrectName
    | CorrectNationalId | FreeNationalId | CorrectBirth | CorrectSex | CorrectAddress | Mobile | Exclusion | Inclusion
    | HouseholdEnd
)  # fmt: skip
AnyDetails = Annotated[Details, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[Details] = TypeAdapter(AnyDetails)


class _MoveOfBefore(Move):
    """A move that was asked for when districts were written in words: it is read, and refused when carried out."""

    district: str

    @model_validator(mode="after")
    def _of_one_governorate(self) -> _MoveOfBefore:
        return self


def parse(raw: bytes) -> Details:
    """Details from what `dump` wrote."""
    try:
        return _ADAPTER.validate_json(raw)
    except (ValidationError, DistrictUnknown):
        found = _MoveOfBefore.model_validate_json(raw)
        return found.model_copy(update={"district": as_listed(found.governorate, found.district)})


def dump(details: Details) -> bytes:
    """Details as JSON, members in the order of their names' declaration."""
    return details.model_dump_json().encode()


def citizen_of(details: Details) -> UUID | None:
    """The one registered citizen a request is about, None for a household, several, or somebody new."""
    found: UUID | None = getattr(details, "citizen_id", None)
    if isinstance(details, HeadChange):
        return details.new_head
    if isinstance(details, Exclusion | Inclusion) and len(details.citizen_ids) == 1:
        return details.citizen_ids[0]
    return found
