"""The relay publishes what was committed, in the order of the changes, and skips nothing."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer
from fastapi import FastAPI

from chassis import republishing
from chassis.ids import new_id
from chassis.outbox_reader import PLANNER, READ
from chassis.testing import MakeDatabase, TestIssuer, eventually, running
from chassis.testing_events import Outside, login

from ..probe_service import MIGRATIONS, NoteKept
from .conftest import MakeApp
from .support import connected, emit, fetch, keep, seen

pytestmark = pytest.mark.usefixtures("client")


async def heard(app: FastAPI, key: str, number: int) -> list[int]:
    """What was heard under a key, as soon as it is `number` events."""

    async def enough() -> list[int] | None:
        found = await seen(app, key)
        return found if len(found) >= number else None

    result: list[int] = await eventually(enough, seconds=30)
    return result


async def test_transaction_that_commits_late_is_not_skipped(app: FastAPI, key: str) -> None:
    async with connected(app) as slow, connected(app) as quick:
        late = slow.transaction()
        await late.start()
        await emit(slow, key, 1)
        await emit(quick, key, 2)
        await asyncio.sleep(0.3)
        assert await seen(app, key) == []  # the second waits, it could have come after the first
        await late.commit()
    assert await heard(app, key, 2) == [1, 2]


async def test_order_is_that_of_the_changes_not_of_the_transactions_beginnings(app: FastAPI, key: str) -> None:
    async with connected(app) as first, connected(app) as second:
        early = first.transaction()
        await early.start()
        await first.execute("INSERT INTO note (id, text) VALUES ($1, $2)", new_id(), new_id().hex)  # has its id now
        async with second.transaction():
            await second.execute("SELECT pg_advisory_xact_lock(hashtext($1))", key)  # as a row's lock would
            await emit(second, key, 1)
        await first.execute("SELECT pg_advisory_xact_lock(hashtext($1))", key)
        await emit(first, key, 2)
        await early.commit()
    assert await heard(app, key, 2) == [1, 2]


async def test_event_of_a_rollback_is_neither_published_nor_waited_for(app: FastAPI, key: str) -> None:
    async with connected(app) as connection:
        undone = connection.transaction()
        await undone.start()
        await emit(connection, key, 1, 2, 3)
        await undone.rollback()
        await emit(connection, key, 4)
    assert await heard(app, key, 1) == [4]


async def test_long_transaction_without_events_holds_nobody_up(
    app: FastAPI, make_database: MakeDatabase, key: str
) -> None:
    elsewhere = await asyncpg.connect(await make_database(MIGRATIONS))
    try:
        async with connected(app) as here, connected(app) as writer:
            for connection in (elsewhere, here):
                await connection.execute("BEGIN")
                await connection.execute("INSERT INTO note (id, text) VALUES ($1, $2)", new_id(), new_id().hex)
            await emit(elsewhere, key, 0)  # in another database's outbox, not committed either
            await writer.execute("BEGIN")
            await emit(writer, key, 7)
            await writer.execute("ROLLBACK")  # a number that is missing for ever
            await emit(writer, key, 1, 2)
            assert await heard(app, key, 2) == [1, 2]
    finally:
        await elsewhere.close()


async def test_many_writers_lose_and_swap_nothing(app: FastAPI, key: str) -> None:
    """Each writer's own events keep their order, whatever the others and their rollbacks do."""

    async def write(writer: int) -> None:
        async with connected(app) as connection:
            for number in range(30):
                transaction = connection.transaction()
                await transaction.start()
                await emit(connection, f"{key}-{writer}", number)
                await asyncio.sleep(0.004 * ((number * 7 + writer) % 3))
                if (number + writer) % 5:
                    await transaction.commit()
                else:
                    await transaction.rollback()

    await asyncio.gather(*(write(writer) for writer in range(8)))
    for writer in range(8):
        kept = [number for number in range(30) if (number + writer) % 5]
        assert await heard(app, f"{key}-{writer}", len(kept)) == kept


async def test_systems_that_share_a_cluster_do_not_hear_each_other(
    make_app: MakeApp, issuer: TestIssuer, kafka_bootstrap: str, key: str
) -> None:
    ours, theirs = Outside(kafka_bootstrap), Outside(kafka_bootstrap)
    one = await make_app(topic_prefix=ours.prefix, group="shared")
    two = await make_app(topic_prefix=theirs.prefix, group="shared")
    async with running(one) as client, running(two):
        assert (await keep(client, issuer, key, 1)).is_success
        assert (await ours.heard(NoteKept, lambda note: note.key == key)).number == 1
        await theirs.tell(NoteKept(key=key, number=2))
        assert await heard(two, key, 1) == [2]
        assert await heard(one, key, 1) == [1]


