"""Each event has its effect once and in order, whatever stands beside it in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from chassis.dead_letters import discard
from chassis.ids import new_id
from chassis.problems import NotFound
from chassis.testing import TestIssuer, check_pages, eventually, lock_awaited, running

from ..probe_service import NoteKept
from .conftest import MakeApp
from .support import Wire, dead_letters, envelope, fetch, parked_id, seen, set_aside, states

pytestmark = pytest.mark.usefixtures("client")
BASE = "/v1/operations/probe/parked-events"


def become(read: Callable[..., Awaitable[Any]], *arguments: Any, wanted: Any) -> Awaitable[Any]:
    """Wait until `read(*arguments)` gives what is wanted."""

    async def check() -> bool:
        return bool(await read(*arguments) == wanted)

    return eventually(check, seconds=30)


@pytest.fixture
def poison(app: FastAPI) -> set[int]:
    """Numbers the handler cannot handle."""
    numbers: set[int] = app.state.runtime.state.poison
    numbers.clear()
    return numbers


@pytest.fixture
def flaky(app: FastAPI) -> dict[int, int]:
    """How often the handler fails a number before it handles it."""
    numbers: dict[int, int] = app.state.runtime.state.flaky
    numbers.clear()
    return numbers


@pytest.fixture
def operate(app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer) -> Callable[..., Awaitable[Any]]:
    """Replay or discard an event set aside; who may discard one is the affair of `approvals`."""

    async def do(parked: int, action: str, wanted: int = 200) -> Any:
        if action == "discard":
            runtime = app.state.runtime
            async with runtime.sessions() as session, session.begin():
                return await discard(session, parked, "operations", "a test gives it up")
        reply = await client.post(f"{BASE}/{parked}/{action}", headers=issuer.headers(scopes="operations:write"))
        assert reply.status_code == wanted, reply.text
        return reply.json()

    return do


async def test_the_list_of_those_set_aside_has_pages(make_app: MakeApp, issuer: TestIssuer, key: str) -> None:
    """In a process that hears nothing: what other tests broke on the gateway's topic must not join while we walk."""
    app = await make_app(role="api")
    async with running(app) as client:
        await app.state.runtime.pool.executemany(
            "INSERT INTO parked_event (topic, partition, log_offset, key, state, headers, value, reason)"
            " VALUES ('t', 0, $1, $2, 'dead', '[]', '', 'test')",
            [(number, key) for number in range(3)],
        )
        await check_pages(client, issuer.headers(scopes="operations:read"), BASE, 3)


async def test_what_was_settled_is_listed_as_it_was_settled(make_app: MakeApp, issuer: TestIssuer, key: str) -> None:
    """An event may be settled long after one that was set aside behind it; a reader who goes on from there meets it."""
    app = await make_app(role="api")
    headers = issuer.headers(scopes="operations:read")

    async def settled(client: httpx.AsyncClient, after: int = 0) -> list[int]:
        found = await client.get(f"{BASE}?settled=true&after={after}", headers=headers)
        return [item["id"] for item in found.json()["items"]]

    async def told(client: httpx.AsyncClient, *ids: int) -> None:
        """They come in this order; each once no transaction of the whole server is older, so not always at once."""

        async def so_far() -> bool:
            found = await settled(client)
            assert found == [*ids][: len(found)]
            return len(found) == len(ids)

        await eventually(so_far)

    async with running(app) as client:
        sessions = app.state.runtime.sessions
        first, second, third, fourth = await app.state.runtime.pool.fetchrow(
            "WITH made AS (INSERT INTO parked_event (topic, partition, log_offset, key, state, headers, value, reason)"
            " SELECT 't', 0, n, $1, 'dead', '[]', '', 'test' FROM generate_series(1, 4) n RETURNING id)"
            " SELECT min(id), min(id) + 1, min(id) + 2, min(id) + 3 FROM made",
            key,
        )
        async with sessions() as session, session.begin():
            await discard(session, third, "operations", "the third first")
        await told(client, third)
        async with sessions() as slow, slow.begin():
            await discard(slow, first, "operations", "begun before the next, over after it")
            async with sessions() as quick, quick.begin():
                await discard(quick, second, "operations", "over before the one that began before it")
            assert await settled(client, third) == []
        await told(client, third, first, second)
        async with sessions() as session, session.begin():
            await discard(session, fourth, "operations", "the last")
        await told(client, third, first, second, fourth)
        assert await settled(client, third) == [first, second, fourth]
        assert await settled(client, second) == [fourth]
        await check_pages(client, headers, f"{BASE}?settled=true", 4)


