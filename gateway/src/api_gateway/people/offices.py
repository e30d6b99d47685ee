"""Offices: where a person may act at this moment and in which roles. A sign-in chooses one of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import MACHINE_TIME
from contracts.people import OF_PEOPLE, PEOPLE, AreaKind, scopes_of
from contracts.scopes import Scope

# Whoever is not active, whose time has run out, whose grant is not decided or over, has no office.
_HELD = text(
    "SELECT g.asked_by, g.decided_by,"
    " g.authority_id, a.name_en AS authority_en, a.name_ar AS authority_ar, g.area, n.name_en AS area_en,"
    " n.name_ar AS area_ar, g.object_kind, g.object_id, g.role, g.valid_to FROM role_grant g"
    " JOIN person p USING (person_id) JOIN authority a ON a.authority_id = g.authority_id"
    " JOIN area n ON n.area = g.area"
    " WHERE g.person_id = :person_id AND p.status = 'active'"
    " AND (p.valid_until IS NULL OR p.valid_until >= (CAST(:now AS timestamptz) AT TIME ZONE 'Africa/Cairo')::date)"
    " AND g.state = 'granted' AND g.valid_from <= :now AND g.valid_to > :now"
    " ORDER BY g.authority_id, g.area, g.object_kind NULLS FIRST, g.object_id, g.role"
)


@dataclass(frozen=True)
class Office:
    """An authority and one area of it, with the roles that a person has there.

    `object_kind` and `object_id` name the one site, outlet or provider it is bound to; `until`: when the first of its
    roles runs out.
    """

    authority_id: str
    authority_en: str
    authority_ar: str
    area: str
    area_en: str
    area_ar: str
    object_kind: AreaKind | None
    object_id: UUID | None
    roles: tuple[str, ...]
    until: datetime
    grantors: frozenset[UUID] = frozenset()

    @property
    def key(self) -> str:
        """Its name among a person's offices, such as `pension-authority/35` or `ministry/03/<site>`."""
        parts = (self.authority_id, self.area, *((str(self.object_id),) if self.object_id else ()))
        return "/".join(parts)

    @property
    def scopes(self) -> frozenset[Scope]:
        """What may be done in it."""
        return scopes_of(self.roles) | OF_PEOPLE

    @property
    def acr(self) -> frozenset[str]:
        """The authentication context classes that its roles ask for."""
        return frozenset(PEOPLE[role].acr for role in self.roles)

    @property
    def claims(self) -> dict[str, str | list[str]]:
        """What a token for this office says: `gov`, `org`, `roles`, `scope`, and the one place it is bound to.

        `grantors` are the people who asked for these roles or decided on them: nobody chooses who decides on what they
        have proposed.
        """
        said: dict[str, str | list[str]] = {
            "gov": self.area,
            "org": self.authority_id,
            "roles": list(self.roles),
            "scope": " ".join(sorted(self.scopes)),
        }
        if self.grantors:
            said["grantors"] = sorted(f"person:{person_id}" for person_id in self.grantors)
        if self.object_kind is not None:
            said[self.object_kind.value] = str(self.object_id)
        return said


async def offices_of(session: AsyncSession, person_id: UUID, now: datetime | None = None) -> list[Office]:
    """A person's offices at a moment, the present one unless said; none for whoever may not sign in."""
    rows = await session.execute(_HELD, {"person_id": person_id, "now": now or MACHINE_TIME.now()})
    found: dict[tuple[str, str, UUID | None], list[_Row]] = defaultdict(list)
    for row in rows:
        if row.role in PEOPLE:  # a newer version may have taken a role away
            found[row.authority_id, row.area, row.object_id].append(_Row(**row._mapping))
    return [_office(together) for together in found.values()]


@dataclass(frozen=True)
class _Row:
    authority_id: str
    authority_en: str
    authority_ar: str
    area: str
    area_en: str
    area_ar: str
    object_kind: str | None
    object_id: UUID | None
    role: str
    valid_to: datetime
    asked_by: UUID | None
    decided_by: UUID | None


def _office(together: list[_Row]) -> Office:
    """The office of grants that are held in one place."""
    first = together[0]
    return Office(
        authority_id=first.authority_id,
        authority_en=first.authority_en,
        authority_ar=first.authority_ar,
        area=first.area,
        area_en=first.area_en,
        area_ar=first.area_ar,
        object_kind=AreaKind(first.object_kind) if first.object_kind else None,
        object_id=first.object_id,
        roles=tuple(row.role for row in together),
        until=min(row.valid_to for row in together),
        grantors=frozenset(one for row in together for one in (row.asked_by, row.decided_by) if one is not None),
    )