async def test_event_on_the_wire_is_a_cloud_event(
    app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer, kafka_bootstrap: str, key: str
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    consumer = AIOKafkaConsumer(NoteKept.TOPIC, auto_offset_reset="latest", **login(kafka_bootstrap).options)
    await consumer.start()
    try:
        await consumer.seek_to_end()
        await keep(client, issuer, key, 5, traceparent=trace)
        async with asyncio.timeout(60):
            async for record in consumer:
                if record.key == key.encode():
                    break
    finally:
        await consumer.stop()
    (row,) = await fetch(app, "SELECT * FROM outbox WHERE key = $1", key)
    headers = {name: value.decode() for name, value in record.headers}
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": str(row["event_id"]),
        "ce_type": "eg.unicard.probe.NoteKept.v1",
        "ce_source": "/probe-service",
        "ce_time": row["time"].isoformat(),
        "ce_recordedtime": row["created_at"].isoformat(),
        "ce_sequence": str(row["id"]),
        "ce_partitionkey": key,
        "content-type": "application/json",
        "traceparent": trace,
    }
    assert NoteKept.model_validate_json(record.value) == NoteKept(key=key, number=5)


async def test_of_two_processes_one_leads_and_the_other_takes_over(make_app: MakeApp, key: str) -> None:
    one = await make_app()
    two = await make_app(one.state.settings.database_url)
    async with running(two):
        async with running(one):
            relays = [app.background.relay for app in (one, two) if app.background]

            async def leaders() -> int:
                return sum(relay.leading for relay in relays)

            await eventually(leaders)
            await asyncio.sleep(1.5)
            assert await leaders() == 1
            async with connected(two) as connection:
                await emit(connection, key, 1)
            assert await heard(two, key, 1) == [1]
        assert await eventually(leaders)
        async with connected(two) as connection:
            await emit(connection, key, 2)
            # the leader's own connection is cut: it must win the lead again
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'probe-relay'"
            )
            await emit(connection, key, 3)
        assert await heard(two, key, 3) == [1, 2, 3]


async def test_lost_cursor_repeats_events_without_harm(app: FastAPI, key: str) -> None:
    async with connected(app) as connection:
        await emit(connection, key, 1)
        assert await heard(app, key, 1) == [1]
        await connection.execute("DELETE FROM outbox_cursor")
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'probe-relay'"
        )
        await emit(connection, key, 2)
    assert await heard(app, key, 2) == [1, 2]


async def republish(app: FastAPI, since: datetime) -> int:
    """Have events published again; who may is the affair of `approvals`."""
    runtime = app.state.runtime
    async with runtime.sessions() as session, session.begin():
        events = await republishing.republish(session, since)
    runtime.wake_relay()
    return events


async def test_republished_since_an_instant_effects_stay_single(
    app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer, kafka_bootstrap: str, key: str
) -> None:
    async with connected(app) as connection:
        await emit(connection, key, 1)
        # begun before the instant, written after it, by a transaction older than what came before the instant
        slow = connection.transaction()
        await slow.start()
        await connection.execute("INSERT INTO note (id, text) VALUES ($1, $2)", new_id(), new_id().hex)
        async with connected(app) as other:
            await emit(other, key, 2)
        since = datetime.now(UTC)
        await asyncio.sleep(0.01)
        await emit(connection, key, 3)
        await slow.commit()
        await emit(connection, key, 4)
    assert await heard(app, key, 4) == [1, 2, 3, 4]
    assert await republish(app, since) == 2

    async def copies() -> bool:
        return await published(kafka_bootstrap, key) == [1, 2, 3, 4, 3, 4]

    assert await eventually(copies, seconds=30)
    async with connected(app) as connection:
        await emit(connection, key, 5)  # comes after the copies
    assert await heard(app, key, 5) == [1, 2, 3, 4, 5]


async def published(bootstrap: str, key: str) -> list[int]:
    """The numbers on the topic under a key."""
    consumer = AIOKafkaConsumer(NoteKept.TOPIC, auto_offset_reset="earliest", **login(bootstrap).options)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        numbers = []
        deadline = time.monotonic() + 30
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            assert time.monotonic() < deadline, "the topic is not read to its end within 30 s"
            for batch in (await consumer.getmany(timeout_ms=100)).values():
                numbers += [
                    NoteKept.model_validate_json(record.value).number for record in batch if record.key == key.encode()
                ]
        return numbers
    finally:
        await consumer.stop()


async def test_republishing_never_skips_what_still_waits(
    app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer, key: str
) -> None:
    async with connected(app) as connection:
        slow = connection.transaction()
        await slow.start()
        await emit(connection, key, 1)
        async with connected(app) as other:
            await emit(other, key, 2)  # waits behind the first
            await republish(app, datetime.now(UTC) - timedelta(minutes=1))
            with pytest.raises(republishing.NothingToRepublish, match="real time"):
                await republish(app, datetime.now(UTC) + timedelta(hours=1))
        await slow.commit()
    assert await heard(app, key, 2) == [1, 2]


async def test_reading_never_sorts_nor_scans(app: FastAPI) -> None:
    """The plan made while the outbox is empty must carry a full one."""
    async with connected(app) as connection:
        for name, value in PLANNER.items():
            await connection.execute(f"SET {name} = {value}")
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE reading AS {READ}")
        plan = "\n".join(row[0] for row in await connection.fetch("EXPLAIN EXECUTE reading(-1, -1, 1000)"))
    assert "Sort  (" not in plan
    assert "Seq Scan on outbox_2" not in plan
    assert "Seq Scan on outbox_rest" not in plan
    assert "Index Scan" in plan
