"""Restriction of processing: a person's data are held, and not used but where the law wants it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from pydantic import BaseModel
from sqlalchemy import text

from chassis import app as chassis_app
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.edge import App
from chassis.ids import new_id
from chassis.personal import Personal, Whose
from chassis.routing import router
from chassis.runtime import Resources
from chassis.testing import MakeDatabase, TestIssuer, execute_as_owner, running
from contracts.scopes import Scope

from ..probe_service import MIGRATIONS, ProbeSettings, lifespan

FREE, BY_CARD, CARD = new_id(), new_id(), new_id()


class Person(BaseModel):
    """Somebody."""

    citizen_id: Annotated[UUID, Whose.CITIZEN]
    name: Annotated[str, Personal.IDENTITY]


class Balance(BaseModel):
    """What belongs to a card; whose it is, is not said."""

    card_id: Annotated[UUID, Whose.CARD]
    left: Annotated[int, Personal.RATIONS]


routes = router()


@routes.get("/v1/people/{citizen_id}", scopes=Scope.CITIZENS_READ)
async def read(citizen_id: UUID, caller: Caller, session: Reading) -> Person:
    return Person(citizen_id=citizen_id, name="Mona")


@routes.get("/v1/people", scopes=Scope.CITIZENS_READ)
async def listed(one: UUID, caller: Caller, session: Reading) -> list[Person]:
    return [Person(citizen_id=each, name="Mona") for each in (FREE, one)]


@routes.get("/v1/balances/{card_id}", scopes=Scope.CITIZENS_READ)
async def balance(card_id: UUID, caller: Caller, session: Reading) -> Balance:
    return Balance(card_id=card_id, left=5)


@routes.get("/v1/people/{citizen_id}/rights", scopes=Scope.CITIZENS_READ, despite_restriction="it is a right")
async def rights(citizen_id: UUID, caller: Caller, session: Reading) -> Person:
    return Person(citizen_id=citizen_id, name="Mona")


@routes.put("/v1/people/{citizen_id}", scopes=Scope.CITIZENS_WRITE)
async def change(citizen_id: UUID, session: Work, caller: Caller) -> Person:
    await session.execute(
        text("INSERT INTO note (id, text) VALUES (:id, :text)"), {"id": citizen_id, "text": str(citizen_id)}
    )
    return Person(citizen_id=citizen_id, name="Mona")


@pytest.fixture(scope="module")
async def app(make_database: MakeDatabase, kafka_bootstrap: str, issuer: TestIssuer) -> App:
    url = await make_database(MIGRATIONS)
    await execute_as_owner(
        url,
        "CREATE TABLE holder (card_id uuid PRIMARY KEY, citizen_id uuid)",
        f"INSERT INTO holder VALUES ('{CARD}', '{BY_CARD}')",
        "GRANT SELECT ON holder TO unicard_test",
    )
    settings = ProbeSettings(database_url=url, kafka_bootstrap=kafka_bootstrap, jwks=issuer.jwks)
    service = chassis_app.Service(
        name="probe", title="Probe", settings=settings, lifespan=lifespan, routers=[routes], holders="holder"
    )
    return chassis_app.create_app(service)


@pytest.fixture(scope="module")
async def client(app: App) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app) as client:
        yield client


@pytest.fixture
def runtime(app: App, client: httpx.AsyncClient) -> Resources:
    found: Resources = app.state.runtime
    return found


async def restrict(runtime: Resources, citizen: UUID, **changed: Any) -> UUID:
    given: dict[str, Any] = {"starts_on": date(2020, 1, 1), "ends_on": None, "lifted_at": None}
    given |= changed
    await runtime.pool.execute(
        "INSERT INTO restriction (restriction_id, citizen_id, ground, starts_on, ends_on, lifted_at)"
        " VALUES ($1, $2, 'accuracy', $3, $4, $5)",
        new_id(),
        citizen,
        given["starts_on"],
        given["ends_on"],
        given["lifted_at"],
    )
    return citizen


async def test_who_reads_says_what_for_and_for_which_case(
    client: httpx.AsyncClient, runtime: Resources, issuer: TestIssuer
) -> None:
    citizen = await restrict(runtime, new_id())
    headers = issuer.headers("reader", "citizens:read")
    for path in (f"/v1/people/{citizen}", f"/v1/people?one={citizen}"):
        refused = await client.get(path, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "processing_restricted")
        assert "Mona" not in refused.text
        half = await client.get(path, headers={**headers, "Purpose": "a check"})
        assert half.status_code == 403
        said = await client.get(path, headers={**headers, "Purpose": "a court case", "Case-Number": "2026/77"})
        assert said.status_code == 200
    rows = await runtime.pool.fetch(
        "SELECT outcome, purpose, case_number FROM record WHERE who = 'reader' AND citizen_id = $1 ORDER BY record_id",
        citizen,
    )
    assert [row["outcome"] for row in rows][:3] == ["processing_restricted", "processing_restricted", "done"]
    assert (rows[2]["purpose"], rows[2]["case_number"]) == ("a court case", "2026/77")


async def test_what_is_known_by_the_card_alone_is_the_holders(
    client: httpx.AsyncClient, runtime: Resources, issuer: TestIssuer
) -> None:
    await restrict(runtime, BY_CARD)
    headers = issuer.headers("reader", "citizens:read")
    assert (await client.get(f"/v1/balances/{CARD}", headers=headers)).status_code == 403
    assert (await client.get(f"/v1/balances/{new_id()}", headers=headers)).status_code == 200


async def test_terminals_citizens_and_rights_go_on(
    client: httpx.AsyncClient, runtime: Resources, issuer: TestIssuer
) -> None:
    citizen = await restrict(runtime, new_id())
    path = f"/v1/people/{citizen}"
    for headers in (issuer.headers(str(new_id()), "citizens:read", kind="terminal", outlet_id=new_id()),):
        assert (await client.get(path, headers=headers)).status_code == 200
    worker = issuer.headers("reader", "citizens:read")
    assert (await client.get(f"{path}/rights", headers=worker)).status_code == 200
    assert (await client.get(f"/v1/people/{FREE}", headers=worker)).status_code == 200


@pytest.mark.parametrize("over", ["begins tomorrow", "ended today", "lifted"])
async def test_what_is_not_in_force_stops_nobody(
    client: httpx.AsyncClient, runtime: Resources, issuer: TestIssuer, over: str
) -> None:
    today = runtime.clock.today()
    times: dict[str, dict[str, Any]] = {
        "begins tomorrow": {"starts_on": today + timedelta(days=1)},
        "ended today": {"ends_on": today},
        "lifted": {"lifted_at": runtime.clock.now()},
    }
    citizen = await restrict(runtime, new_id(), **times[over])
    reply = await client.get(f"/v1/people/{citizen}", headers=issuer.headers("reader", "citizens:read"))
    assert reply.status_code == 200


async def test_a_change_is_undone(client: httpx.AsyncClient, runtime: Resources, issuer: TestIssuer) -> None:
    citizen = await restrict(runtime, new_id())
    headers = issuer.headers("changer", "citizens:write")
    refused = await client.put(f"/v1/people/{citizen}", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "processing_restricted")
    assert await runtime.pool.fetchval("SELECT count(*) FROM note WHERE id = $1", citizen) == 0
    (row,) = await runtime.pool.fetch("SELECT outcome FROM record WHERE citizen_id = $1", citizen)
    assert row["outcome"] == "processing_restricted"
    said = {**headers, "Purpose": "the citizen asks for it", "Case-Number": "2026/78"}
    assert (await client.put(f"/v1/people/{citizen}", headers=said)).status_code == 200
    assert await runtime.pool.fetchval("SELECT count(*) FROM note WHERE id = $1", citizen) == 1


async def test_the_service_cannot_forget_a_restriction_nor_rewrite_what_it_has_erased(runtime: Resources) -> None:
    rights = await runtime.pool.fetchrow(
        "SELECT has_table_privilege('restriction', 'DELETE') AS forget,"
        " has_table_privilege('erased_person', 'UPDATE, DELETE') AS rewrite"
    )
    assert rights is not None
    assert dict(rights) == {"forget": False, "rewrite": False}
