"""Database and broker go away and come back, with their data or without: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI

from broker_access.topics import Topic, create_topics
from chassis import kafka
from chassis.ids import new_id
from chassis.testing import TestIssuer, eventually, migrated_database, running
from chassis.testing_events import login

from ..probe_service import MIGRATIONS, NoteKept
from .conftest import MakeApp
from .support import connected, emit, fetch, keep, ready, seen, states

if TYPE_CHECKING:
    from devstack.engines import KafkaEngine, PostgresEngine

pytestmark = pytest.mark.slow
BACK_SECONDS = 40


@pytest.fixture(scope="module")
def postgres(postgres_engine_factory: Any) -> PostgresEngine:
    """A server of this module's own."""
    engine: PostgresEngine = postgres_engine_factory()
    return engine


@pytest.fixture(scope="module")
def broker(kafka_engine_factory: Any) -> KafkaEngine:
    """A broker of this module's own."""
    engine: KafkaEngine = kafka_engine_factory()
    return engine


@pytest.fixture
async def database(postgres: PostgresEngine) -> str:
    """A migrated database on the module's server."""
    return await migrated_database(postgres.url(), f"outage_{new_id().hex}", MIGRATIONS)


@pytest.fixture
async def probe(make_app: MakeApp, database: str, broker: KafkaEngine) -> FastAPI:
    """A probe on the module's own servers."""
    return await make_app(database, broker.bootstrap, relay_lag_ready_seconds=1.0)


