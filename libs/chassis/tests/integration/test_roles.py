"""A service as an API process and a background process on one database, both real, with a broker of their own."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer

from chassis.testing import PLAIN, MakeDatabase, TestIssuer, eventually
from chassis.testing_events import login
from devstack.engines import KafkaEngine, free_ports

from ..chaos.fleet import Copy
from ..probe_service import MIGRATIONS
from .support import keep

TOPIC = "probe.events.v1"
START_SECONDS = 60.0
SOON_SECONDS = 0.05
# How long nothing is committed before each event: the relay is at its laziest then.
QUIET_SECONDS = 0.4


@dataclass
class Pair:
    """The two processes, the database under them, and a client of the first."""

    api: Copy
    work: Copy
    client: httpx.AsyncClient
    issuer: TestIssuer
    database: asyncpg.Connection
    key: str

    async def keep(self, number: int) -> int:
        """Keep a note at the API process; the status of the reply."""
        return (await keep(self.client, self.issuer, self.key, number)).status_code

    async def heard(self, numbers: list[int]) -> None:
        """Wait until the background process has heard exactly these."""

        async def enough() -> bool:
            found = await self.database.fetch("SELECT number FROM seen WHERE key = $1 ORDER BY id", self.key)
            return [row["number"] for row in found] == numbers

        await eventually(enough, seconds=START_SECONDS, every=0.1)


@pytest.fixture(scope="module")
def broker(kafka_engine_factory: Any) -> KafkaEngine:
    """A broker that may be stopped."""
    engine: KafkaEngine = kafka_engine_factory()
    return engine


@pytest.fixture(scope="module")
async def processes(
    make_database: MakeDatabase, broker: KafkaEngine, issuer: TestIssuer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Copy, Copy, str]]:
    """The API process, the background process, and the database's address."""
    logs = tmp_path_factory.mktemp("roles")
    url = await make_database(MIGRATIONS)
    ports = free_ports(2)
    environment = {
        "UNICARD_DATABASE_URL": url,
        "UNICARD_KAFKA_BOOTSTRAP": broker.bootstrap,
        "UNICARD_JWKS": issuer.jwks,
        "UNICARD_GROUP": url.rsplit("/", 1)[-1],
        "UNICARD_RELAY_ADDRESS": f"localhost:{ports[1]}",
    }
    api, work = (
        Copy(role, port, {**environment, "UNICARD_ROLE": role}, logs / f"{role}.log")
        for role, port in zip(("api", "work"), ports, strict=True)
    )
    try:
        api.start()
        work.start()
        yield api, work, url
    finally:
        api.kill()
        work.kill()


@pytest.fixture
async def pair(processes: tuple[Copy, Copy, str], issuer: TestIssuer, key: str) -> AsyncIterator[Pair]:
    """Both processes, ready."""
    api, work, url = processes
    for process in (api, work):
        await eventually(process.ready, seconds=START_SECONDS, every=0.1)
    database = await asyncpg.connect(url)
    try:
        async with httpx.AsyncClient(base_url=api.url, timeout=30, verify=PLAIN) as client:
            yield Pair(api, work, client, issuer, database, key)
    finally:
        await database.close()


async def state_of(process: Copy) -> tuple[int, dict[str, str]]:
    """What a process says of itself."""
    async with httpx.AsyncClient(timeout=5, verify=PLAIN) as client:
        reply = await client.get(f"{process.url}/readyz")
    return reply.status_code, reply.json()["checks"]


async def test_event_leaves_soon_after_its_commit_in_another_process(pair: Pair, broker: KafkaEngine) -> None:
    consumer = AIOKafkaConsumer(TOPIC, auto_offset_reset="latest", **login(broker.bootstrap).options)
    await consumer.start()
    try:
        await consumer.seek_to_end()
        late: list[float] = []
        for number in range(20):
            await asyncio.sleep(QUIET_SECONDS)
            assert await pair.keep(number) == 201
            record = await asyncio.wait_for(consumer.getone(), 30)
            written = datetime.fromisoformat(dict(record.headers)["ce_recordedtime"].decode())
            late.append(record.timestamp / 1000 - written.timestamp())
    finally:
        await consumer.stop()
    assert statistics.median(late) < SOON_SECONDS, late


async def test_answers_go_on_without_the_background_process(pair: Pair) -> None:
    assert await pair.keep(1) == 201
    await pair.heard([1])
    pair.work.kill()
    assert [await pair.keep(number) for number in (2, 3)] == [201, 201]
    assert (await state_of(pair.api))[0] == 200
    pair.work.start()
    await pair.heard([1, 2, 3])


async def test_only_the_background_process_needs_the_broker(pair: Pair, broker: KafkaEngine) -> None:
    await asyncio.to_thread(broker.stop)

    async def noticed() -> bool:
        status, checks = await state_of(pair.work)
        return status == 503 and checks["broker"] != "ok"

    await eventually(noticed, seconds=START_SECONDS, every=0.2)
    assert await state_of(pair.api) == (200, {"database": "ok", "keys": "ok"})
    assert await pair.keep(1) == 201
    await asyncio.to_thread(broker.start)
    await pair.heard([1])
    await eventually(pair.work.ready, seconds=START_SECONDS, every=0.2)


async def test_each_process_serves_and_tells_its_own(pair: Pair) -> None:
    async with httpx.AsyncClient(base_url=pair.work.url, timeout=5, verify=PLAIN) as work:
        assert (await keep(work, pair.issuer, "k", 1)).status_code == 404
        told = {"api": (await pair.client.get("/metrics")).text, "work": (await work.get("/metrics")).text}
    for gauge in ("unicard_parked_events", "unicard_relay_oldest_unsent_seconds"):
        assert [role for role, text in told.items() if f"\n{gauge} " in text] == ["work"]
