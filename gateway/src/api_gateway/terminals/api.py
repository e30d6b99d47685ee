"""Routes of enrolment."""

from __future__ import annotations

from typing import Annotated

from api_gateway.context import Running
from api_gateway.database import MACHINE_TIME
from api_gateway.secret_reply import SecretWork, secret_work
from api_gateway.terminals import service
from api_gateway.terminals.codes import spell
from api_gateway.terminals.errors import (
    EnrolmentRefused,
    KeyInvalid,
    KeyLive,
    KeyTaken,
    TerminalNotActive,
    TerminalUnknown,
)
from api_gateway.terminals.schemas import CodeIn, CodeOut, EnrolmentIn, EnrolmentOut
from chassis.auth import Caller
from chassis.endpoints import Rate
from chassis.refusals import Refusal
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["terminals"])


@routes.post(
    "/v1/enrolment-codes", scopes=Scope.TERMINALS_ENROL, status_code=201, problems=(TerminalUnknown, TerminalNotActive)
)
async def issue_enrolment_code(
    body: CodeIn, runtime: Running, caller: Caller, work: Annotated[SecretWork, secret_work("code", spell)]
) -> CodeOut:
    """A one-time code for a terminal; the one before is void."""
    secrets, settings = runtime.state.secrets, runtime.state.settings
    code = await service.issue_code(work.session, secrets, settings, caller, body.terminal_id, work.secret)
    return CodeOut(terminal_id=body.terminal_id, code=work.secret, expires_at=code.expires_at)


@routes.post(
    "/v1/enrolments",
    public=True,
    status_code=201,
    problems=(EnrolmentRefused, TerminalNotActive, KeyTaken, KeyLive, KeyInvalid),
    rate=Rate.TOKEN,
    body=64 * 1024,
)
async def enrol_terminal(body: EnrolmentIn, runtime: Running) -> EnrolmentOut:
    """Register the key a terminal made, with its one-time code. Needs no token; a repeat gets the same answer."""
    async with runtime.sessions() as session, session.begin():
        outcome = await service.enrol(session, runtime.state.secrets, body)
    if isinstance(outcome, Refusal):
        raise outcome
    runtime.wake_relay()
    terminal = outcome.terminal
    return EnrolmentOut(
        client_id=str(terminal.terminal_id),
        key_id=outcome.key_id,
        terminal_id=terminal.terminal_id,
        outlet_id=terminal.outlet_id,
        kind=terminal.kind,
        governorate=terminal.governorate,
        scopes=sorted(terminal.scopes),
        audience=runtime.state.settings.issuers[0],
        server_time=MACHINE_TIME.now(),
    )