async def test_event_that_comes_twice_is_handled_once(app: FastAPI, wire: Wire, key: str) -> None:
    twice = new_id()
    await wire.note(key, 1, twice)
    await wire.note(key, 1, twice)
    await wire.note(key, 2)
    await become(seen, app, key, wanted=[1, 2])
    await wire.note(key, 1, twice)  # and long after
    await wire.note(key, 3)
    await become(seen, app, key, wanted=[1, 2, 3])


async def test_malformed_event_parks_its_key_and_nobody_else(
    app: FastAPI, wire: Wire, kafka_bootstrap: str, key: str, operate: Any
) -> None:
    before = await wire.note(key, 1)
    broken = await wire.broken(key)
    behind = [await wire.note(key, 2), await wire.note(key, 3)]
    other = new_id().hex
    await wire.note(other, 9)
    await become(set_aside, app, key, wanted=[("dead", broken), ("parked", behind[0]), ("parked", behind[1])])
    assert before < broken
    assert await seen(app, key) == [1]  # what came before it was not held
    assert await seen(app, other) == [9]

    async def letters() -> list[Any]:
        return await dead_letters(kafka_bootstrap, key)

    (letter,) = await eventually(letters)
    assert letter.value == b'{"key": 1}'
    refused = await operate(await parked_id(app, key), "replay", 409)
    assert refused["code"] == "event_not_replayable"
    assert "key" in refused["detail"]  # where it is malformed
    await operate(await parked_id(app, key), "discard")
    await become(seen, app, key, wanted=[1, 2, 3])
    assert await states(app, key) == ["discarded", "replayed", "replayed"]
    await wire.note(key, 4)
    await become(seen, app, key, wanted=[1, 2, 3, 4])


async def test_replay_after_the_fault_is_gone_keeps_the_order(
    app: FastAPI, wire: Wire, key: str, poison: set[int], operate: Any
) -> None:
    poison.add(20)
    for number in (10, 20, 30, 40):
        await wire.note(key, number)
    await become(states, app, key, wanted=["dead", "parked", "parked"])
    assert await seen(app, key) == [10]
    await operate(await parked_id(app, key), "replay", 409)
    assert await states(app, key) == ["dead", "parked", "parked"]
    poison.clear()
    assert await operate(await parked_id(app, key), "replay") == {"handled": 3}
    assert await seen(app, key) == [10, 20, 30, 40]
    by = await app.state.runtime.pool.fetch("SELECT settled_by FROM parked_event WHERE key = $1", key)
    assert [row["settled_by"] for row in by] == ["ministry"] * 3
    await wire.note(key, 50)
    await become(seen, app, key, wanted=[10, 20, 30, 40, 50])


async def test_replay_goes_as_far_as_it_can(app: FastAPI, wire: Wire, key: str, poison: set[int], operate: Any) -> None:
    poison |= {1, 3}
    for number in (1, 2, 3, 4):
        await wire.note(key, number)
    await become(states, app, key, wanted=["dead", "parked", "parked", "parked"])
    poison.discard(1)
    assert await operate(await parked_id(app, key, 2), "replay") == {"handled": 2}
    assert await seen(app, key) == [1, 2]
    assert await states(app, key) == ["replayed", "replayed", "dead", "parked"]
    poison.clear()
    assert await operate(await parked_id(app, key), "replay") == {"handled": 2}
    assert await seen(app, key) == [1, 2, 3, 4]


async def test_two_replays_of_a_key_do_not_wait_for_each_other(
    app: FastAPI, wire: Wire, key: str, poison: set[int], operate: Any
) -> None:
    poison.add(1)
    for number in (1, 2, 3):
        await wire.note(key, number)
    await become(states, app, key, wanted=["dead", "parked", "parked"])
    poison.clear()
    oldest, last = await parked_id(app, key), await parked_id(app, key, 2)
    async with app.state.runtime.pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM parked_event WHERE id = $1 FOR UPDATE", oldest)
        first = asyncio.create_task(operate(oldest, "replay"))
        await lock_awaited(other)
        second = asyncio.create_task(operate(last, "replay", 404))
        await asyncio.sleep(0.3)
    assert await first == {"handled": 3}
    await second  # nothing is left for it
    assert await seen(app, key) == [1, 2, 3]


