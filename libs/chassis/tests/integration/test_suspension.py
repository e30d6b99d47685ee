"""Whoever is suspended is refused everywhere within a second, and after a restart too."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from fastapi import FastAPI

from chassis import outbox
from chassis.ids import new_id
from chassis.testing import TestIssuer, eventually, running
from contracts.gateway import ClientReinstated, ClientSuspended
from contracts.supply import TerminalReinstated, TerminalSuspended

from .conftest import MakeApp

LIMIT_SECONDS = 1.0


async def refused(client: httpx.AsyncClient, token: str) -> bool:
    reply = await client.post("/v1/notes", json={"text": "x"}, headers={"Authorization": f"Bearer {token}"})
    if reply.status_code == 401:
        assert reply.json()["code"] == "caller_suspended"
        return True
    assert reply.status_code == 400  # no key: everything before it was well
    return False


async def accepted(client: httpx.AsyncClient, token: str) -> bool:
    return not await refused(client, token)


@pytest.mark.parametrize("kind", ["client", "terminal"])
async def test_suspended_subject_is_refused_within_a_second_and_reinstated(
    kind: str, app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer
) -> None:
    terminal = new_id()
    subject = str(terminal) if kind == "terminal" else f"client-{terminal}"
    token = issuer.token(subject, "messages:report", kind=kind)
    assert await accepted(client, token)
    suspended = (
        TerminalSuspended(terminal_id=terminal, outlet_id=new_id(), reason="stolen")
        if kind == "terminal"
        else ClientSuspended(client_id=subject, reason="leaked")
    )
    reinstated = (
        TerminalReinstated(terminal_id=terminal, outlet_id=new_id())
        if kind == "terminal"
        else ClientReinstated(client_id=subject)
    )
    for event, check in ((suspended, refused), (suspended, refused), (reinstated, accepted)):
        async with app.state.runtime.sessions() as session, session.begin():
            await outbox.add(session, event)
        app.state.runtime.wake_relay()
        started = time.monotonic()
        await eventually(lambda check=check: check(client, token))  # type: ignore[misc]
        assert time.monotonic() - started < LIMIT_SECONDS


async def test_suspension_holds_from_the_first_request_after_a_start(make_app: MakeApp, issuer: TestIssuer) -> None:
    app = await make_app()
    token = issuer.token("leaked", "messages:report")
    async with running(app):
        runtime = app.state.runtime
        async with runtime.sessions() as session, session.begin():
            await runtime.revocations.suspend(session, "leaked", "test")
    again = await make_app(app.state.settings.database_url)
    async with running(again) as client:
        assert await refused(client, token)


async def test_other_callers_are_not_touched(client: httpx.AsyncClient, issuer: TestIssuer) -> None:
    await asyncio.sleep(0)
    assert await accepted(client, issuer.token("somebody", "messages:report"))
