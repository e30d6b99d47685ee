"""Whoever is suspended is refused everywhere within a second, and after a restart too."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from fastapi import FastAPI

from chassis.ids import new_id
from chassis.testing import TestIssuer, eventually, running
from chassis.testing_events import Outside
from contracts.event import Event
from contracts.gateway import ClientReinstated, ClientSuspended, PersonReinstated, PersonSuspended, SessionEnded
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


async def tell(app: FastAPI, event: Event) -> float:
    """Tell an event as the service would that it is told by; when that was."""
    settings = app.state.runtime.settings
    await Outside(settings.kafka_bootstrap, settings.topic_prefix).tell(event)
    return time.monotonic()


@pytest.mark.parametrize("kind", ["client", "terminal", "person"])
async def test_suspended_subject_is_refused_within_a_second_and_reinstated(
    kind: str, app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer
) -> None:
    who = new_id()
    subject = {"client": f"client-{who}", "terminal": str(who), "person": f"person:{who}"}[kind]
    token = issuer.token(subject, "messages:report", kind=kind, sid=str(new_id()) if kind == "person" else None)
    assert await accepted(client, token)
    suspended, reinstated = {
        "client": (ClientSuspended(client_id=subject, reason="leaked"), ClientReinstated(client_id=subject)),
        "terminal": (
            TerminalSuspended(terminal_id=who, outlet_id=new_id(), reason="stolen"),
            TerminalReinstated(terminal_id=who, outlet_id=new_id()),
        ),
        "person": (PersonSuspended(person_id=who, reason="left"), PersonReinstated(person_id=who)),
    }[kind]
    for event, check in ((suspended, refused), (suspended, refused), (reinstated, accepted)):
        started = await tell(app, event)
        await eventually(lambda check=check: check(client, token))  # type: ignore[misc]
        assert time.monotonic() - started < LIMIT_SECONDS


@pytest.mark.parametrize("kind", ["person", "citizen"])
async def test_an_ended_sign_in_is_refused_within_a_second_and_the_next_one_is_not(
    kind: str, app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer
) -> None:
    who, ended, next_one = f"{kind}:{new_id()}", new_id(), new_id()
    token = issuer.token(who, "messages:report", kind=kind, sid=str(ended))
    started = await tell(app, SessionEnded(session_id=ended, reason="signed_out"))
    await eventually(lambda: refused_by_name(client, token))
    assert time.monotonic() - started < LIMIT_SECONDS
    again = issuer.token(who, "messages:report", kind=kind, sid=str(next_one))
    assert not await refused_by_name(client, again)


async def refused_by_name(client: httpx.AsyncClient, token: str) -> bool:
    """Whether a caller is refused as suspended; a citizen is refused otherwise too, a note being for workers."""
    reply = await client.post("/v1/notes", json={"text": "x"}, headers={"Authorization": f"Bearer {token}"})
    return bool(reply.json()["code"] == "caller_suspended")


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