async def test_one_behind_a_discarded_event_that_fails_too_is_set_aside_in_its_turn(
    app: FastAPI, wire: Wire, key: str, poison: set[int], operate: Any
) -> None:
    poison |= {1, 3}
    for number in (1, 2, 3, 4):
        await wire.note(key, number)
    await become(states, app, key, wanted=["dead", "parked", "parked", "parked"])
    await operate(await parked_id(app, key), "discard")
    await become(states, app, key, wanted=["discarded", "replayed", "dead", "parked"])
    assert await seen(app, key) == [2]
    other = new_id().hex
    await wire.note(other, 5)
    await become(seen, app, other, wanted=[5])  # the consumer is well


async def test_transient_failure_is_tried_again(app: FastAPI, wire: Wire, key: str, flaky: dict[int, int]) -> None:
    flaky[71] = 2  # one less than the attempts there are
    other = new_id().hex
    await wire.note(key, 71)
    await wire.note(key, 72)
    await wire.note(other, 73)
    await become(seen, app, key, wanted=[71, 72])
    await become(seen, app, other, wanted=[73])
    assert await states(app, key) == []


async def test_event_is_not_given_up_while_what_handles_it_is_busy(app: FastAPI, wire: Wire, key: str) -> None:
    app.state.runtime.state.busy[81] = 6  # twice the attempts an event has that fails by itself
    await wire.note(key, 81)
    await wire.note(key, 82)
    await become(seen, app, key, wanted=[81, 82])
    assert await states(app, key) == []


async def test_poison_in_a_large_batch_holds_only_its_key(app: FastAPI, wire: Wire, key: str, poison: set[int]) -> None:
    poison |= {1007, 1055}
    keys = [f"{key}-{number % 10}" for number in range(100)]
    for start in range(0, 100, 10):
        await asyncio.gather(*(wire.note(keys[number], 1000 + number) for number in range(start, start + 10)))
    for lane in range(10):
        numbers = [1000 + number for number in range(100) if number % 10 == lane]
        if lane == 7:
            numbers = []
        if lane == 5:
            numbers = [number for number in numbers if number < 1055]
        await become(seen, app, f"{key}-{lane}", wanted=numbers)
    await become(states, app, f"{key}-7", wanted=["dead"] + ["parked"] * 9)
    await become(states, app, f"{key}-5", wanted=["dead"] + ["parked"] * 4)


async def _sorted_seen(app: FastAPI, key: str) -> list[int]:
    return sorted(await seen(app, key))


GOOD = NoteKept(key="x", number=1).model_dump_json().encode()


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        (None, {}),
        (b"", {}),
        (b"\xff\xfe", {}),
        (b"[" * 100_000, {}),
        (b'{"key": "\\ud800", "number": 1}', {}),
        (GOOD, {"ce_id": "not a uuid"}),
        (GOOD, {"ce_id": "nul\x00"}),
        (GOOD, {"ce_id": None}),
        (GOOD, {"ce_time": "yesterday"}),
        (GOOD, {"ce_time": "2026-01-01T00:00:00"}),
        (GOOD, {"ce_type": ""}),
        (GOOD, {"ce_time": b"\xff\x00"}),
        (GOOD, {"ce_recordedtime": "\x00", "odd\x00name": "x"}),
    ],
)
async def test_hostile_record_is_set_aside_at_once(
    value: bytes | None, changed: dict[str, Any], app: FastAPI, wire: Wire, key: str
) -> None:
    headers: dict[str, Any] = envelope() | changed
    if changed.get("ce_type") == "":
        del headers["ce_type"]
    offset = await wire.put(key, value, headers)
    await wire.note(key, 2)
    await become(states, app, key, wanted=["dead", "parked"])
    assert (await set_aside(app, key))[0][1] == offset


async def test_hostile_key_is_stored_as_it_can_be(app: FastAPI, wire: Wire, key: str) -> None:
    await wire.put(key.encode() + b"\x00\xff", b"broken", envelope())
    await become(states, app, key + "\ufffd\ufffd", wanted=["dead"])


