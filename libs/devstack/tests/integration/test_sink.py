"""The aggregator's protocol over HTTP, and what it reports to the system."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from chassis.testing import eventually
from devstack.sink.app import create_app
from devstack.sink.settings import SinkSettings
from devstack.sink.store import Message, Store

TOKEN = {"Authorization": "Bearer sms-token"}
Client = TestClient[web.Request, web.Application]


class Edge:
    """What the provider sees of the system: a token endpoint and two routes, on a real socket."""

    def __init__(self) -> None:
        self.receipts: list[dict[str, Any]] = []
        self.inbound: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.failing = 0
        self.refusing = False

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert (form["client_id"], form["client_secret"]) == ("sms-provider", "s3cret")
        return web.json_response({"access_token": "t", "token_type": "Bearer", "expires_in": 600, "scope": ""})

    async def take(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer t"
        body = await request.json()
        self.keys.append(request.headers["Idempotency-Key"])
        if self.refusing:
            return web.json_response({"code": "forbidden"}, status=403)
        if self.failing:
            self.failing -= 1
            return web.json_response({"code": "unavailable"}, status=503)
        self.receipts += body.get("receipts", [])
        self.inbound += body.get("messages", [])
        return web.json_response({})


@pytest.fixture
async def edge() -> AsyncIterator[tuple[Edge, str]]:
    edge, app = Edge(), web.Application()
    app.add_routes(
        [
            web.post("/oauth/token", edge.token),
            web.post("/v1/delivery-receipts", edge.take),
            web.post("/v1/inbound-messages", edge.take),
        ]
    )
    async with TestServer(app) as server:
        yield edge, str(server.make_url("")).rstrip("/")


@asynccontextmanager
async def sink(folder: Path, gateway: str) -> AsyncIterator[Client]:
    settings = SinkSettings(0, folder / "sink.db", "sms-token", gateway, folder / "clients.json", receipt_seconds=0.01)
    async with TestClient(TestServer(create_app(settings))) as client:
        yield client


def know_the_client(folder: Path) -> None:
    client = {"sms-provider": {"client_id": "sms-provider", "client_secret": "s3cret"}}
    (folder / "clients.json").write_text(json.dumps(client))


def sms(reference: str, to: str = "+201001234567", text: str = "بطاقتك جاهزة") -> dict[str, Any]:
    return {"reference": reference, "to": to, "sender": "Unicard", "text": text, "encoding": "ucs2", "parts": 1}


async def post(client: Client, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await client.post("/messages", json={"messages": list(messages)}, headers=TOKEN)
    assert answer.status == 200
    results: list[dict[str, Any]] = (await answer.json())["results"]
    return results


async def listed(client: Client, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await (await client.get("/messages", params=query)).json())["items"]
    return items


async def until(what: Any, seconds: float = 5.0) -> None:
    async def true() -> bool:
        return bool(what())

    await eventually(true, seconds=seconds)


async def test_messages_are_kept_and_receipts_come_back_once(tmp_path: Path, edge: tuple[Edge, str]) -> None:
    know_the_client(tmp_path)
    async with sink(tmp_path, edge[1]) as client:
        results = await post(client, sms("a"), sms("b", to="+201112223334"))
        assert [result["status"] for result in results] == ["accepted", "accepted"]
        await until(lambda: len(edge[0].receipts) == 2)
        again = await post(client, sms("a"))
        assert again[0]["provider_id"] == results[0]["provider_id"]
        counts = await (await client.get("/counts")).json()
    assert {receipt["reference"]: receipt["status"] for receipt in edge[0].receipts} == {
        "a": "delivered",
        "b": "delivered",
    }
    assert (counts["messages"], counts["repeats"], counts["recipients"]) == (2, 1, 2)


async def test_a_receipt_that_fails_is_sent_again_under_the_same_key(tmp_path: Path, edge: tuple[Edge, str]) -> None:
    know_the_client(tmp_path)
    edge[0].failing = 2
    async with sink(tmp_path, edge[1]) as client:
        await post(client, sms("a"))
        await until(lambda: edge[0].receipts)
    assert len(edge[0].keys) == 3
    assert len(set(edge[0].keys)) == 1


async def test_receipts_wait_for_the_client_and_for_a_restart(tmp_path: Path, edge: tuple[Edge, str]) -> None:
    async with sink(tmp_path, edge[1]) as client:
        await post(client, sms("a"))
        await asyncio.sleep(0.05)
        assert not edge[0].receipts
        refused = await client.post("/inbound", json={"from": "+201001234567", "text": "رصيد"})
        assert refused.status == 503
    know_the_client(tmp_path)
    async with sink(tmp_path, edge[1]) as client:
        await until(lambda: edge[0].receipts)
        assert [message["reference"] for message in await listed(client)] == ["a"]


async def test_a_batch_without_the_token_or_without_sense_is_refused(tmp_path: Path, edge: tuple[Edge, str]) -> None:
    async with sink(tmp_path, edge[1]) as client:
        assert (await client.post("/messages", json={"messages": [sms("a")]})).status == 401
        bodies: list[Any] = [{}, {"messages": []}, {"messages": "x"}, []]
        for body in bodies:
            assert (await client.post("/messages", json=body, headers=TOKEN)).status == 422
        assert (await client.post("/messages", data=b"{", headers=TOKEN)).status == 422
        results = await post(client, sms("bad", to="0100"), sms("good"), sms("empty", text=""))
        assert [(r["status"], r.get("reason")) for r in results] == [
            ("rejected", "invalid_number"),
            ("accepted", None),
            ("rejected", "text_missing"),
        ]
        assert (await client.get("/messages", params={"after": "x"})).status == 422


async def test_messages_are_read_by_telephone_page_and_newest(tmp_path: Path, edge: tuple[Edge, str]) -> None:
    async with sink(tmp_path, edge[1]) as client:
        await post(client, *(sms(str(number), to=f"+2010000000{number % 2}0") for number in range(10)))
        page = await (await client.get("/messages", params={"limit": 4})).json()
        assert [item["reference"] for item in page["items"]] == ["0", "1", "2", "3"]
        rest = await listed(client, after=page["next"], limit=100)
        assert [item["reference"] for item in rest] == [str(number) for number in range(4, 10)]
        newest = await listed(client, newest=1, limit=2)
        assert [item["reference"] for item in newest] == ["8", "9"]
        assert [item["reference"] for item in await listed(client, to="+201000000010", limit=2)] == ["1", "3"]


async def test_a_citizens_message_is_handed_on(tmp_path: Path, edge: tuple[Edge, str]) -> None:
    know_the_client(tmp_path)
    async with sink(tmp_path, edge[1]) as client:
        answer = await client.post("/inbound", json={"from": "+201001234567", "text": "رصيد"})
        assert answer.status == 202
        provider_id = (await answer.json())["provider_id"]
        assert (await client.post("/inbound", json={"from": "me", "text": "x"})).status == 422
        edge[0].refusing = True
        assert (await client.post("/inbound", json={"from": "+201001234567", "text": "x"})).status == 502
    (message,) = edge[0].inbound
    assert (message["from"], message["text"]) == ("+201001234567", "رصيد")
    assert message["provider_id"] == provider_id


def test_the_store_keeps_the_newest(tmp_path: Path) -> None:
    store = Store(tmp_path / "sink.db", most_messages=60)
    for start in range(0, 200, 50):
        store.accept([Message(str(n), "+201001234567", "Unicard", "x", "gsm7", 1) for n in range(start, start + 50)])
    kept = store.messages(None, 0, 1000, newest=False)
    assert [message["reference"] for message in kept] == [str(n) for n in range(140, 200)]
    store.close()
