"""Routes of a person's sessions: where they are signed in, seen and ended by themselves or by who looks after them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.context import Running, Runtime
from api_gateway.database import MACHINE_TIME
from api_gateway.people import service as people
from api_gateway.people.errors import PersonUnknown
from api_gateway.signin.sessions import repository, service
from api_gateway.signin.sessions.devices import short_name
from api_gateway.signin.sessions.errors import SessionUnknown
from api_gateway.signin.sessions.models import Session
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import PEOPLE
from chassis.principal import Principal
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["people"])

SEES: tuple[Scope, ...] = (Scope.PEOPLE_READ, Scope.PEOPLE_WRITE, Scope.PEOPLE_SUSPEND)
ENDS: tuple[Scope, ...] = (Scope.PEOPLE_SUSPEND,)


class SessionOut(BaseModel):
    """One sign-in on one device, for one office. `idle_at`: when it ends unless it is used before."""

    session_id: UUID
    device: str = Field(examples=["Firefox · Windows"])
    client_id: str
    office: str | None = Field(examples=["pension-authority/35"])
    door: str = Field(description="how they came in: local, external, break-glass")
    acr: str
    started_at: datetime
    last_seen: datetime
    idle_at: datetime
    ends_at: datetime
    this_one: bool

    @classmethod
    def of(cls, one: Session, caller: Principal) -> SessionOut:
        """A session as the API tells it to this caller."""
        return cls(
            session_id=one.sid,
            device=short_name(one.device),
            client_id=one.client_id,
            office=one.office,
            door=one.door,
            acr=one.acr,
            started_at=one.started_at,
            last_seen=one.last_seen,
            idle_at=one.idle_at,
            ends_at=one.ends_at,
            this_one=str(one.sid) == caller.session_id,
        )


class SessionList(BaseModel):
    """A person's sessions that go on, the youngest first."""

    items: list[SessionOut]


@routes.get(
    "/v1/people/{person_id}/sessions", scopes=(Scope.SELF_SESSIONS, *SEES), callers=PEOPLE, problems=PersonUnknown
)
async def list_sessions(person_id: UUID, caller: Caller, session: Reading) -> SessionList:
    """Where a person is signed in, by device: one's own, or of somebody of the caller's authority and area."""
    await _ensure_may(session, caller, person_id, SEES)
    return _list(caller, await _live(session, person_id))


@routes.delete(
    "/v1/people/{person_id}/sessions", scopes=(Scope.SELF_SESSIONS, *ENDS), callers=PEOPLE, problems=PersonUnknown
)
async def end_sessions(person_id: UUID, caller: Caller, session: Work, runtime: Running) -> SessionList:
    """End a person's sessions, of one's own all but this one; they are refused everywhere within a second."""
    await _ensure_may(session, caller, person_id, ENDS)
    found = [one for one in await _live(session, person_id) if str(one.sid) != caller.session_id]
    await _end(session, runtime, caller, person_id, found)
    return _list(caller, await _live(session, person_id))


@routes.delete(
    "/v1/people/{person_id}/sessions/{session_id}",
    scopes=(Scope.SELF_SESSIONS, *ENDS),
    callers=PEOPLE,
    problems=(PersonUnknown, SessionUnknown),
)
async def end_session(
    person_id: UUID, session_id: UUID, caller: Caller, session: Work, runtime: Running
) -> SessionList:
    """End one of a person's sessions, which is refused everywhere within a second; the reply has what is left."""
    await _ensure_may(session, caller, person_id, ENDS)
    found = [one for one in await _live(session, person_id) if one.sid == session_id]
    if not found:
        raise SessionUnknown
    await _end(session, runtime, caller, person_id, found)
    return _list(caller, await _live(session, person_id))


async def _ensure_may(session: AsyncSession, caller: Principal, person_id: UUID, needed: Sequence[Scope]) -> None:
    """That they are one's own, or of a person whom the caller looks after. Raises PersonUnknown."""
    if caller.person_id == person_id:
        return
    if caller.scopes.isdisjoint(needed):
        raise PersonUnknown
    await people.find(session, caller, person_id)


async def _live(session: AsyncSession, person_id: UUID) -> list[Session]:
    now = MACHINE_TIME.now()
    return [one for one in await repository.of_person(session, person_id) if one.live(now)]


async def _end(
    session: AsyncSession, runtime: Runtime, caller: Principal, person_id: UUID, found: Sequence[Session]
) -> None:
    why = "ended_by_owner" if caller.person_id == person_id else "ended_by_administrator"
    for one in found:
        await service.end(session, runtime.revocations, one, why)


def _list(caller: Principal, found: Sequence[Session]) -> SessionList:
    return SessionList(items=[SessionOut.of(one, caller) for one in found])
