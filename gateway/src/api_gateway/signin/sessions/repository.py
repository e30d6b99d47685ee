"""Every SQL statement of sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import record
from api_gateway.signin.sessions.models import Proof, Session

_SESSION = (
    "SELECT sid, person_id, citizen_id, client_id, office, device, door, external_sid, started_at, auth_time, amr, acr,"
    " last_seen, idle_seconds, ends_at, ended_at, ended_why, roles FROM session"
)
_ADD = text(
    "INSERT INTO session (sid, person_id, citizen_id, client_id, office, device, door, external_sid, started_at,"
    " auth_time, amr, acr, last_seen, idle_seconds, ends_at, ended_at, ended_why, roles, cookie_mark) VALUES (:sid,"
    " :person_id, :citizen_id, :client_id, :office, :device, :door, :external_sid, :started_at, :auth_time, :amr, :acr,"
    " :last_seen, :idle_seconds, :ends_at, :ended_at, :ended_why, :roles, :cookie_mark)"
)
_FIND = text(f"{_SESSION} WHERE sid = :sid")
_BY_COOKIE = text(f"{_SESSION} WHERE cookie_mark = :mark")
_OF_PERSON = text(f"{_SESSION} WHERE person_id = :person_id AND ended_at IS NULL ORDER BY started_at DESC")
_OF_CITIZEN = text(f"{_SESSION} WHERE citizen_id = :citizen_id AND ended_at IS NULL ORDER BY started_at DESC")
_OF_PROVIDER = text(
    f"{_SESSION} WHERE ended_at IS NULL AND door = 'external'"
    " AND (external_sid = :external_sid OR person_id = :person_id)"
)
_RENEW = text(
    "UPDATE session SET auth_time = :at, amr = :amr, acr = :acr, door = :door, last_seen = :at,"
    " external_sid = :external_sid, cookie_mark = :mark WHERE sid = :sid"
)
_TOUCH = text("UPDATE session SET last_seen = :now WHERE sid = :sid AND last_seen < :now")
_END = text(
    "UPDATE session SET ended_at = :now, ended_why = :why, cookie_mark = NULL"
    " WHERE sid = :sid AND ended_at IS NULL RETURNING true"
)
_FORGET = text("DELETE FROM session WHERE ends_at < :before")


async def add(session: AsyncSession, made: Session, cookie_mark: bytes | None) -> None:
    """Write a new session, and by what its browser is known."""
    await session.execute(_ADD, {**vars(made), "cookie_mark": cookie_mark})


async def find(session: AsyncSession, sid: UUID) -> Session | None:
    """A session, whether it goes on or not."""
    row = (await session.execute(_FIND, {"sid": sid})).one_or_none()
    return record(Session, row) if row else None


async def by_cookie(session: AsyncSession, mark: bytes) -> Session | None:
    """The session of a browser."""
    row = (await session.execute(_BY_COOKIE, {"mark": mark})).one_or_none()
    return record(Session, row) if row else None


async def of_person(session: AsyncSession, person_id: UUID) -> list[Session]:
    """A person's sessions that were not ended, the youngest first."""
    return [record(Session, row) for row in await session.execute(_OF_PERSON, {"person_id": person_id})]


async def of_citizen(session: AsyncSession, citizen_id: UUID) -> list[Session]:
    """A citizen's sessions that were not ended, the youngest first."""
    return [record(Session, row) for row in await session.execute(_OF_CITIZEN, {"citizen_id": citizen_id})]


async def of_provider(session: AsyncSession, external_sid: str | None, person_id: UUID | None) -> list[Session]:
    """The sessions that came from an outside provider, by its session or by the person."""
    found = await session.execute(_OF_PROVIDER, {"external_sid": external_sid, "person_id": person_id})
    return [record(Session, row) for row in found]


async def renew(session: AsyncSession, sid: UUID, proof: Proof, mark: bytes) -> None:
    """Note that whoever's session it is has signed in to it again, and their browser's new cookie."""
    await session.execute(_RENEW, {**vars(proof), "amr": list(proof.amr), "sid": sid, "mark": mark})


async def touch(session: AsyncSession, sid: UUID, now: datetime) -> None:
    """Note that a session is used."""
    await session.execute(_TOUCH, {"sid": sid, "now": now})


async def end(session: AsyncSession, sid: UUID, now: datetime, why: str) -> bool:
    """End a session; False where it had ended before."""
    return (await session.execute(_END, {"sid": sid, "now": now, "why": why})).scalar_one_or_none() is not None


async def forget(session: AsyncSession, before: datetime, keep: timedelta) -> None:
    """Drop the sessions that were over so long ago that nobody asks for them."""
    await session.execute(_FORGET, {"before": before - keep})
