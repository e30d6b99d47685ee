"""Routes of citizens: signing in by a code, and their own sign-ins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api_gateway.context import Running
from api_gateway.database import MACHINE_TIME
from api_gateway.signin.citizens import service
from api_gateway.signin.citizens.errors import CodeRefused
from api_gateway.signin.sessions import repository as session_rows
from api_gateway.signin.sessions import service as sessions
from api_gateway.signin.sessions.errors import SessionUnknown
from api_gateway.tokens.schemas import TokenReply
from chassis.auth import Caller
from chassis.db import Reading, Recording
from chassis.endpoints import CITIZENS, Rate
from chassis.routing import router
from chassis.security import address_of
from contracts.scopes import Scope

routes = router(tags=["citizens"])


class SignInIn(BaseModel):
    """Who wants to sign in."""

    model_config = ConfigDict(extra="forbid")

    national_id: Annotated[str, StringConstraints(min_length=14, max_length=40)] = Field(repr=False)


class SignInBegun(BaseModel):
    """A sign-in that waits for its code: the same answer whether or not one is sent. Keep the id to oneself."""

    sign_in_id: UUID
    expires_at: datetime


class CodeIn(BaseModel):
    """The six digits that came by SMS."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(min_length=6, max_length=20)] = Field(repr=False)


class OwnSession(BaseModel):
    """One of one's own sign-ins."""

    session_id: UUID
    device: str
    started_at: datetime
    this_one: bool


class OwnSessions(BaseModel):
    """One's own sign-ins that go on, the youngest first."""

    items: list[OwnSession]


@routes.post("/v1/citizen-sign-ins", public=True, rate=Rate.TOKEN, status_code=202, body=4096)
async def begin_sign_in(given: SignInIn, request: Request, runtime: Running) -> SignInBegun:
    """Have a code sent to the mobile number that is registered with a national id."""
    desk, settings = runtime.state.citizens, runtime.state.settings
    sign_in_id = await desk.begin(runtime, given.national_id, address_of(request))
    life = timedelta(minutes=settings.citizen_code_minutes)
    return SignInBegun(sign_in_id=sign_in_id, expires_at=MACHINE_TIME.now() + life)


@routes.post(
    "/v1/citizen-sign-ins/{sign_in_id}/code",
    public=True,
    rate=Rate.TOKEN,
    body=4096,
    problems=CodeRefused,
    response_model_exclude_none=True,
    anyone="whoever began the sign-in knows its id, and has the code",
)
async def enter_code(
    sign_in_id: UUID, given: CodeIn, request: Request, response: Response, runtime: Running
) -> TokenReply:
    """The code that came; a token for what is about oneself."""
    device = request.headers.get("user-agent", "")
    token = await service.finish(runtime, sign_in_id, given.code, device, address_of(request))
    response.headers["Cache-Control"] = "no-store"
    return TokenReply.model_validate(token)


@routes.get("/v1/self/sessions", scopes=Scope.SELF_SESSIONS, callers=CITIZENS)
async def list_own_sessions(caller: Caller, session: Reading) -> OwnSessions:
    """Where one is signed in, as a citizen."""
    now = MACHINE_TIME.now()
    found = [one for one in await session_rows.of_citizen(session, caller.person_id) if one.live(now)]
    return OwnSessions(
        items=[
            OwnSession(
                session_id=one.sid,
                device=one.device,
                started_at=one.started_at,
                this_one=str(one.sid) == caller.session_id,
            )
            for one in found
        ]
    )


@routes.delete("/v1/self/sessions/{session_id}", scopes=Scope.SELF_SESSIONS, callers=CITIZENS, problems=SessionUnknown)
async def end_own_session(session_id: UUID, caller: Caller, session: Recording, runtime: Running) -> OwnSessions:
    """Sign out somewhere, or here."""
    mine = await session_rows.of_citizen(session, caller.person_id)
    ended = next((one for one in mine if one.sid == session_id), None)
    if ended is None:
        raise SessionUnknown
    await sessions.end(session, runtime.revocations, ended, "ended_by_owner")
    return OwnSessions(items=[])
