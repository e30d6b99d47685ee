"""Giving up an event set aside and publishing again take two persons; who and why are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from approvals.testing import decide
from chassis.edge import App
from chassis.ids import new_id
from chassis.settings import ServiceSettings
from chassis.testing import MakeDatabase, TestIssuer, running

from ..budget_service import MIGRATIONS, create_app

BASE = "/v1/operations/budget"
WHY = {"reason": "the card it is about never was"}
DECIDES = "operations:approve"


@pytest.fixture(scope="module")
async def app_of_module(make_database: MakeDatabase, kafka_bootstrap: str, issuer: TestIssuer) -> App:
    url = await make_database(MIGRATIONS)
    return create_app(ServiceSettings(database_url=url, kafka_bootstrap=kafka_bootstrap, jwks=issuer.jwks))


@pytest.fixture(scope="module")
async def client(app_of_module: App) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app_of_module) as client:
        yield client


async def set_aside(app: App) -> int:
    statement = (
        "INSERT INTO parked_event (topic, partition, log_offset, key, event_id, type, state, headers, value, reason)"
        " VALUES ('card.events.v1', 0, $1, $2, $3, 'a.type', 'dead', '{}', '', 'malformed') RETURNING id"
    )
    found: int = await app.state.runtime.pool.fetchval(statement, new_id().int % 10**9, new_id().hex, new_id())
    return found


async def post(
    client: httpx.AsyncClient, headers: dict[str, str], path: str, body: dict[str, Any], expect: int
) -> dict[str, Any]:
    reply = await client.post(f"{BASE}/{path}", headers=headers, json=body)
    assert reply.status_code == expect, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def test_an_event_is_given_up_by_two(app_of_module: App, client: httpx.AsyncClient, issuer: TestIssuer) -> None:
    parked = await set_aside(app_of_module)
    operator = issuer.headers("operations", f"operations:write {DECIDES}")
    await post(client, operator, f"parked-events/{parked}/discard", {}, 422)  # why?
    made = await post(
        client, {**operator, "Idempotency-Key": str(new_id())}, f"parked-events/{parked}/discard", WHY, 202
    )
    state = "SELECT state, settled_by, settled_reason FROM parked_event WHERE id = $1"
    pool = app_of_module.state.runtime.pool
    assert tuple(await pool.fetchrow(state, parked)) == ("dead", None, None)
    path = f"/v1/proposals/budget/{made['proposal_id']}/decision"
    body = {"decision": "approve", "digest": made["digest"]}
    refused = await client.post(path, headers={**operator, "Idempotency-Key": str(new_id())}, json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "caller_kind_refused")
    person = new_id()
    await decide(client, issuer, "budget", made["proposal_id"], DECIDES, person_id=person)
    by = f"operations, person:{person}"
    assert tuple(await pool.fetchrow(state, parked)) == ("discarded", by, WHY["reason"])
    reader = issuer.headers("operations", "operations:read")
    settled = (await client.get(f"{BASE}/parked-events?settled=true", headers=reader)).json()["items"]
    assert [(one["id"], one["settled_by"], one["settled_reason"]) for one in settled] == [(parked, by, WHY["reason"])]
    assert (await client.get(f"{BASE}/parked-events", headers=reader)).json()["items"] == []
    seen = (await client.get(f"/v1/proposals/budget/{made['proposal_id']}", headers=reader)).json()
    assert [act["act"] for act in seen["acts"]] == ["entered", "submitted", "approved"]


async def test_what_was_handled_meanwhile_is_not_given_up(
    app_of_module: App, client: httpx.AsyncClient, issuer: TestIssuer
) -> None:
    parked = await set_aside(app_of_module)
    made = await post(
        client, issuer.headers("operations", "operations:write"), f"parked-events/{parked}/discard", WHY, 202
    )
    await app_of_module.state.runtime.pool.execute("UPDATE parked_event SET state = 'replayed' WHERE id = $1", parked)
    await decide(client, issuer, "budget", made["proposal_id"], DECIDES, expect=404)


async def test_events_are_published_again_by_two(
    app_of_module: App, client: httpx.AsyncClient, issuer: TestIssuer
) -> None:
    pool = app_of_module.state.runtime.pool
    since = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    operator = issuer.headers("operations", "operations:write")
    refused = await post(client, operator, "republish", {"since": since, **WHY}, 409)
    assert refused["code"] == "nothing_to_republish"
    insert = (
        "INSERT INTO outbox (event_id, type, topic, key, time, payload)"
        " VALUES ($1, 'a.type', $2, 'k', now(), '{}') RETURNING id"
    )
    topic = f"budget.events-{new_id().hex}.v1"
    first = await pool.fetchval(insert, new_id(), topic)
    await pool.execute("UPDATE outbox_cursor SET id = $1", first)
    await post(client, operator, "republish", {"since": since}, 422)
    made = await post(client, {**operator, "Idempotency-Key": str(new_id())}, "republish", {"since": since, **WHY}, 202)
    assert (made["content"]["events"], made["content"]["reason"]) == (1, WHY["reason"])
    again = await post(
        client, {**operator, "Idempotency-Key": str(new_id())}, "republish", {"since": since, **WHY}, 409
    )
    assert again["code"] == "proposal_open"
    decided = await decide(client, issuer, "budget", made["proposal_id"], DECIDES)
    assert decided["state"] == "approved"


async def test_a_governorates_operator_proposes_nothing(
    app_of_module: App, client: httpx.AsyncClient, issuer: TestIssuer
) -> None:
    parked = await set_aside(app_of_module)
    local = issuer.headers("operations", "operations:write", governorate="03")
    refused = await post(client, local, f"parked-events/{parked}/discard", WHY, 403)
    assert refused["code"] == "outside_governorate_of_caller"
