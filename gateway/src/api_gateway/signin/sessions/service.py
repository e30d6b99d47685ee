"""Beginning, using and ending sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import MACHINE_TIME
from api_gateway.sign_in_settings import SignInSettings
from api_gateway.signin.chance import mark_of
from api_gateway.signin.sessions import repository
from api_gateway.signin.sessions.models import Proof, Session
from chassis import outbox
from chassis.auth import Revocations
from chassis.ids import new_id
from chassis.logging import get_logger
from contracts.gateway import SessionEnded

log = get_logger(__name__)

LONGEST_DEVICE = 200
KEPT = timedelta(days=90)


async def begin(
    session: AsyncSession,
    settings: SignInSettings,
    proof: Proof,
    *,
    client_id: str,
    device: str,
    person_id: UUID | None = None,
    citizen_id: UUID | None = None,
    office: str | None = None,
    roles: Sequence[str] | None = None,
    cookie: str | None = None,
) -> Session:
    """Write the session of a sign-in that is complete: a person's in an office, or a citizen's.

    `office`: its key; `cookie`: the secret its browser keeps; `device`: what the browser calls itself.
    """
    now = MACHINE_TIME.now()
    made = Session(
        sid=new_id(),
        person_id=person_id,
        citizen_id=citizen_id,
        client_id=client_id,
        office=office,
        device=device[:LONGEST_DEVICE] or "-",
        door=proof.door,
        external_sid=proof.external_sid,
        started_at=now,
        auth_time=proof.at,
        amr=list(proof.amr),
        acr=proof.acr,
        last_seen=now,
        idle_seconds=settings.signin_idle_minutes * 60,
        ends_at=now + timedelta(hours=settings.signin_longest_hours),
        roles=list(roles) if roles is not None else None,
    )
    await repository.add(session, made, mark_of(cookie) if cookie else None)
    log.info("session begun", session=str(made.sid), subject=made.subject, client=client_id, door=made.door)
    return made


async def renew(session: AsyncSession, known: Session, proof: Proof, cookie: str) -> Session:
    """A session whose person has signed in again, in the same office: it goes on, with what was shown now."""
    await repository.renew(session, known.sid, proof, mark_of(cookie))
    log.info("session renewed", session=str(known.sid), subject=known.subject, door=proof.door)
    return replace(
        known,
        auth_time=proof.at,
        amr=list(proof.amr),
        acr=proof.acr,
        door=proof.door,
        external_sid=proof.external_sid,
        last_seen=proof.at,
    )


async def of_browser(session: AsyncSession, cookie: str | None) -> Session | None:
    """The session of a browser's cookie, where it goes on."""
    found = await repository.by_cookie(session, mark_of(cookie)) if cookie else None
    return found if found and found.live(MACHINE_TIME.now()) else None


async def end(session: AsyncSession, revocations: Revocations, ended: Session, why: str) -> bool:
    """End a session everywhere: its tokens are refused from the commit on. False for one that had ended before."""
    if not await repository.end(session, ended.sid, MACHINE_TIME.now(), why):
        return False
    await revocations.suspend(session, f"sid:{ended.sid}", why)
    await outbox.add(session, SessionEnded(session_id=ended.sid, reason=why))
    log.info("session ended", session=str(ended.sid), subject=ended.subject, why=why)
    return True


async def end_of_person(session: AsyncSession, revocations: Revocations, person_id: UUID, why: str) -> None:
    """End a person's sessions: after a change of grants, or when they leave."""
    for one in await repository.of_person(session, person_id):
        await end(session, revocations, one, why)


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Drop sessions that were over long ago, with their codes and refresh tokens."""
    await repository.forget(session, now, KEPT)
