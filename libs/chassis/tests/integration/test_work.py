"""A mutation is carried out once, answered after its commit, and told of by one event."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis import outbox
from chassis.db import _reading, _recording
from chassis.ids import new_id
from chassis.testing import TestIssuer, eventually, running

from ..probe_service import NoteKept
from .conftest import MakeApp
from .support import connected, fetch, keep, seen

EVENTS = "SELECT * FROM outbox WHERE key = $1"
NOTES = "SELECT * FROM note WHERE text = $1"


async def test_kept_answered_and_told(app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer, key: str) -> None:
    reply = await keep(client, issuer, key, 7)
    assert reply.status_code == 201
    assert await eventually(lambda: seen(app, key)) == [7]


async def test_failing_commit_is_never_answered_as_success(
    app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer, key: str
) -> None:
    words = new_id().hex
    assert (await keep(client, issuer, new_id().hex, 1, words)).status_code == 201
    # the constraint is deferred: the second note is refused by the commit itself
    again = await keep(client, issuer, key, 2, words, **{"Idempotency-Key": "failing"})
    assert again.status_code == 500
    assert again.json()["code"] == "internal_error"
    assert words not in again.text
    assert await fetch(app, EVENTS, key) == []
    assert await fetch(app, "SELECT * FROM idempotency WHERE key = 'failing'") == []


async def test_refusal_leaves_nothing_and_is_decided_anew(
    app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer, key: str
) -> None:
    for _ in range(2):
        reply = await keep(client, issuer, key, 1, "poison", **{"Idempotency-Key": "refused"})
        assert reply.status_code == 409
        assert reply.json()["code"] == "poisoned"
        assert "Idempotency-Replayed" not in reply.headers
    assert await fetch(app, EVENTS, key) == []
    assert await fetch(app, "SELECT * FROM idempotency WHERE key = 'refused'") == []


async def test_key_is_needed(client: httpx.AsyncClient, issuer: TestIssuer) -> None:
    headers = issuer.headers(scopes="messages:report")
    del headers["Idempotency-Key"]
    reply = await client.post("/v1/notes", json={"text": "a"}, headers=headers)
    assert reply.status_code == 400
    assert reply.json()["code"] == "idempotency_key_missing"


@pytest.mark.parametrize("bad", ["x" * 129, "tab\tinside", b"caf\xc3\xa9", b"nul\x00"])
async def test_key_must_be_printable_and_short(bad: str | bytes, client: httpx.AsyncClient, issuer: TestIssuer) -> None:
    token = issuer.headers(scopes="messages:report")["Authorization"].encode()
    key = bad if isinstance(bad, bytes) else bad.encode()
    headers = httpx.Headers([(b"Authorization", token), (b"Idempotency-Key", key)])
    reply = await client.post("/v1/notes", json={"text": "a"}, headers=headers)
    assert reply.status_code == 422


async def test_repeat_gets_the_stored_reply(
    app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer, key: str
) -> None:
    words = new_id().hex
    first = await keep(client, issuer, key, 1, words, **{"Idempotency-Key": "once"})
    for _ in range(2):
        again = await keep(client, issuer, key, 1, words, **{"Idempotency-Key": "once"})
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["content-type"] == first.headers["content-type"]
        assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert len(await fetch(app, EVENTS, key)) == 1


async def test_key_with_another_body_is_refused(client: httpx.AsyncClient, issuer: TestIssuer, key: str) -> None:
    assert (await keep(client, issuer, key, 1, **{"Idempotency-Key": "reused"})).status_code == 201
    other = await keep(client, issuer, key, 2, **{"Idempotency-Key": "reused"})
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


async def test_key_belongs_to_its_caller(client: httpx.AsyncClient, issuer: TestIssuer, key: str) -> None:
    replies = [
        await client.post(
            "/v1/notes",
            json={"text": new_id().hex, "key": key},
            headers=issuer.headers(subject, "messages:report") | {"Idempotency-Key": "shared"},
        )
        for subject in ("ministry", "bakery")
    ]
    assert [reply.status_code for reply in replies] == [201, 201]


async def test_copy_of_a_running_request_is_told_to_wait(
    app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer, key: str
) -> None:
    words = new_id().hex
    async with connected(app) as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("INSERT INTO note (id, text) VALUES ($1, $2)", new_id(), words)
        # its commit waits for the connection above to end
        first = asyncio.create_task(keep(client, issuer, key, 1, words, **{"Idempotency-Key": "running"}))
        await eventually(lambda: _waiting(app))
        copy = await keep(client, issuer, key, 1, words, **{"Idempotency-Key": "running"})
        assert copy.status_code == 409
        assert copy.json()["code"] == "request_in_progress"
        assert copy.headers["Retry-After"]
        await transaction.rollback()
    assert (await first).status_code == 201


async def test_request_that_is_cut_off_leaves_neither_connection_nor_claim_behind(
    app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer, key: str
) -> None:
    words, same = new_id().hex, {"Idempotency-Key": "cut off"}

    async def idle() -> bool:
        return not await _waiting(app)

    async with connected(app) as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("INSERT INTO note (id, text) VALUES ($1, $2)", new_id(), words)
        for _ in range(app.state.settings.pool_size + 1):
            cut_off = asyncio.create_task(keep(client, issuer, key, 1, words, **same))
            await eventually(lambda: _waiting(app))  # in its commit: a copy would be told to wait
            cut_off.cancel()
            await asyncio.gather(cut_off, return_exceptions=True)
            await eventually(idle)
        await transaction.rollback()
    assert (await keep(client, issuer, key, 1, words, **same)).status_code == 201
    assert len(await fetch(app, NOTES, words)) == 1


async def _waiting(app: FastAPI) -> bool:
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool((await fetch(app, blocked))[0][0])


async def test_many_copies_at_once_at_two_processes_are_one_note(
    make_app: MakeApp, issuer: TestIssuer, key: str
) -> None:
    app = await make_app()
    other = await make_app(app.state.settings.database_url)
    async with running(app) as one, running(other) as two:
        for round_ in range(5):
            words = new_id().hex
            copies = [
                keep(client, issuer, key, round_, words, **{"Idempotency-Key": words})
                for client in (one, two)
                for _ in range(8)
            ]
            replies = await asyncio.gather(*copies)
            outcomes = Counter((reply.status_code, reply.headers.get("Idempotency-Replayed")) for reply in replies)
            assert outcomes[(201, None)] == 1, outcomes
            assert set(outcomes) <= {(201, None), (201, "true"), (409, None)}
            assert len(await fetch(app, NOTES, words)) == 1
        assert await eventually(lambda: _all_seen(app, key, 5)) == [0, 1, 2, 3, 4]


async def _all_seen(app: FastAPI, key: str, number: int) -> list[int] | None:
    heard = await seen(app, key)
    return heard if len(heard) >= number else None


async def test_caller_is_checked_before_anything_else(client: httpx.AsyncClient, issuer: TestIssuer) -> None:
    without = await client.post("/v1/notes", json={"text": "a"})
    assert (without.status_code, without.json()["code"]) == (401, "missing_token")
    assert without.headers["www-authenticate"].startswith("Bearer")
    narrow = await client.post("/v1/notes", json={"text": "a"}, headers=issuer.headers(scopes="messages:reports other"))
    assert (narrow.status_code, narrow.json()["code"]) == (403, "insufficient_scope")
    forged = TestIssuer()
    foreign = await client.post("/v1/notes", json={"text": "a"}, headers=forged.headers(scopes="messages:report"))
    assert (foreign.status_code, foreign.json()["code"]) == (401, "invalid_token")


async def test_invalid_body_is_refused_without_showing_it(client: httpx.AsyncClient, issuer: TestIssuer) -> None:
    secret = "29801011234567"
    for body in ({"text": ["x", secret]}, {"text": "a", "number": secret + "x"}, {"text": "a", "extra": secret}, {}):
        reply = await client.post("/v1/notes", json=body, headers=issuer.headers(scopes="messages:report"))
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
        assert reply.json()["errors"]
        assert reply.json()["request_id"] == reply.headers["x-request-id"]
        assert secret not in reply.text


@pytest.mark.parametrize(
    "body",
    [b'{"text": "a\\u0000b"}', b'{"text": "\\ud800"}', b'{"text": "a", "\\ud800": 1}', b'{"text": "a", "a\\u0000": 1}'],
)
async def test_text_that_cannot_be_stored_is_the_callers_fault(
    body: bytes, client: httpx.AsyncClient, issuer: TestIssuer
) -> None:
    headers = issuer.headers(scopes="messages:report") | {"Content-Type": "application/json"}
    reply = await client.post("/v1/notes", content=body, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("path", ["/v1/notes/%00", "/v1/notes/a?like=%00", "/v1/notes/%ff", "/v1/notes/%ED%A0%80"])
async def test_paths_that_are_no_text_do_no_harm(path: str, client: httpx.AsyncClient) -> None:
    assert (await client.get(path)).status_code in {200, 404, 422}


async def test_unknown_paths_and_methods_are_problems(client: httpx.AsyncClient) -> None:
    missing = await client.get("/v1/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    wrong = await client.patch("/v1/notes")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert missing.headers["content-type"] == "application/problem+json"


async def test_database_gone_in_the_middle_is_unavailable(
    app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer, key: str
) -> None:
    words = new_id().hex
    async with connected(app) as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("INSERT INTO note (id, text) VALUES ($1, $2)", new_id(), words)
        request = asyncio.create_task(keep(client, issuer, key, 1, words))
        await eventually(lambda: _waiting(app))
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        reply = await request
        await transaction.rollback()
    assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")
    assert reply.headers["Retry-After"]
    assert (await keep(client, issuer, key, 1, words)).status_code == 201


@pytest.mark.usefixtures("client")
async def test_outbox_refuses_an_event_the_broker_would_not_take(app: FastAPI) -> None:
    async with app.state.runtime.sessions() as session:
        with pytest.raises(ValueError, match="too large"):
            await outbox.add(session, NoteKept(key="k" * 1_000_000, number=1))


async def test_a_reading_changes_nothing(app: FastAPI) -> None:
    request = Request({"type": "http", "app": app})
    insert = text("INSERT INTO note (id, text) VALUES (:id, 'x')")
    async with asynccontextmanager(_reading)(request) as session:
        assert (await session.execute(text("SELECT count(*) FROM note"))).scalar_one() >= 0
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await session.execute(insert, {"id": new_id()})
        with pytest.raises(TypeError):
            await session.commit()
    one = new_id()
    async with asynccontextmanager(_recording)(request) as session:  # the same connection writes again
        await session.execute(insert, {"id": one})
    assert await app.state.runtime.pool.fetchval("SELECT count(*) FROM note WHERE id = $1", one) == 1
