"""Invitations: a one-time link with which somebody sets the factors to sign in with."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import MACHINE_TIME, record
from api_gateway.people import repository
from api_gateway.people.desk import Desk
from api_gateway.people.identities import Identities
from api_gateway.people.models import Invitation, Person, Status
from chassis import outbox
from chassis.ids import new_id
from chassis.logging import get_logger
from contracts.gateway import PersonReinstated

log = get_logger(__name__)

_VOID = text(
    "UPDATE invitation SET voided_at = :now WHERE person_id = :person_id AND used_at IS NULL AND voided_at IS NULL"
)
_ADD = text(
    "INSERT INTO invitation (invitation_id, person_id, marked_with, token_mark, made_by, made_at, expires_at)"
    " VALUES (:invitation_id, :person_id, :marked_with, :token_mark, :made_by, :made_at, :expires_at)"
)
_OPEN = (
    "SELECT invitation_id, person_id, marked_with, token_mark, made_by, made_at, expires_at, used_at, voided_at"
    " FROM invitation WHERE token_mark = ANY(CAST(:marks AS bytea[])) AND used_at IS NULL AND voided_at IS NULL"
    " AND expires_at > :now"
)
_FIND, _LOCK = text(_OPEN), text(f"{_OPEN} FOR UPDATE")
_USE = text("UPDATE invitation SET used_at = :now WHERE invitation_id = :invitation_id")
_ACCEPTED = text("SELECT EXISTS (SELECT FROM invitation WHERE person_id = :person_id AND used_at IS NOT NULL)")
_FORGET = text("DELETE FROM invitation WHERE used_at IS NULL AND expires_at < :before")


async def issue(session: AsyncSession, desk: Desk, person_id: UUID, by: UUID | None, token: str) -> Invitation:
    """Write an invitation with this token; those before are void."""
    now = MACHINE_TIME.now()
    await void(session, person_id, now)
    mark = desk.identities.invitation_mark(token)
    made = Invitation(
        invitation_id=new_id(),
        person_id=person_id,
        marked_with=mark.key,
        token_mark=mark.value,
        made_by=by,
        made_at=now,
        expires_at=now + timedelta(hours=desk.settings.people_invitation_hours),
    )
    await session.execute(_ADD, vars(made))
    return made


async def void(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """Let a person's invitations be good no more."""
    await session.execute(_VOID, {"person_id": person_id, "now": now})


async def invited(session: AsyncSession, identities: Identities, token: str) -> Person | None:
    """Whom an invitation is for that is open: not used, not void, not over, and its person waits for it."""
    found = await _open(session, identities, token, lock=False)
    person = await repository.find(session, found.person_id) if found else None
    return person if person is not None and person.status is Status.INVITED else None


async def accept(session: AsyncSession, desk: Desk, token: str) -> Person | None:
    """Use an invitation: its person is active from now on. None where it is not open."""
    found = await _open(session, desk.identities, token, lock=True)
    person = await repository.lock(session, found.person_id) if found else None
    if found is None or person is None or person.status is not Status.INVITED:
        return None
    now = MACHINE_TIME.now()
    await session.execute(_USE, {"invitation_id": found.invitation_id, "now": now})
    why, by = "accepted the invitation", person.subject
    await repository.set_status(session, person.person_id, Status.ACTIVE, reason=why, by=by, at=now)
    # Whoever comes back after having left is let in again by every service.
    await desk.revocations.reinstate(session, person.subject)
    await outbox.add(session, PersonReinstated(person_id=person.person_id))
    log.info("invitation accepted", person=str(person.person_id))
    return person


async def has_accepted(session: AsyncSession, person_id: UUID) -> bool:
    """Whether a person has ever taken up an invitation."""
    return bool((await session.execute(_ACCEPTED, {"person_id": person_id})).scalar_one())


async def forget_unused(session: AsyncSession, before: datetime) -> None:
    """Drop invitations that ran out unused so long ago that nobody asks for them."""
    await session.execute(_FORGET, {"before": before})


def new_token() -> str:
    """The token of an invitation made on the host: 256 bits of chance, in base64url."""
    return secrets.token_urlsafe(32)


async def _open(session: AsyncSession, identities: Identities, token: str, *, lock: bool) -> Invitation | None:
    values = {"marks": identities.invitation_marks(token), "now": MACHINE_TIME.now()}
    row = (await session.execute(_LOCK if lock else _FIND, values)).one_or_none()
    return record(Invitation, row) if row else None
