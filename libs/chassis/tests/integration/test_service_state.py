"""What operators are told of a service: what waits to leave, how far it is behind, what stands aside."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer

from chassis.testing import TestIssuer, eventually, running
from chassis.testing_events import login

from ..probe_service import NoteKept, note_reactions
from .conftest import MakeApp
from .support import Wire, keep

PATH = "/v1/operations/probe/state"


async def state(client: httpx.AsyncClient, issuer: TestIssuer) -> dict[str, Any]:
    reply = await client.get(PATH, headers=issuer.headers(scopes="operations:read"))
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


async def on_topics(bootstrap: str) -> Counter[str]:
    """How many events stand on each topic that the probe hears: other members' tests tell of suspensions, too."""
    reader = AIOKafkaConsumer(*note_reactions("unused").topics, **login(bootstrap).options)
    await reader.start()
    found: Counter[str] = Counter()
    try:
        for partition, end in (await reader.end_offsets(list(reader.assignment()))).items():
            found[partition.topic] += end
        return found
    finally:
        await reader.stop()


async def test_what_waits_and_what_stands_aside_is_told_by_who_does_neither(
    make_app: MakeApp, issuer: TestIssuer, wire: Wire, key: str, kafka_bootstrap: str
) -> None:
    app = await make_app(role="api")
    url = app.state.settings.database_url
    for number in (1, 2, 3):
        await wire.note(key, number)
    async with running(app) as client:
        await app.state.runtime.pool.executemany(
            "INSERT INTO parked_event (topic, partition, log_offset, key, state, headers, value, reason)"
            " VALUES ($1, 0, $2, 'k', $3, '[]', '', 'test')",
            [("a", 1, "dead"), ("a", 2, "parked"), ("b", 1, "dead"), ("c", 1, "replayed")],
        )
        assert (await keep(client, issuer, key, 4)).status_code == 201

        async def told() -> dict[str, Any] | None:
            # others may tell something between the two questions; a busy broker may not answer at once
            there, found = await on_topics(kafka_bootstrap), await state(client, issuer)
            return found if there[NoteKept.TOPIC] >= 3 and found["behind"] == there.total() else None

        found = await eventually(told)
        assert (found["service"], found["outbox_waiting"]) == ("probe", 1)
        assert 0 <= found["outbox_oldest_seconds"] < 60
        aside = [(one["topic"], one["dead"], one["parked"]) for one in found["set_aside"]]
        assert aside == [("a", 1, 1), ("b", 1, 0)]
        assert found["queues"] == []

        async def nothing_waits() -> bool:
            found = await state(client, issuer)
            return bool((found["outbox_waiting"], found["behind"]) == (0, 0))

        async with running(await make_app(url)):
            await eventually(nothing_waits, seconds=30)


async def test_without_a_broker_all_else_is_told(make_app: MakeApp, issuer: TestIssuer) -> None:
    app = await make_app(role="api", bootstrap="127.0.0.1:1")
    async with running(app) as client:
        found = await state(client, issuer)
    assert found["behind"] is None
    assert found["outbox_waiting"] == 0
