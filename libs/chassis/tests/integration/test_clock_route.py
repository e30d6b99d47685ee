"""Trainers move business time in a training system, nobody does elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
from fastapi import FastAPI

from chassis.testing import TestIssuer, eventually, running

from .conftest import MakeApp
from .support import fetch, keep

PATH = "/v1/training/clock/probe"


async def test_clock_stands_fast_outside_training(client: httpx.AsyncClient, issuer: TestIssuer) -> None:
    reply = await client.put(PATH, json={"now": None}, headers=issuer.headers(scopes="training:clock"))
    assert (reply.status_code, reply.json()["code"]) == (403, "training_disabled")


async def test_events_carry_the_moved_time_and_tokens_do_not_expire_by_it(
    make_app: MakeApp, issuer: TestIssuer, key: str
) -> None:
    app = await make_app(training_clock=True)
    wanted = datetime(2031, 5, 1, 12, tzinfo=UTC)
    async with running(app) as client:
        headers = issuer.headers(scopes="training:clock")
        reply = await client.put(PATH, json={"now": wanted.isoformat()}, headers=headers)
        assert reply.status_code == 200
        assert datetime.fromisoformat(reply.json()["now"]) - wanted < timedelta(seconds=5)
        assert (await keep(client, issuer, key, 1)).status_code == 201
        (row,) = await fetch(app, "SELECT time, created_at FROM outbox WHERE key = $1", key)
        assert timedelta(0) <= row["time"] - wanted < timedelta(seconds=5)
        assert abs(row["created_at"] - datetime.now(UTC)) < timedelta(seconds=30)
        back = await client.put(PATH, json={"now": None}, headers=headers)
        assert abs(datetime.fromisoformat(back.json()["now"]) - datetime.now(UTC)) < timedelta(seconds=5)
        ends = "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", "2200-01-01T00:00:01Z"  # of dates, of ours
        for body in ({"now": "2031-05-01T12:00:00"}, {"now": "never"}, *({"now": end} for end in ends), {}):
            assert (await client.put(PATH, json=body, headers=headers)).status_code == 422
        assert (await client.put(PATH, json={"now": None}, headers=issuer.headers())).status_code == 403


async def move(client: httpx.AsyncClient, issuer: TestIssuer, now: datetime | None) -> None:
    body = {"now": now.isoformat() if now else None}
    reply = await client.put(PATH, json=body, headers=issuer.headers(scopes="training:clock"))
    assert reply.status_code == 200


def ahead(app: FastAPI) -> timedelta:
    """How far an app's business time is ahead of the present."""
    distance: timedelta = app.state.runtime.clock.now() - datetime.now(UTC)
    return distance


async def test_a_new_process_goes_on_in_the_moved_time_from_its_first_request(
    make_app: MakeApp, issuer: TestIssuer, key: str
) -> None:
    app = await make_app(training_clock=True)
    wanted = datetime.now(UTC) + timedelta(days=400)
    async with running(app) as client:
        await move(client, issuer, wanted)
    again = await make_app(app.state.settings.database_url, training_clock=True)
    async with running(again) as client:
        assert abs(ahead(again) - timedelta(days=400)) < timedelta(seconds=30)
        assert (await keep(client, issuer, key, 1)).status_code == 201
        (row,) = await fetch(again, "SELECT time FROM outbox WHERE key = $1", key)
        assert abs(row["time"] - datetime.now(UTC) - timedelta(days=400)) < timedelta(seconds=30)
        await move(client, issuer, None)
    once_more = await make_app(app.state.settings.database_url, training_clock=True)
    async with running(once_more):
        assert abs(ahead(once_more)) < timedelta(seconds=30)


async def test_another_process_of_the_service_follows_at_once(make_app: MakeApp, issuer: TestIssuer) -> None:
    app = await make_app(training_clock=True)
    other = await make_app(app.state.settings.database_url, training_clock=True)
    async with running(app) as client, running(other):
        await move(client, issuer, datetime.now(UTC) + timedelta(days=30))

        async def follows() -> bool:
            return abs(ahead(other) - timedelta(days=30)) < timedelta(seconds=30)

        await eventually(follows)


async def test_a_system_in_production_never_reads_the_moved_time(make_app: MakeApp, issuer: TestIssuer) -> None:
    app = await make_app(training_clock=True)
    async with running(app) as client:
        await move(client, issuer, datetime.now(UTC) + timedelta(days=400))
    real = await make_app(app.state.settings.database_url)
    async with running(real):
        assert abs(ahead(real)) < timedelta(seconds=30)
