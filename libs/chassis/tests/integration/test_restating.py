"""State told again: every row once, also where the teller dies; slowly; and never an older fact over a newer one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.edge import App
from chassis.ids import new_id
from chassis.restating import models, orders
from chassis.restating.ddl import lacking
from chassis.restating.teller import Restatement, Teller
from chassis.runtime import Runtime
from chassis.testing import TestIssuer, eventually, execute_as_owner, running

from ..probe_service import NOTES, Faults, NoteKept, NoteRestated, notes_again
from .conftest import MakeApp
from .support import Wire, connected, emit, envelope, fetch, ready, seen, states

PATH = "/v1/operations/probe/restatements"
ROWS = 57


@pytest.fixture
async def keeper(make_app: MakeApp) -> AsyncIterator[App]:
    """A probe that keeps notes and has no worker of its own: a test tells again chunk by chunk."""
    app = await make_app(role="api", restate_batch=10, restate_rows_per_second=1_000_000)
    async with running(app):
        yield app


async def notes(app: App, count: int = ROWS) -> list[UUID]:
    """Notes in the table, as of before anybody heard of them."""
    ids = sorted(new_id() for _ in range(count))
    await app.state.runtime.pool.executemany("INSERT INTO note VALUES ($1, $2)", [(one, f"{one}") for one in ids])
    return ids


async def order(app: App, subject: str = NoteRestated.SUBJECT) -> UUID:
    """Order it as a reader does."""
    async with app.state.runtime.sessions() as session, session.begin():
        return (await orders.order(session, subject, "a test", "because")).restatement_id


async def told(app: App) -> list[tuple[str, str]]:
    """Key and text of every snapshot in the outbox, in order."""
    rows = await fetch(app, "SELECT payload FROM outbox WHERE type = $1 ORDER BY id", NoteRestated.event_type())
    found = [NoteRestated.model_validate_json(row["payload"]) for row in rows]
    return [(one.key, one.text) for one in found]


async def publish_all(app: App) -> None:
    """What the relay does, as far as the teller looks at it."""
    await app.state.runtime.pool.execute("UPDATE outbox_cursor SET id = (SELECT coalesce(max(id), 0) FROM outbox)")


async def tell_all(app: App, teller: Teller[Runtime[Faults]], most: int = 1000) -> None:
    """Chunk by chunk, everything published in between."""
    for _ in range(most):
        await publish_all(app)
        if await teller.run(app.state.runtime) is None:
            return
    raise AssertionError("there is no end of it")


async def test_every_row_is_told_once_and_counted(keeper: App) -> None:
    ids, ordered = await notes(keeper), await order(keeper)
    assert await order(keeper) == ordered, "one that waits is enough"
    await tell_all(keeper, Teller([NOTES]))
    assert await told(keeper) == [(str(one), str(one)) for one in ids]
    (row,) = await fetch(keeper, "SELECT state, told, expected FROM restatement")
    assert tuple(row) == ("done", ROWS, ROWS)
    (end,) = await fetch(keeper, "SELECT payload FROM outbox WHERE type LIKE '%.RestatementEnded.%'")
    assert f'"told":{ROWS}'.encode() in end["payload"]


async def test_what_nobody_can_tell_is_dropped_and_holds_up_nothing(keeper: App) -> None:
    await notes(keeper, 3)
    await order(keeper, "nothing")
    await order(keeper)
    await tell_all(keeper, Teller([NOTES]))
    rows = await fetch(keeper, "SELECT subject, state FROM restatement ORDER BY ordered_at")
    assert [tuple(row) for row in rows] == [("nothing", "dropped"), ("notes", "done")]


async def test_a_teller_that_dies_in_any_chunk_tells_each_row_once(keeper: App) -> None:
    ids, calls = await notes(keeper), Counter[str]()

    async def dying(
        session: AsyncSession, runtime: Runtime[Faults], keys: Sequence[UUID], restatement_id: UUID
    ) -> Sequence[NoteRestated]:
        calls["chunks"] += 1
        found = await notes_again(session, runtime, keys, restatement_id)
        if calls["chunks"] % 2:
            await emit(await (await session.connection()).get_raw_connection(), "of the dead")
            raise asyncio.CancelledError
        return found

    await order(keeper)
    failing: Restatement[Runtime[Faults]] = replace(NOTES, events=dying)
    for _ in range(100):
        await publish_all(keeper)
        try:
            if await Teller([failing]).run(keeper.state.runtime) is None:
                break
        except asyncio.CancelledError:
            continue
    assert await told(keeper) == [(str(one), str(one)) for one in ids]


async def test_a_row_that_somebody_changes_is_told_after_that(keeper: App) -> None:
    ids, teller = await notes(keeper, 5), Teller([NOTES])
    await order(keeper)
    async with connected(keeper) as other:
        change = other.transaction()
        await change.start()
        await other.execute("UPDATE note SET text = 'newer' WHERE id = $1", ids[2])
        for _ in range(3):  # it never waits for the other's lock, which would hold up whoever comes after
            await asyncio.wait_for(teller.run(keeper.state.runtime), 10)
        assert [key for key, _ in await told(keeper)] == [str(one) for one in ids[:2]]
        await emit(other, str(ids[2]), 7)
        await change.commit()
    await tell_all(keeper, teller)
    assert dict(await told(keeper))[str(ids[2])] == "newer"
    assert len(await told(keeper)) == 5
    kinds = [
        row["type"] for row in await fetch(keeper, "SELECT type FROM outbox WHERE key = $1 ORDER BY id", str(ids[2]))
    ]
    assert kinds == [NoteKept.event_type(), NoteRestated.event_type()], "the change first, then the state after it"


async def test_what_is_told_as_it_happens_waits_behind_two_chunks_at_most(keeper: App) -> None:
    await notes(keeper, 500)
    await order(keeper)
    teller, runtime = Teller([NOTES]), keeper.state.runtime
    for _ in range(50):  # the broker is away: nothing is published
        await teller.run(runtime)
    assert len(await told(keeper)) <= 2 * runtime.settings.restate_batch
    async with connected(keeper) as other:
        await emit(other, "urgent", 1)
    (row,) = await fetch(
        keeper, "SELECT count(*) AS before FROM outbox WHERE id < (SELECT id FROM outbox WHERE key = 'urgent')"
    )
    assert row["before"] <= 2 * runtime.settings.restate_batch


async def test_it_is_as_slow_as_the_setting_says(make_app: MakeApp) -> None:
    app = await make_app(role="api", restate_batch=10, restate_rows_per_second=5)
    async with running(app):
        await notes(app, 10)
        await order(app)
        pause = await Teller([NOTES]).run(app.state.runtime)
    assert pause is not None
    assert 0 < pause <= 2


async def test_operators_order_it_and_see_how_far_it_is(make_app: MakeApp, issuer: TestIssuer) -> None:
    app = await make_app(restate_batch=10)
    async with running(app) as client:
        await eventually(lambda: ready(client), seconds=30)
        ids = await notes(app, 23)
        given = {"subject": "notes", "reason": "a fact is new"}
        headers = issuer.headers(subject="operator", scopes="operations:write")
        made = await client.post(PATH, json=given, headers=headers)
        assert made.status_code == 202, made.text
        assert made.json() | {"ordered_by": "operator", "reason": "a fact is new"} == made.json()
        strange = await client.post(
            PATH, json={**given, "subject": "strange"}, headers=issuer.headers(scopes="operations:write")
        )
        assert (strange.status_code, strange.json()["code"]) == (404, "subject_unknown")
        bound = issuer.headers(scopes="operations:write", governorate="03")
        assert (await client.post(PATH, json=given, headers=bound)).status_code == 403
        await eventually(lambda: complete(client, issuer, 23), seconds=30)
        for one in ids:
            assert await seen(app, str(one)) == [0]
        records = await fetch(app, "SELECT who FROM record WHERE operation LIKE '%restatements'")
        assert "operator" in [record["who"] for record in records]


async def complete(client: httpx.AsyncClient, issuer: TestIssuer, rows: int) -> bool:
    """Whether the latest order is done, and its rows were heard."""
    reply = await client.get(PATH, headers=issuer.headers(scopes="operations:read"))
    (latest,) = reply.json()["orders"]
    runtime: Any = client._transport.app.state.runtime  # type: ignore[attr-defined]
    heard = await runtime.pool.fetchrow("SELECT heard, told FROM restatement_heard")
    return latest["state"] == "done" and heard is not None and tuple(heard) == (rows, rows)


async def test_a_read_model_that_lacks_a_fact_asks_and_is_complete_when_all_was_heard(make_app: MakeApp) -> None:
    app = await make_app(restate_batch=10)
    url = app.state.settings.database_url
    await execute_as_owner(url, lacking("notes", 1, "a fact", "true"), lacking("other", 1, "another", "true"))
    async with running(app) as client:
        await notes(app, 31)
        await eventually(lambda: ready(client), seconds=30)

        async def done() -> bool:
            async with app.state.runtime.sessions() as session:
                found = {one.subject: one for one in await models.states(session)}
            return found["notes"].complete_at is not None and found["other"].complete_at is None

        await eventually(done, seconds=60)
        text = (await client.get("/metrics")).text
        await eventually(lambda: shown(client), seconds=30)
    assert "unicard_restatement_told_rows" in text
    (row,) = await fetch_at(url, "SELECT ordered_by, reason FROM restatement")
    assert tuple(row) == ("probe-service", "a fact")


async def shown(client: httpx.AsyncClient) -> bool:
    """Whether the metric says what is complete and what is not."""
    text = (await client.get("/metrics")).text
    return all(
        f'unicard_read_model_incomplete{{subject="{subject}"}} {value}' in text
        for subject, value in (("notes", "0.0"), ("other", "1.0"))
    )


async def fetch_at(url: str, statement: str) -> list[asyncpg.Record]:
    """Rows of a database whose service is not running."""
    connection = await asyncpg.connect(url)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(statement)
        return rows
    finally:
        await connection.close()


async def test_a_copy_is_not_complete_by_what_an_older_version_heard(make_app: MakeApp) -> None:
    app = await make_app(role="api")
    await execute_as_owner(app.state.settings.database_url, lacking("notes", 2, "a newer fact", "true"))
    async with running(app):
        runtime = app.state.runtime
        for edition, heard in ((1, 10), (2, 9)):
            await runtime.pool.execute(
                "INSERT INTO restatement_heard (restatement_id, edition, subject, heard, told)"
                " VALUES ($1, $2, 'notes', $3, 10)",
                *(new_id(), edition, heard),
            )
        await models.keep(runtime)
        async with runtime.sessions() as session:
            assert [one.complete_at for one in await models.states(session)] == [None]
        await runtime.pool.execute("UPDATE restatement_heard SET heard = 10 WHERE edition = 2")
        await models.keep(runtime)
        async with runtime.sessions() as session:
            (found,) = await models.states(session)
        assert found.complete_at is not None


async def test_a_late_or_doubled_snapshot_leaves_newer_facts_alone(
    app: App, client: httpx.AsyncClient, wire: Wire, key: str
) -> None:
    restatement_id = new_id()
    snapshot = NoteRestated(restatement_id=restatement_id, key=key, text="x").model_dump_json().encode()
    note = NoteKept(key=key, number=5).model_dump_json().encode()

    async def put(position: int, value: bytes, kind: str) -> None:
        await wire.put(key, value, envelope(kind=kind, ce_sequence=str(position)))

    await put(10, snapshot, NoteRestated.event_type())
    await put(12, note, NoteKept.event_type())
    await put(10, snapshot, NoteRestated.event_type())  # again, under another id
    await put(11, snapshot, NoteRestated.event_type())  # late
    await put(13, snapshot, NoteRestated.event_type())  # newer
    await put(14, NoteKept(key=key, number=6).model_dump_json().encode(), NoteKept.event_type())

    async def all_heard() -> bool:
        return (await seen(app, key))[-1:] == [6]

    await eventually(all_heard, seconds=30)
    assert await seen(app, key) == [0, 5, 0, 6]
    (row,) = await fetch(app, "SELECT heard FROM restatement_heard WHERE restatement_id = $1", restatement_id)
    assert row["heard"] == 2, "what was left out is not counted as heard"


async def test_a_snapshot_without_its_place_is_set_aside(
    app: App, client: httpx.AsyncClient, wire: Wire, key: str
) -> None:
    value = NoteRestated(restatement_id=new_id(), key=key, text="x").model_dump_json().encode()
    await wire.put(key, value, envelope(kind=NoteRestated.event_type()))

    async def aside() -> bool:
        return await states(app, key) == ["dead"]

    await eventually(aside, seconds=30)
    assert await seen(app, key) == []
