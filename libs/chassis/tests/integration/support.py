"""What tests of the probe look at and do behind its back."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from fastapi import FastAPI
from sqlalchemy import text

from chassis.ids import new_id
from chassis.testing import TestIssuer
from chassis.testing_events import login

from ..probe_service import NoteKept


async def keep(
    client: httpx.AsyncClient, issuer: TestIssuer, key: str, number: int, words: str = "", **headers: str
) -> httpx.Response:
    """Keep a note through the API."""
    body = {"text": words or new_id().hex, "key": key, "number": number}
    return await client.post("/v1/notes", json=body, headers=issuer.headers(scopes="messages:report") | headers)


async def ready(client: httpx.AsyncClient) -> bool:
    """Whether the probe says that it can do its work."""
    return (await client.get("/readyz")).status_code == 200


async def seen(app: FastAPI, key: str) -> list[int]:
    """The numbers heard under a key, in the order of their effects."""
    async with app.state.runtime.sessions() as session:
        rows = await session.execute(text("SELECT number FROM seen WHERE key = :key ORDER BY id"), {"key": key})
        return list(rows.scalars())


async def set_aside(app: FastAPI, key: str | None) -> list[tuple[str, int]]:
    """State and offset of the events set aside under a key, in order."""
    statement = text("SELECT state, log_offset FROM parked_event WHERE key IS NOT DISTINCT FROM :key ORDER BY id")
    async with app.state.runtime.sessions() as session:
        return [(row.state, row.log_offset) for row in await session.execute(statement, {"key": key})]


async def states(app: FastAPI, key: str | None) -> list[str]:
    """The states of the events set aside under a key, in order."""
    return [state for state, _ in await set_aside(app, key)]


async def parked_id(app: FastAPI, key: str | None, position: int = 0) -> int:
    """The id of an event set aside under a key and not settled."""
    statement = text(
        "SELECT id FROM parked_event WHERE key IS NOT DISTINCT FROM :key AND state IN ('dead', 'parked') ORDER BY id"
    )
    async with app.state.runtime.sessions() as session:
        return int((await session.execute(statement, {"key": key})).scalars().all()[position])


async def fetch(app: FastAPI, statement: str, *parameters: Any) -> list[asyncpg.Record]:
    """Rows of the probe's database."""
    rows: list[asyncpg.Record] = await app.state.runtime.pool.fetch(statement, *parameters)
    return rows


async def emit(connection: Any, key: str, *numbers: int) -> None:
    """Write events into the outbox on a connection, inside whatever transaction it is in."""
    for number in numbers:
        event = NoteKept(key=key, number=number)
        await connection.execute(
            "INSERT INTO outbox (event_id, type, topic, key, time, payload) VALUES ($1, $2, $3, $4, now(), $5)",
            *(new_id(), event.event_type(), event.TOPIC, event.partition_key(), event.model_dump_json().encode()),
        )


@asynccontextmanager
async def connected(app: FastAPI) -> AsyncIterator[asyncpg.Connection]:
    """A connection of its own to the probe's database."""
    connection = await asyncpg.connect(app.state.runtime.settings.database_url)
    try:
        yield connection
    finally:
        await connection.close()


def envelope(event_id: UUID | None = None, kind: str | None = None, **others: str) -> dict[str, str]:
    """The headers of an event."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id or new_id()),
        "ce_type": kind or NoteKept.event_type(),
        "ce_source": "/probe-service",
        "ce_time": datetime.now(UTC).isoformat(),
    }
    return headers | others


class Wire:
    """Records put on a topic by hand."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def put(
        self,
        key: str | bytes | None,
        value: bytes | None,
        headers: Mapping[str, str | bytes | None] | None = None,
        topic: str | None = None,
    ) -> int:
        """Put a record and give its offset."""
        raw = [(k, v.encode() if isinstance(v, str) else v) for k, v in (headers or {}).items()]
        raw_key = key.encode() if isinstance(key, str) else key
        sent = await self._producer.send_and_wait(topic or NoteKept.TOPIC, value, raw_key, headers=raw)
        return int(sent.offset)

    async def note(self, key: str, number: int, event_id: UUID | None = None) -> int:
        """Put a good event."""
        return await self.put(key, NoteKept(key=key, number=number).model_dump_json().encode(), envelope(event_id))

    async def broken(self, key: str | None, event_id: UUID | None = None) -> int:
        """Put an event that can never be read."""
        return await self.put(key, b'{"key": 1}', envelope(event_id))


async def dead_letters(bootstrap: str, key: str | None) -> list[Any]:
    """What stands on the dead-letter topic under a key."""
    consumer = AIOKafkaConsumer(NoteKept.TOPIC + ".dead", auto_offset_reset="earliest", **login(bootstrap).options)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found = []
        deadline = time.monotonic() + 30
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            assert time.monotonic() < deadline, "the dead letters are not read to their end within 30 s"
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                found += [record for record in batch if record.key == (key.encode() if key is not None else None)]
        return found
    finally:
        await consumer.stop()
