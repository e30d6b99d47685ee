"""Whose tokens are made: a live session, its person and the office they act in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import MACHINE_TIME
from api_gateway.people import Office
from api_gateway.signin.directory import Directory, Person
from api_gateway.signin.sessions.models import Session


@dataclass(frozen=True)
class Holder:
    """A person who is signed in, in one of their offices."""

    session: Session
    person: Person
    office: Office


async def holder_of(session: AsyncSession, directory: Directory, found: Session | None) -> Holder | None:
    """The holder of a person's session; None where it does not go on, or its office is no longer theirs."""
    if found is None or found.person_id is None or not found.live(MACHINE_TIME.now()):
        return None
    person = await directory.by_id(session, found.person_id)
    if person is None or not person.active:
        return None
    offices = await directory.offices(session, person.person_id)
    office = next((one for one in offices if one.key == found.office), None)
    office = office_within(office, found.roles) if office else None
    return Holder(found, person, office) if office else None


def office_within(office: Office, roles: Sequence[str] | None) -> Office | None:
    """An office with those of its roles that an outside provider lets its person have; None where none is left.

    Where the provider said nothing of roles (`roles` None), all of them: a claim that is absent is no empty list.
    """
    if roles is None:
        return office
    left = tuple(role for role in office.roles if role in roles)
    return replace(office, roles=left) if left else None
