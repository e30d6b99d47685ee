"""A service at a broker that knows its users: forged events, a right taken away, a wrong password, all data lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI

from broker_access.administrator import Administrator
from broker_access.keeper import Keeper, Wanted
from broker_access.table import Entry, Table, rights
from chassis.ids import new_id
from chassis.testing import TestIssuer, eventually, running

from ..probe_service import NoteKept, note_reactions
from .conftest import MakeApp
from .support import Wire, dead_letters, envelope, fetch, keep, ready, seen, set_aside

if TYPE_CHECKING:
    from devstack.engines import KafkaEngine

pytestmark = pytest.mark.slow
SECONDS = 40
USER, PASSWORD = "probe", "probes-own"
GOOD = b'{"key": "%s", "number": 1}'


@pytest.fixture(scope="module")
def broker(kafka_engine_factory: Callable[..., KafkaEngine]) -> KafkaEngine:
    """A broker of this module's own on which nothing comes into being by itself."""
    return kafka_engine_factory(settings={}, super_users={})


@pytest.fixture(scope="module")
def table(topic: str) -> Table:
    """What the probe may do: publish on its topic, hear it and those of suspensions."""
    heard = note_reactions("unused").topics
    return Table(frozenset(rights(USER, [topic], heard) | {Entry("others", "write", name) for name in heard}))


@pytest.fixture
async def kept(broker: KafkaEngine, table: Table) -> AsyncIterator[list[str]]:
    """The keeper at work, and what it says."""
    said: list[str] = []
    wanted = Wanted.of(table, {USER: PASSWORD, "others": "x"})
    keeping = asyncio.create_task(Keeper(broker.administrator, wanted, said.append).keep())
    yield said
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


@pytest.fixture
async def granted(broker: KafkaEngine, table: Table) -> None:
    """Everything in its place once, and nobody who puts it back."""
    await Keeper(broker.administrator, Wanted.of(table, {USER: PASSWORD, "others": "x"}), lambda _: None).once()


@pytest.fixture
def settings() -> dict[str, str]:
    """How the probe logs in; its group is the one the table knows."""
    return {"kafka_user": USER, "kafka_password": PASSWORD, "group": f"{USER}-service"}


async def reasons(client: httpx.AsyncClient) -> dict[str, str]:
    """What is not well."""
    found: dict[str, str] = (await client.get("/readyz")).json()["checks"]
    return {name: state for name, state in found.items() if state != "ok"}


def logged(text: str, event: str, level: str) -> list[str]:
    """The errors told under a name, at a level."""
    lines = (json.loads(line) for line in text.splitlines() if line.startswith("{"))
    return [line["error"] for line in lines if (line["event"], line["level"]) == (event, level)]


