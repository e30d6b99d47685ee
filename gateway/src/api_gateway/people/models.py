"""People and what belongs to them, as the repositories give and take them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.area import NATION, Area
from contracts.people import AreaKind


class Status(StrEnum):
    """How a person stands."""

    INVITED = "invited"  # has no factors yet
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


class GrantState(StrEnum):
    """How far a grant is."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Authority:
    """An authority: a ministry, an organisation. The central one has no parent."""

    authority_id: str
    name_en: str
    name_ar: str
    parent: str | None


@dataclass(frozen=True)
class NamedArea:
    """An area in which offices are held: `*`, a governorate, a district."""

    area: str
    name_en: str
    name_ar: str


@dataclass(frozen=True)
class Person:
    """Someone who works with the system; one row is one human, by the mark of the national id.

    `authority_id` and `area`: where they work, and so whose administrators see them; roles have places of their own.
    """

    person_id: UUID
    sign_in_name: str
    national_id_sealed: bytes = field(repr=False)
    marked_with: str
    national_id_mark: bytes = field(repr=False)
    full_name_sealed: bytes = field(repr=False)
    authority_id: str
    area: str
    status: Status
    status_reason: str
    status_at: datetime
    status_by: str
    valid_until: date | None
    invited_at: datetime
    invited_by: UUID | None
    mobile_sealed: bytes | None = field(default=None, repr=False)

    @property
    def subject(self) -> str:
        """What the person's tokens name as subject."""
        return f"person:{self.person_id}"


@dataclass(frozen=True)
class Place:
    """Where a role is held: an area, and a site, outlet or provider in it where the role is for one."""

    area: str
    object_kind: AreaKind | None = None
    object_id: UUID | None = None

    @property
    def kind(self) -> AreaKind:
        """What kind of area it is."""
        if self.object_kind is not None:
            return self.object_kind
        if self.area == NATION:
            return AreaKind.NATION
        return AreaKind.DISTRICT if "." in self.area else AreaKind.GOVERNORATE

    @property
    def as_area(self) -> Area:
        """Where it belongs, as callers' bounds are held against it; what the nation's is belongs to none."""
        governorate, _, within = self.area.partition(".")
        return Area(
            governorate=None if self.area == NATION else governorate,
            district=self.area if within else None,
            outlet_id=self.object_id if self.object_kind is AreaKind.OUTLET else None,
            provider_id=self.object_id if self.object_kind is AreaKind.PROVIDER else None,
            site_id=self.object_id if self.object_kind is AreaKind.SITE else None,
        )


@dataclass(frozen=True)
class Grant:
    """A role that somebody has, had or shall have."""

    grant_id: UUID
    person_id: UUID
    role: str
    authority_id: str
    area: str
    object_kind: str | None
    object_id: UUID | None
    state: GrantState
    valid_from: datetime
    valid_to: datetime
    on_host: bool
    asked_by: UUID | None
    asked_at: datetime
    asked_why: str
    confirm_by: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    decided_why: str | None = None
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    ended_why: str | None = None

    @property
    def place(self) -> Place:
        """Where the role is held."""
        return Place(self.area, AreaKind(self.object_kind) if self.object_kind else None, self.object_id)


@dataclass(frozen=True)
class Invitation:
    """A one-time link with which an invited person sets the factors to sign in with."""

    invitation_id: UUID
    person_id: UUID
    marked_with: str
    token_mark: bytes = field(repr=False)
    made_by: UUID | None
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    voided_at: datetime | None = None
