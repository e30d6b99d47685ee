"""What signing in asks of the register of people: who someone is, and in which offices they act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.people import Office


@dataclass(frozen=True)
class Person:
    """Someone who works with the system; `active`: neither invited only, nor suspended, nor gone, and still valid."""

    person_id: UUID
    sign_in_name: str
    full_name: str
    active: bool


class Directory(Protocol):
    """The register of people, as far as signing in needs it."""

    async def by_name(self, session: AsyncSession, sign_in_name: str) -> Person | None:
        """The person of a name to sign in with, whatever their state."""

    async def by_national_id(self, session: AsyncSession, national_id: str) -> Person | None:
        """The person of a national id as it was told, whatever their state."""

    async def by_id(self, session: AsyncSession, person_id: UUID) -> Person | None:
        """The person of an id, whatever their state."""

    async def offices(self, session: AsyncSession, person_id: UUID) -> Sequence[Office]:
        """The offices a person may act in now; none for whoever may not sign in."""

    async def invited(self, session: AsyncSession, token: str) -> Person | None:
        """Whom an invitation that is open is for."""

    async def accept(self, session: AsyncSession, token: str) -> None:
        """Close an invitation: its person has set up their factors and is active."""