@pytest.fixture
async def caller(probe: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running probe."""
    async with running(probe) as client:
        await back(client)
        yield client


async def back(client: httpx.AsyncClient) -> None:
    """Wait until the probe is ready again."""
    await eventually(lambda: ready(client), seconds=BACK_SECONDS, every=0.1)


async def checks(client: httpx.AsyncClient) -> dict[str, str]:
    """What is not well."""
    reply = await client.get("/readyz")
    assert (reply.status_code == 200) == (reply.json()["status"] == "ready")
    found: dict[str, str] = reply.json()["checks"]
    return {name: state for name, state in found.items() if state != "ok"}


async def all_seen(app: FastAPI, key: str, numbers: list[int]) -> None:
    """Wait for exactly these effects."""

    async def enough() -> bool:
        return len(await seen(app, key)) >= len(numbers)

    await eventually(enough, seconds=BACK_SECONDS, every=0.1)
    assert await seen(app, key) == numbers


async def test_database_away(
    probe: FastAPI,
    caller: httpx.AsyncClient,
    issuer: TestIssuer,
    key: str,
    postgres: PostgresEngine,
    broker: KafkaEngine,
) -> None:
    assert (await keep(caller, issuer, key, 1)).status_code == 201
    await all_seen(probe, key, [1])
    await asyncio.to_thread(postgres.kill)
    try:
        assert set(await checks(caller)) == {"database", "relay"}
        assert (await caller.get("/livez")).status_code == 200
        refused = await keep(caller, issuer, key, 2)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert (await caller.get("/v1/notes")).status_code == 503
        producer = kafka.producer(login(broker.bootstrap), "test")
        await producer.start()
        for number in (3, 4):
            event = NoteKept(key=key, number=number)
            headers = {
                "ce_id": str(new_id()),
                "ce_type": event.event_type(),
                "ce_source": event.source(),
                "ce_time": "2026-01-01T00:00:00+00:00",
            }
            raw = [(name, value.encode()) for name, value in headers.items()]
            await producer.send_and_wait(event.TOPIC, event.model_dump_json().encode(), key.encode(), headers=raw)
        await producer.send_and_wait(NoteKept.TOPIC, b"broken", b"other", headers=[("ce_type", b"x"), *raw])
        await producer.stop()
        await asyncio.sleep(3)  # longer than all attempts at an event take
    finally:
        await asyncio.to_thread(postgres.start)
    await back(caller)
    await all_seen(probe, key, [1, 3, 4])
    assert await states(probe, key) == []  # waiting is not failing
    assert (await keep(caller, issuer, key, 5)).status_code == 201
    await all_seen(probe, key, [1, 3, 4, 5])


async def test_broker_away(
    probe: FastAPI, caller: httpx.AsyncClient, issuer: TestIssuer, key: str, broker: KafkaEngine
) -> None:
    assert (await keep(caller, issuer, key, 1)).status_code == 201
    await all_seen(probe, key, [1])
    await asyncio.to_thread(broker.kill)
    try:
        for number in (2, 3):
            assert (await keep(caller, issuer, key, number)).status_code == 201  # work goes on
        assert "broker" in await checks(caller)

        async def behind() -> bool:
            return "events wait" in (await checks(caller)).get("relay", "")

        await eventually(behind, seconds=BACK_SECONDS)
    finally:
        await asyncio.to_thread(broker.start)
    await back(caller)
    await all_seen(probe, key, [1, 2, 3])


@pytest.mark.parametrize("topics_made_by_another", [False, True])
async def test_broker_wiped(
    topics_made_by_another: bool,
    probe: FastAPI,
    caller: httpx.AsyncClient,
    issuer: TestIssuer,
    key: str,
    broker: KafkaEngine,
) -> None:
    """The relay is connected and idle while a new, empty broker takes the old one's place."""
    for number in (1, 2, 3):
        assert (await keep(caller, issuer, key, number)).status_code == 201
    await all_seen(probe, key, [1, 2, 3])
    await asyncio.to_thread(broker.wipe)
    await asyncio.to_thread(broker.start)
    if topics_made_by_another:
        await create_topics(login(broker.bootstrap), [Topic(NoteKept.TOPIC)])
    assert (await keep(caller, issuer, key, 4)).status_code == 201
    await all_seen(probe, key, [1, 2, 3, 4])

    async def republished() -> bool:
        return await positions(broker.bootstrap, key) == [1, 2, 3, 4]

    await eventually(republished, seconds=BACK_SECONDS, every=0.3)
    await back(caller)
    assert await seen(probe, key) == [1, 2, 3, 4]


async def positions(bootstrap: str, key: str) -> list[int]:
    """The distinct numbers on the topic under a key, in the order of their first copies."""
    consumer = kafka.consumer(login(bootstrap), f"test-{new_id().hex}")
    consumer.subscribe([NoteKept.TOPIC])
    await consumer.start()
    numbers: dict[int, None] = {}
    try:
        for _ in range(5):
            for batch in (await consumer.getmany(timeout_ms=300)).values():
                for record in batch:
                    if record.key == key.encode():
                        numbers.setdefault(NoteKept.model_validate_json(record.value).number)
        return list(numbers)
    finally:
        await consumer.stop()


async def test_service_starts_and_stops_without_a_broker(
    make_app: MakeApp, database: str, issuer: TestIssuer, key: str, broker: KafkaEngine
) -> None:
    app = await make_app(database, broker.bootstrap)
    await asyncio.to_thread(broker.kill)
    try:
        async with running(app) as client:
            assert (await keep(client, issuer, key, 1)).status_code == 201
            assert {"broker", "consumer"} <= set(await checks(client))
            await asyncio.sleep(1)
            started = time.monotonic()
        assert time.monotonic() - started < 20
    finally:
        await asyncio.to_thread(broker.start)
    again = await make_app(database, broker.bootstrap)
    async with running(again) as client:
        await back(client)
        await all_seen(again, key, [1])


async def test_service_stops_while_its_events_wait_for_a_broker_that_was_there(
    make_app: MakeApp, database: str, issuer: TestIssuer, key: str, broker: KafkaEngine
) -> None:
    others = asyncio.all_tasks()  # of what other tests of this process share
    app = await make_app(database, broker.bootstrap)
    try:
        async with running(app) as client:
            await back(client)
            await asyncio.to_thread(broker.kill)
            assert (await keep(client, issuer, key, 1)).status_code == 201
            await asyncio.sleep(1)
            started = time.monotonic()
        assert time.monotonic() - started < 20
        left = [task for task in asyncio.all_tasks() - others if "Sender" in str(task) or "relay" in str(task)]
        assert left == []
    finally:
        await asyncio.to_thread(broker.start)
    again = await make_app(database, broker.bootstrap)
    async with running(again) as client:
        await back(client)
        await all_seen(again, key, [1])


async def test_service_stops_while_the_database_is_away(
    make_app: MakeApp, database: str, issuer: TestIssuer, key: str, broker: KafkaEngine, postgres: PostgresEngine
) -> None:
    app = await make_app(database, broker.bootstrap)
    try:
        async with running(app) as client:
            await back(client)
            assert (await keep(client, issuer, key, 1)).status_code == 201
            await asyncio.to_thread(postgres.kill)
            await asyncio.sleep(1)
            started = time.monotonic()
        assert time.monotonic() - started < 30
    finally:
        await asyncio.to_thread(postgres.start)
    again = await make_app(database, broker.bootstrap)
    async with running(again) as client:
        await back(client)
        await all_seen(again, key, [1])


async def test_service_told_to_stop_finishes_what_it_took(
    make_app: MakeApp, database: str, key: str, broker: KafkaEngine
) -> None:
    app = await make_app(database, broker.bootstrap)
    async with running(app) as client:
        await back(client)
        async with connected(app) as connection:
            await emit(connection, key, *range(2000))
    other = await make_app(database, broker.bootstrap, group="another")
    async with running(other) as client:
        (row,) = await fetch(other, "SELECT (SELECT max(id) FROM outbox) - (SELECT id FROM outbox_cursor) AS unsent")
        assert row["unsent"] == 0  # the first process published all before it ended
        await back(client)
        await all_seen(other, key, list(range(2000)))
