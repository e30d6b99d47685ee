"""The register of people as signing in asks it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.clients.bootstrap import end_bootstrap
from api_gateway.database import MACHINE_TIME
from api_gateway.people import Office, invitations, offices_of, repository
from api_gateway.people.desk import Desk
from api_gateway.people.errors import NationalIdRefused, PersonState
from api_gateway.people.upkeep import are_enough
from api_gateway.signin.directory import Person

_PERSON = (
    "SELECT person_id, sign_in_name, full_name_sealed, status = 'active' AND (valid_until IS NULL OR valid_until >="
    " (CAST(:now AS timestamptz) AT TIME ZONE 'Africa/Cairo')::date) AS active FROM person"
)
_BY_NAME = text(f"{_PERSON} WHERE sign_in_name = :sign_in_name")
_BY_ID = text(f"{_PERSON} WHERE person_id = :person_id")


class RegisteredPeople:
    """People as the gateway's own tables know them."""

    def __init__(self, desk: Desk) -> None:
        """`desk`: what the register of people needs."""
        self._desk = desk

    async def by_name(self, session: AsyncSession, sign_in_name: str) -> Person | None:
        """The person of a name to sign in with, whatever their state."""
        values = {"sign_in_name": sign_in_name, "now": MACHINE_TIME.now()}
        return self._person((await session.execute(_BY_NAME, values)).one_or_none())

    async def by_national_id(self, session: AsyncSession, national_id: str) -> Person | None:
        """The person of a national id as it was told, whatever their state."""
        identities = self._desk.identities
        try:
            number = identities.read(national_id, MACHINE_TIME.now().date())
        except NationalIdRefused:
            return None
        person = await repository.by_marks(session, identities.marks(number))
        return await self.by_id(session, person.person_id) if person else None

    async def by_id(self, session: AsyncSession, person_id: UUID) -> Person | None:
        """The person of an id, whatever their state."""
        values = {"person_id": person_id, "now": MACHINE_TIME.now()}
        return self._person((await session.execute(_BY_ID, values)).one_or_none())

    async def offices(self, session: AsyncSession, person_id: UUID) -> Sequence[Office]:
        """The offices a person may act in now; none for whoever may not sign in."""
        return await offices_of(session, person_id)

    async def invited(self, session: AsyncSession, token: str) -> Person | None:
        """Whom an invitation that is open is for."""
        person = await invitations.invited(session, self._desk.identities, token)
        return await self.by_id(session, person.person_id) if person else None

    async def accept(self, session: AsyncSession, token: str) -> None:
        """Close an invitation: its person has set up their factors and is active.

        With the second administrator the client that sets up ends.
        Raises PersonState where it is closed already: of two who take it up at once the factors of one are kept.
        """
        if await invitations.accept(session, self._desk, token) is None:
            raise PersonState("The invitation is not open.", detail_ar="الدعوة لم تعد صالحة.")
        if await are_enough(session):
            await end_bootstrap(session, self._desk.settings, self._desk.revocations)

    def _person(self, row: Row[tuple[UUID, str, bytes, bool]] | None) -> Person | None:
        if row is None:
            return None
        name = self._desk.identities.name(row.person_id, row.full_name_sealed)
        return Person(row.person_id, row.sign_in_name, name, bool(row.active))
