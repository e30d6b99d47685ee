"""What crosses the wire about roles and who has them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from api_gateway.people.models import Grant, GrantState, Place
from api_gateway.people.schemas import AuthorityId, Reason
from chassis.paging import Page
from chassis.places import AreaCode
from contracts.people import OBJECTS, PEOPLE, AreaKind, conflicting
from contracts.scopes import Scope


class GrantIn(BaseModel):
    """A role that is asked for. One at a counter, outlet or provider names it, and its governorate as `area`."""

    model_config = ConfigDict(extra="forbid")

    person_id: UUID
    role: str = Field(pattern=r"^[a-z][a-z-]{1,63}$", examples=["payouts-maker"])
    authority_id: AuthorityId
    area: AreaCode
    object_kind: AreaKind | None = Field(default=None, examples=["site"])
    object_id: UUID | None = None
    valid_from: AwareDatetime | None = Field(default=None, description="from the decision on where it is left out")
    valid_to: AwareDatetime
    reason: Reason

    @model_validator(mode="after")
    def _object(self) -> GrantIn:
        if (self.object_kind is None) != (self.object_id is None):
            raise ValueError("object_kind and object_id come together")
        if self.object_kind is not None and self.object_kind not in OBJECTS:
            raise ValueError(f"object_kind is one of {', '.join(sorted(OBJECTS))}")
        if self.valid_from is not None and self.valid_from >= self.valid_to:
            raise ValueError("valid_from is before valid_to")
        return self

    @property
    def place(self) -> Place:
        """Where the role is to be held."""
        return Place(self.area, self.object_kind, self.object_id)


class DecisionIn(BaseModel):
    """What is decided about a role that another has asked for; who refuses says why."""

    model_config = ConfigDict(extra="forbid")

    approve: bool
    reason: Reason | None = None

    @model_validator(mode="after")
    def _why(self) -> DecisionIn:
        if not self.approve and self.reason is None:
            raise ValueError("say why it is refused")
        return self


class GrantOut(BaseModel):
    """A role somebody has, had or is to have: asked for by one, decided by another."""

    grant_id: UUID
    person_id: UUID
    role: str
    authority_id: str
    area: str
    object_kind: AreaKind | None
    object_id: UUID | None
    state: GrantState
    valid_from: datetime
    valid_to: datetime
    on_host: bool = Field(description="entered on the host for one of the first administrators, or a replacement")
    asked_by: UUID | None
    asked_at: datetime
    asked_why: str
    decided_by: UUID | None
    decided_at: datetime | None
    decided_why: str | None
    confirm_by: datetime = Field(description="somebody must confirm by then that it is still needed")
    confirmed_by: UUID | None
    confirmed_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    ended_why: str | None

    @classmethod
    def of(cls, grant: Grant) -> GrantOut:
        """A grant as the API tells it."""
        return cls.model_validate(grant, from_attributes=True)


class GrantList(Page[GrantOut, UUID]):
    """A page of grants in the order in which they were asked for."""


class RoleOut(BaseModel):
    """A role as the table of roles has it."""

    role: str
    name: str
    name_ar: str
    scopes: list[Scope]
    areas: list[AreaKind]
    granted_by: list[str]
    conflicts: list[str]
    central: bool = Field(description="held in the central authority only")
    acr: str

    @classmethod
    def of(cls, name: str) -> RoleOut:
        """A role as the API tells it."""
        role = PEOPLE[name]
        return cls(
            role=name,
            name=role.name,
            name_ar=role.name_ar,
            scopes=sorted(role.scopes),
            areas=sorted(role.areas),
            granted_by=sorted(role.granted_by),
            conflicts=sorted(other for other in PEOPLE if conflicting(name, other)),
            central=role.central,
            acr=role.acr,
        )


class RoleList(BaseModel):
    """Every role there is."""

    items: list[RoleOut]
