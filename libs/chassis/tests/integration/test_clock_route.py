"""Trainers move business time in a training system, nobody does elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx

from chassis.testing import TestIssuer, running

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
        for body in ({"now": "2031-05-01T12:00:00"}, {"now": "never"}, {}):
            assert (await client.put(PATH, json=body, headers=headers)).status_code == 422
        assert (await client.put(PATH, json={"now": None}, headers=issuer.headers())).status_code == 403