async def test_event_without_a_key_holds_nobody(app: FastAPI, wire: Wire, key: str) -> None:
    marked = new_id()
    await wire.broken(None, marked)
    await wire.note(key, 1)
    await become(seen, app, key, wanted=[1])

    async def dead() -> int:
        return len(await fetch(app, "SELECT 1 FROM parked_event WHERE event_id = $1 AND state = 'dead'", marked))

    await eventually(dead)
    await wire.broken(None, marked)  # published again
    await wire.note(key, 2)
    await become(seen, app, key, wanted=[1, 2])
    await asyncio.sleep(0.3)
    assert await dead() == 1


async def test_unknown_type_is_passed_over(app: FastAPI, wire: Wire, key: str) -> None:
    await wire.put(key, b"?", envelope(kind="eg.unicard.probe.Unheard.v9"))
    await wire.note(key, 1)
    await become(seen, app, key, wanted=[1])
    assert await states(app, key) == []


async def test_what_was_discarded_or_handled_is_not_set_aside_when_published_again(
    app: FastAPI, wire: Wire, key: str, poison: set[int], operate: Any
) -> None:
    good, bad, worse = new_id(), new_id(), new_id()
    poison.add(81)
    await wire.note(key, 80, good)
    await wire.note(key, 81, bad)
    await become(states, app, key, wanted=["dead"])
    for number, event_id in ((80, good), (81, bad)):  # the whole log once more, while the key is held
        await wire.note(key, number, event_id)
    await wire.note(key, 82)
    await become(states, app, key, wanted=["dead", "parked"])
    await operate(await parked_id(app, key), "discard")
    await become(seen, app, key, wanted=[80, 82])
    await wire.note(key, 81, bad)
    await wire.broken(key, worse)
    await become(states, app, key, wanted=["discarded", "replayed", "dead"])
    await operate(await parked_id(app, key), "discard")
    await wire.broken(key, worse)
    await wire.note(key, 83)
    await become(seen, app, key, wanted=[80, 82, 83])


async def test_two_processes_share_the_work_and_double_nothing(
    make_app: MakeApp, wire: Wire, key: str, kafka_bootstrap: str
) -> None:
    one = await make_app()
    two = await make_app(one.state.settings.database_url)
    keys = [f"{key}-{lane}" for lane in range(12)]

    async def put(number: int) -> None:
        await wire.note(keys[number % 12], number)

    async with running(one):
        await asyncio.gather(*(put(number) for number in range(240)))
        async with running(two):  # a rebalance with work at hand
            for start in range(240, 480, 24):
                await asyncio.gather(*(put(number) for number in range(start, start + 24)))
                await asyncio.sleep(0.1)
        # and another one
        await asyncio.gather(*(put(number) for number in range(480, 720)))
        for lane in range(12):
            wanted = [number for number in range(720) if number % 12 == lane]
            await become(_sorted_seen, one, keys[lane], wanted=wanted)


async def test_events_set_aside_are_listed_page_by_page_without_their_contents(
    app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer, wire: Wire, key: str
) -> None:
    await wire.broken(key)
    await wire.note(key, 1)
    await wire.note(key, 2)
    await become(states, app, key, wanted=["dead", "parked", "parked"])
    headers = issuer.headers(scopes="operations:read")
    listed: list[dict[str, Any]] = []
    after = 0
    while after is not None:
        page = (await client.get(f"{BASE}?after={after}&limit=2", headers=headers)).json()
        assert len(page["items"]) <= 2
        listed += page["items"]
        after = page["next"]
    mine = [item for item in listed if item["key"] == key]
    assert [item["state"] for item in mine] == ["dead", "parked", "parked"]
    assert mine[0]["reason"].startswith("malformed: ")
    assert mine[0]["type"] == NoteKept.event_type()
    assert "value" not in mine[0]
    assert sorted(item["id"] for item in listed) == [item["id"] for item in listed]


async def test_operations_need_their_scope_and_an_event_that_is_there(
    client: httpx.AsyncClient, issuer: TestIssuer, operate: Any
) -> None:
    await operate(2**62, "replay", 404)
    await operate(0, "replay", 422)
    with pytest.raises(NotFound):
        await operate(2**62, "discard")
    for scopes in ("operations:read", "messages:report"):
        reply = await client.post(f"{BASE}/1/replay", headers=issuer.headers(scopes=scopes))
        assert reply.status_code == 403
    assert (await client.get(BASE, headers=issuer.headers(scopes="messages:report"))).status_code == 403
