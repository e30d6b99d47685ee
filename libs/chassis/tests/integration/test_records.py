"""The record of who has seen or changed what: a row by request, chained, and every change of it found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from pydantic import BaseModel
from sqlalchemy import text

from chassis import app as chassis_app
from chassis import audit
from chassis.auth import Caller
from chassis.db import Reading, Recording, Work
from chassis.edge import App
from chassis.ids import new_id
from chassis.metrics import BACKGROUND
from chassis.personal import Personal, Whose
from chassis.problems import NotFound
from chassis.records import APPEND_ONLY, months, verify
from chassis.records.acts import Rows
from chassis.records.chain import chain_key
from chassis.routing import router
from chassis.runtime import Resources
from chassis.testing import MakeDatabase, TestIssuer, connected_as_owner, eventually, execute_as_owner, running
from contracts.scopes import Scope

from ..probe_service import MIGRATIONS, ProbeSettings, lifespan

HOUSEHOLD, HEAD, CHILD = new_id(), new_id(), new_id()


class Person(BaseModel):
    """Somebody of a household."""

    citizen_id: Annotated[UUID, Whose.CITIZEN]
    name: Annotated[str, Personal.IDENTITY]


class Family(BaseModel):
    """A household."""

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    members: list[Person]


class Note(BaseModel):
    """What is kept."""

    citizen_id: Annotated[UUID, Whose.CITIZEN]
    text: Annotated[str, Personal.MESSAGES]
    purpose: str | None = None


routes = router()
PEOPLE = {HEAD: "Head", CHILD: "Child"}


@routes.get("/v1/people/{citizen_id}", scopes=Scope.CITIZENS_READ, purpose="looking")
async def read(citizen_id: UUID, caller: Caller, session: Reading) -> Person:
    if citizen_id not in PEOPLE:
        raise NotFound()
    return Person(citizen_id=citizen_id, name=PEOPLE[citizen_id])


@routes.get("/v1/families/{household_id}", scopes=Scope.CITIZENS_READ)
async def family(household_id: UUID, caller: Caller, session: Recording) -> Family:
    members = [Person(citizen_id=one, name=name) for one, name in PEOPLE.items()]
    return Family(household_id=household_id, members=members)


@routes.post("/v1/people/search", scopes=Scope.CITIZENS_READ)
async def search(note: Note, caller: Caller) -> list[Person]:
    return []


@routes.put("/v1/texts/{id}", scopes=Scope.CITIZENS_WRITE, rows=Rows("note", "id"))
async def put(id: UUID, note: Note, session: Work) -> Note:
    await session.execute(
        text("INSERT INTO note (id, text) VALUES (:id, :text) ON CONFLICT (id) DO UPDATE SET text = excluded.text"),
        {"id": id, "text": note.text},
    )
    if note.text == "fail":
        raise RuntimeError("after the change")
    return note


@routes.get("/v1/nobody", scopes=Scope.CITIZENS_READ)
async def nobody(session: Reading) -> int:
    return 1


@pytest.fixture(scope="module")
async def app(make_database: MakeDatabase, kafka_bootstrap: str, issuer: TestIssuer) -> App:
    settings = ProbeSettings(
        database_url=await make_database(MIGRATIONS), kafka_bootstrap=kafka_bootstrap, jwks=issuer.jwks
    )
    service = chassis_app.Service(name="probe", title="Probe", settings=settings, lifespan=lifespan, routers=[routes])
    return chassis_app.create_app(service)


@pytest.fixture(scope="module")
async def client(app: App) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app) as client:
        yield client


@pytest.fixture
def runtime(app: App, client: httpx.AsyncClient) -> Resources:
    found: Resources = app.state.runtime
    return found


async def _of(runtime: Resources, who: str) -> list[asyncpg.Record]:
    found: list[asyncpg.Record] = await runtime.pool.fetch(
        "SELECT * FROM record WHERE who = $1 ORDER BY record_id", who
    )
    return found


async def test_a_reading_leaves_one_record_of_whom_it_showed(
    client: httpx.AsyncClient, runtime: Resources, issuer: TestIssuer
) -> None:
    who = f"person:{new_id()}"
    said = {"Purpose": "شكوى المواطن".encode(), "Case-Number": b"2026/17", "X-Request-Id": b"chosen-by-caller"}
    headers = issuer.person("citizens:read", person_id=UUID(who[7:]), authority="moss", roles=["registry.clerk"])
    sent: Any = {
        **{name.encode(): value.encode() for name, value in headers.items()},
        **{k.encode(): v for k, v in said.items()},
    }
    reply = await client.get(f"/v1/people/{HEAD}", headers=sent)
    assert reply.status_code == 200, reply.text
    (record,) = await _of(runtime, who)
    assert {name: record[name] for name in ("kind", "through", "office", "roles", "purpose", "case_number")} == {
        "kind": "person",
        "through": "console",
        "office": "moss",
        "roles": "registry.clerk",
        "purpose": "شكوى المواطن",
        "case_number": "2026/17",
    }
    assert (record["operation"], record["action"], record["outcome"]) == ("GET /v1/people/{citizen_id}", "read", "done")
    assert (record["citizen_id"], record["classes"], record["object_kind"]) == (HEAD, "identity", "people")
    assert record["session"]
    assert "chosen" not in str(dict(record))


async def test_a_list_leaves_one_of_each_and_a_miss_one_too(
    client: httpx.AsyncClient, runtime: Resources, issuer: TestIssuer
) -> None:
    headers = issuer.headers("lister", "citizens:read")
    await client.get(f"/v1/families/{HOUSEHOLD}", headers=headers)
    assert {(one["citizen_id"], one["household_id"]) for one in await _of(runtime, "lister")} == {
        (HEAD, HOUSEHOLD),
        (CHILD, HOUSEHOLD),
    }
    missed = issuer.headers("misser", "citizens:read")
    stranger = new_id()
    assert (await client.get(f"/v1/people/{stranger}", headers=missed)).status_code == 404
    sought = {"citizen_id": str(HEAD), "text": "x", "purpose": "a check"}
    assert (await client.post("/v1/people/search", headers=missed, json=sought)).json() == []
    first, second = await _of(runtime, "misser")
    assert (first["outcome"], first["citizen_id"], first["purpose"]) == ("not_found", stranger, "looking")
    assert (second["citizen_id"], second["purpose"]) == (HEAD, "a check")
    assert (await client.get(f"/v1/people/{HEAD}", headers=issuer.headers("weak", "cards:read"))).status_code == 403
    assert [one["outcome"] for one in await _of(runtime, "weak")] == []
    await client.get("/v1/nobody", headers=issuer.headers("nobody", "citizens:read"))
    assert await _of(runtime, "nobody") == []


async def test_a_change_keeps_old_and_new_values_sealed_under_the_persons_key(
    client: httpx.AsyncClient, runtime: Resources, issuer: TestIssuer
) -> None:
    note, citizen = new_id(), new_id()

    async def put(words: str) -> httpx.Response:
        given = {"citizen_id": str(citizen), "text": words}
        return await client.put(f"/v1/texts/{note}", headers=issuer.headers("changer", "citizens:write"), json=given)

    for words in ("first", "second"):
        assert (await put(words)).status_code == 200
    assert (await put("fail")).status_code == 500
    made, changed = await _of(runtime, "changer")
    keys = runtime.records.keys
    assert b"second" not in changed["after"]
    assert await keys.open(runtime.pool, citizen, made["before"]) is None
    assert await keys.open(runtime.pool, citizen, made["after"]) == {"id": str(note), "text": "first"}
    assert await keys.open(runtime.pool, citizen, changed["before"]) == {"text": "first"}
    assert await keys.open(runtime.pool, citizen, changed["after"]) == {"text": "second"}
    await keys.destroy(runtime.pool, citizen)
    assert await keys.open(runtime.pool, citizen, changed["after"]) is None
    await _chained(runtime)
    assert (await verify.verify(runtime.pool, chain_key(runtime))).faults == []


async def test_a_purpose_that_is_none_is_refused(client: httpx.AsyncClient, issuer: TestIssuer) -> None:
    for name, value in {"Purpose": b"\xff", "Case-Number": b"a b"}.items():
        headers: Any = {**issuer.headers("odd", "citizens:read"), name: value}
        reply = await client.get(f"/v1/people/{HEAD}", headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE record SET purpose = 'another' WHERE record_id = $1",
        "DELETE FROM record WHERE record_id = $1",
        "UPDATE record_link SET mac = decode(repeat('00', 32), 'hex') WHERE record_id = $1",
        "DELETE FROM record_link WHERE record_id = $1",
    ],
)
async def test_what_the_owner_changes_is_found(
    client: httpx.AsyncClient, runtime: Resources, issuer: TestIssuer, attack: str
) -> None:
    for _ in range(3):
        await client.get(f"/v1/people/{HEAD}", headers=issuer.headers("seen", "citizens:read"))
    await _chained(runtime)
    key = chain_key(runtime)
    assert (await verify.verify(runtime.pool, key, rows=2)).faults == []
    record_id = (await _of(runtime, "seen"))[-2]["record_id"]
    async with connected_as_owner(runtime.settings.database_url) as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(attack, record_id)
        assert (await verify.verify(connection, key)).faults
        await transaction.rollback()
    assert (await verify.verify(runtime.pool, key)).faults == []


async def test_the_job_finds_it_and_an_end_cut_off_too(
    client: httpx.AsyncClient, runtime: Resources, issuer: TestIssuer
) -> None:
    await client.get(f"/v1/people/{HEAD}", headers=issuer.headers("walked", "citizens:read"))
    await _chained(runtime)
    key = chain_key(runtime)
    whole = await verify.verify(runtime.pool, key)
    async with connected_as_owner(runtime.settings.database_url) as connection:
        transaction = connection.transaction()
        await transaction.start()
        (last,) = await connection.fetch("SELECT * FROM record_link ORDER BY month DESC, position DESC LIMIT 1")
        await connection.execute("DELETE FROM record_link WHERE record_id = $1", last["record_id"])
        await connection.execute("DELETE FROM record WHERE record_id = $1", last["record_id"])
        cut = await verify.verify(connection, key)
        assert cut.faults == []  # by itself it looks whole
        verify.compare(cut, whole.heads)
        assert [fault.what for fault in cut.faults] == ["the chain ends before a head that was told"]
        await transaction.rollback()
    await execute_as_owner(runtime.settings.database_url, "UPDATE record SET who = 'walker' WHERE who = 'walked'")
    try:
        await eventually(_broken, seconds=20)
    finally:
        await execute_as_owner(runtime.settings.database_url, "UPDATE record SET who = 'walked' WHERE who = 'walker'")


async def test_a_month_is_closed_with_its_head(
    runtime: Resources, client: httpx.AsyncClient, issuer: TestIssuer
) -> None:
    await client.get(f"/v1/people/{HEAD}", headers=issuer.headers("closing", "citizens:read"))
    await _chained(runtime)
    today = datetime.now(UTC).date()
    held = {
        row["place"]
        for row in await runtime.pool.fetch("SELECT DISTINCT tableoid::regclass::text AS place FROM record")
    }
    assert held <= {f"record_{today:%Y%m}", "record_rest"}
    later = months.months_before(today.replace(day=1), -2)
    async with connected_as_owner(runtime.settings.database_url) as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(months._CLOSE, later, datetime(later.year, later.month, 1, tzinfo=UTC))
        closed = await connection.fetchrow("SELECT * FROM record_head")
        walk = await verify.verify(connection, chain_key(runtime))
        assert closed is not None
        assert (closed["position"], bytes(closed["mac"])) == walk.heads[closed["month"]]
        await connection.execute("DELETE FROM record_link")
        await connection.execute("DELETE FROM record")
        gone = await verify.verify(connection, chain_key(runtime))
        assert (gone.faults, gone.heads) == ([], walk.heads)
        await transaction.rollback()
    for month in (today.replace(day=1), months.months_before(today.replace(day=1), 11)):
        with pytest.raises(asyncpg.InvalidParameterValueError):
            await runtime.pool.fetchval("SELECT drop_record_partitions($1)", month)


async def _broken() -> bool:
    return bool(BACKGROUND.get_sample_value("unicard_records_broken"))


async def _chained(runtime: Resources) -> None:
    async def nothing_waits() -> bool:
        return not await runtime.pool.fetchval("SELECT count(*) FROM record_pending")

    await eventually(nothing_waits, seconds=10)


async def test_heads_kept_elsewhere_show_what_was_cut_off_and_chained_anew(
    client: httpx.AsyncClient, runtime: Resources, issuer: TestIssuer
) -> None:
    for _ in range(3):
        await client.get(f"/v1/people/{HEAD}", headers=issuer.headers("kept", "citizens:read"))
    await _chained(runtime)
    key = chain_key(runtime)
    async with connected_as_owner(runtime.settings.database_url) as connection:
        kept = await audit.export(connection)
        assert (await audit.check(connection, key, kept)).faults == []
        transaction = connection.transaction()
        await transaction.start()
        (last,) = await connection.fetch("SELECT * FROM record_link ORDER BY month DESC, position DESC LIMIT 1")
        await connection.execute("DELETE FROM record_link WHERE record_id = $1", last["record_id"])
        await connection.execute("DELETE FROM record WHERE record_id = $1", last["record_id"])
        assert (await audit.check(connection, key, [])).faults == []
        assert [one.what for one in (await audit.check(connection, key, kept)).faults] == [
            "the chain ends before a head that was told"
        ]
        await transaction.rollback()


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_the_services_own_role_changes_no_record(
    client: httpx.AsyncClient, runtime: Resources, table: str
) -> None:
    partitions = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = $1::text::regclass"
    column = "who" if table == "record" else "month"
    for name in (table, *(row[0] for row in await runtime.pool.fetch(partitions, table))):
        for attack in (f"DELETE FROM {name}", f"UPDATE {name} SET {column} = {column}", f"TRUNCATE {name}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await runtime.pool.execute(attack)