async def test_a_wrong_password_is_an_error_and_readiness_says_so(
    make_app: MakeApp, broker: KafkaEngine, granted: None, settings: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    app = await make_app(None, broker.bootstrap, **(settings | {"kafka_password": "wrong"}))
    async with running(app) as client:

        async def told() -> bool:
            return set((await reasons(client)).values()) == {
                "SaslAuthenticationFailed",
                "refused by the broker: SaslAuthenticationFailed",
            }

        await eventually(told, seconds=SECONDS, every=0.1)
        assert set(await reasons(client)) == {"broker", "relay", "consumer"}
    said = capsys.readouterr().out
    assert set(logged(said, "consumer interrupted", "error")) == {"SaslAuthenticationFailed"}
    assert set(logged(said, "relay interrupted", "error")) == {"SaslAuthenticationFailed"}
    assert "wrong" not in said


async def test_a_right_taken_away_under_load_stops_the_consumer_and_readiness_says_so(
    make_app: MakeApp,
    issuer: TestIssuer,
    broker: KafkaEngine,
    granted: None,
    settings: dict[str, str],
    key: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = await make_app(None, broker.bootstrap, **settings)
    right = Entry(USER, "read", NoteKept.TOPIC)
    async with running(app) as client:
        await eventually(lambda: ready(client), seconds=SECONDS)
        numbers = iter(range(1, 100_000))
        kept: list[int] = []

        async def load() -> None:
            while True:
                kept.append(number := next(numbers))
                assert (await keep(client, issuer, key, number)).status_code == 201

        loading = asyncio.create_task(load())
        await eventually(lambda: seen(app, key), seconds=SECONDS)
        async with Administrator(broker.administrator) as administrator:
            await administrator.revoke([right])

            async def refused() -> bool:
                return (await reasons(client)).get("consumer") == "refused by the broker: TopicAuthorizationFailedError"

            await eventually(refused, seconds=SECONDS, every=0.1)
            still = len(await seen(app, key))
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
            assert len(await seen(app, key)) == still
            assert "TopicAuthorizationFailedError" in logged(capsys.readouterr().out, "consumer interrupted", "error")
            await administrator.grant([right])

        async def all_there() -> bool:
            found = await seen(app, key)
            return len(found) >= len(kept) - 1 and found == kept[: len(found)]

        await eventually(all_there, seconds=SECONDS, every=0.2)
        await eventually(lambda: ready(client), seconds=SECONDS)


async def test_all_data_of_the_broker_lost_under_load_loses_no_event(
    make_app: MakeApp,
    issuer: TestIssuer,
    broker: KafkaEngine,
    kept: list[str],
    settings: dict[str, str],
    key: str,
) -> None:
    """Topics, users and rights are gone with the data; the keeper brings them back, the relay what it had published."""
    app = await make_app(None, broker.bootstrap, **settings)
    numbers: list[int] = []
    async with running(app) as client:

        async def how_it_is() -> dict[str, object]:
            runtime = app.state.runtime
            cursor = await runtime.pool.fetchrow("SELECT * FROM outbox_cursor")
            count = "SELECT count(*), min(id), max(id) FROM outbox"
            return {
                "kept": len(numbers),
                "seen": len(await seen(app, key)),
                "not well": await reasons(client),
                "outbox": dict(await runtime.pool.fetchrow(count)) | dict(cursor or {}),
                "aside": await set_aside(app, key),
                "keeper": kept[-3:],
            }

        await eventually(lambda: ready(client), seconds=SECONDS, why=how_it_is)

        async def load() -> None:
            while True:
                numbers.append(len(numbers) + 1)
                assert (await keep(client, issuer, key, numbers[-1])).status_code == 201
                await asyncio.sleep(0.02)

        loading = asyncio.create_task(load())
        await eventually(lambda: seen(app, key), seconds=SECONDS, why=how_it_is)
        await asyncio.to_thread(broker.wipe)
        kept.clear()
        await asyncio.to_thread(broker.start)

        async def whole() -> bool:
            return any("topics created" in one for one in kept)

        await eventually(whole, seconds=10)
        await asyncio.sleep(1)
        loading.cancel()
        await asyncio.gather(loading, return_exceptions=True)

        async def all_there() -> bool:
            return len(await seen(app, key)) >= len(numbers) - 1

        await eventually(all_there, seconds=SECONDS, every=0.2, why=how_it_is)
        found = await seen(app, key)
        assert found == numbers[: len(found)]
        await eventually(lambda: ready(client), seconds=SECONDS, why=how_it_is)


@pytest.mark.parametrize(
    ("elsewhere", "changed", "reason"),
    [
        (True, {}, "its type belongs on"),
        (False, {"ce_source": "/notify-service"}, "is told by /probe-service alone"),
    ],
)
async def test_a_forged_event_is_a_dead_letter_and_holds_nobody_back(
    elsewhere: bool,
    changed: dict[str, str],
    reason: str,
    app: FastAPI,
    client: httpx.AsyncClient,
    wire: Wire,
    kafka_bootstrap: str,
    key: str,
) -> None:
    """On a topic the service reads, but another's; and on its own topic in another's name."""
    foreign = next(iter(note_reactions("unused").topics - {NoteKept.TOPIC}))
    stolen, forged = new_id(), GOOD % key.encode()
    topic = foreign if elsewhere else NoteKept.TOPIC
    await wire.put(key, forged, envelope(stolen) | changed, topic)

    async def dead() -> list[Any]:
        return await fetch(app, "SELECT * FROM parked_event WHERE headers ->> 'claimed_id' = $1", str(stolen))

    (row,) = await eventually(dead, seconds=SECONDS)
    assert (row["state"], row["topic"], row["key"], row["event_id"]) == ("dead", topic, None, None)
    assert reason in row["reason"]
    await wire.note(key, 7, stolen)  # the event whose id it took

    async def handled() -> bool:
        return await seen(app, key) == [7]

    await eventually(handled, seconds=SECONDS)
    counted = (await client.get("/metrics")).text
    assert 'unicard_events_consumed_total{outcome="dead",type="eg.unicard.probe.NoteKept.v1"}' in counted
    if not elsewhere:

        async def told() -> list[Any]:
            return [one for one in await dead_letters(kafka_bootstrap, None) if one.value == forged]

        assert len(await eventually(told, seconds=SECONDS, every=0.2)) == 1
