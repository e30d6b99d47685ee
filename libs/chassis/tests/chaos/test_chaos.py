"""Everything is killed again and again under load; at both ends the same is counted.

`UNICARD_CHAOS_SECONDS` sets for how long (default 25).
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from chassis import kafka
from chassis.ids import new_id
from chassis.testing import TestIssuer, eventually, migrated_database
from chassis.testing_events import login

from ..probe_service import MIGRATIONS, NoteKept
from .fleet import Copy, Fleet
from .load import Caller

if TYPE_CHECKING:
    from devstack.engines import KafkaEngine, PostgresEngine

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("UNICARD_CHAOS_SECONDS", "25"))
CALLERS = 10
SETTLE_SECONDS = 60
TOPIC = "probe.events.v1"  # of the processes, whatever the tests of this process have made of the class


class Chaos:
    """The faults, and how often each was caused."""

    def __init__(self, postgres: PostgresEngine, broker: KafkaEngine, keepers: list[Copy], hearers: list[Copy]) -> None:
        self.counts: Counter[str] = Counter()
        self._postgres = postgres
        self._broker = broker
        self._keepers = keepers
        self._hearers = hearers
        self._random = random.Random(7)

    async def run(self, seconds: float) -> None:
        """Cause faults of all kinds at once, each kind in its turn."""
        until = time.monotonic() + seconds
        await asyncio.gather(
            self._repeat(until, 1.5, self.kill_keeper, self.kill_hearer),
            self._repeat(until, 6.0, self.pause_hearer),
            self._repeat(until, 4.0, self.kill_backend, self.cut_connections),
            self._repeat(until, 6.0, self.kill_broker),
        )

    async def _repeat(self, until: float, every: float, *faults: Callable[[], Awaitable[None]]) -> None:
        for fault in cycle(faults):
            await asyncio.sleep(every * (0.5 + self._random.random()))
            if time.monotonic() > until:
                return
            await fault()
            self.counts[fault.__name__] += 1

    async def kill_keeper(self) -> None:
        """SIGKILL of a service with the relay in it."""
        await asyncio.to_thread(self._random.choice(self._keepers).kill)

    async def kill_hearer(self) -> None:
        """SIGKILL of a consumer."""
        await asyncio.to_thread(self._random.choice(self._hearers).kill)

    async def pause_hearer(self) -> None:
        """A consumer stops breathing for longer than its group waits for it, then goes on as if nothing were."""
        hearer = self._random.choice(self._hearers)
        hearer.signal(signal.SIGSTOP)
        await asyncio.sleep(7)
        hearer.signal(signal.SIGCONT)

    async def kill_backend(self) -> None:
        """SIGKILL of one PostgreSQL backend: the server ends all others and recovers."""
        with suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(self._postgres.url(), timeout=5)
            statement = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'probe%'"
            # after the fault before, nobody may have come back yet
            pids = await eventually(lambda: connection.fetch(statement), seconds=30)
            await connection.close()
            os.kill(self._random.choice(pids)["pid"], signal.SIGKILL)

    async def cut_connections(self) -> None:
        """All sessions of the services are ended by an operator."""
        with suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(self._postgres.url(), timeout=5)
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE 'probe%' OR application_name LIKE 'hearer%'"
            )
            await connection.close()

    async def kill_broker(self) -> None:
        """SIGKILL of the broker, which is started again with its data."""
        await asyncio.to_thread(self._broker.kill)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(self._broker.start)


async def database(postgres: PostgresEngine, name: str) -> str:
    """A fresh, migrated database."""
    return await migrated_database(postgres.url(), name, MIGRATIONS)


def copies(role: str, number: int, environment: dict[str, str], folder: Path) -> list[Copy]:
    """Copies of one role."""
    from devstack.engines import free_ports

    own = {**environment, "UNICARD_PART": role, "UNICARD_CONSUMER_ATTEMPTS": "1000"}
    return [Copy(f"{role}-{n}", port, own, folder / f"{role}-{n}.log") for n, port in enumerate(free_ports(number))]


async def test_killed_under_load_nothing_is_lost_and_nothing_doubled(
    postgres_engine_factory: Any,
    kafka_engine_factory: Any,
    issuer: TestIssuer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    postgres: PostgresEngine = await asyncio.to_thread(postgres_engine_factory)
    broker: KafkaEngine = await asyncio.to_thread(kafka_engine_factory)
    keeping, hearing = await database(postgres, "keeping"), await database(postgres, "hearing")
    common = {"UNICARD_KAFKA_BOOTSTRAP": broker.bootstrap, "UNICARD_JWKS": issuer.jwks, "UNICARD_LOG_LEVEL": "WARNING"}
    keepers = copies("keeper", 2, common | {"UNICARD_DATABASE_URL": keeping}, tmp_path)
    hearers = copies("hearer", 2, common | {"UNICARD_DATABASE_URL": hearing}, tmp_path)
    counts: Counter[str] = Counter()
    callers = [Caller(number, [copy.url for copy in keepers], issuer, counts) for number in range(CALLERS)]
    chaos, stopping = Chaos(postgres, broker, keepers, hearers), asyncio.Event()
    async with Fleet([*keepers, *hearers]) as fleet:
        await eventually(fleet.all_ready, seconds=SETTLE_SECONDS, every=0.2)
        load = [asyncio.create_task(caller.run(stopping)) for caller in callers]
        await chaos.run(SECONDS)
        stopping.set()
        await asyncio.wait_for(asyncio.gather(*load), SETTLE_SECONDS)
        ended = time.monotonic()
        acknowledged = {caller.key: caller.acknowledged for caller in callers}
        total = sum(map(len, acknowledged.values()))
        await eventually(lambda: counted(hearing, total), seconds=SETTLE_SECONDS, every=0.2)
        caught_up = time.monotonic() - ended
        await eventually(fleet.all_ready, seconds=SETTLE_SECONDS, every=0.2)
        await asyncio.sleep(1)  # for what might come twice
        stored, outbox = await kept(keeping)
        effects, aside = await heard(hearing)
        published, records = await on_topic(broker.bootstrap)
        fleet.stand_down()
        exits = await asyncio.gather(*(asyncio.to_thread(copy.terminate) for copy in fleet.copies))
    with capsys.disabled():
        sys.stdout.write(
            f"\nchaos of {SECONDS:.0f} s: {dict(chaos.counts)}\n"
            f"  answers: {dict(counts)}\n"
            f"  acknowledged {total}, stored {stored}, outbox {outbox}, published {sum(map(len, published.values()))}"
            f" distinct in {records} records, effects {sum(map(len, effects.values()))}, set aside {aside}\n"
            f"  caught up {caught_up:.1f} s after the last call\n"
        )
    assert total > 0
    assert stored == outbox == total
    assert {key: sorted(numbers) for key, numbers in published.items()} == acknowledged
    assert effects == acknowledged  # each once, and in the order of its key
    assert aside == 0
    assert all(code in {0, -signal.SIGTERM} for code in exits), exits


async def counted(url: str, number: int) -> bool:
    """Whether that many effects are there."""
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval("SELECT count(*) FROM seen") >= number)
    finally:
        await connection.close()


async def kept(url: str) -> tuple[int, int]:
    """How many notes and how many events are stored."""
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow("SELECT (SELECT count(*) FROM note), (SELECT count(*) FROM outbox)")
        assert row is not None
        return int(row[0]), int(row[1])
    finally:
        await connection.close()


async def heard(url: str) -> tuple[dict[str, list[int]], int]:
    """The effects by key, in their order, and how many events were set aside."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT key, array_agg(number ORDER BY id) AS numbers FROM seen GROUP BY key")
        aside = await connection.fetchval("SELECT count(*) FROM parked_event")
        return {row["key"]: row["numbers"] for row in rows}, int(aside)
    finally:
        await connection.close()


async def on_topic(bootstrap: str) -> tuple[dict[str, set[int]], int]:
    """The distinct events by key, and the number of records."""
    consumer = kafka.consumer(login(bootstrap), f"audit-{new_id().hex}")
    consumer.subscribe([TOPIC])
    await consumer.start()
    found: dict[str, set[int]] = {}
    records = silent = 0
    try:
        deadline = time.monotonic() + SETTLE_SECONDS
        while silent < 4:
            assert time.monotonic() < deadline, "the topic does not become silent"
            batches = await consumer.getmany(timeout_ms=500)
            silent = 0 if batches else silent + 1
            for batch in batches.values():
                for record in batch:
                    event = NoteKept.model_validate_json(record.value)
                    found.setdefault(event.key, set()).add(event.number)
                    records += 1
        return found, records
    finally:
        await consumer.stop()
