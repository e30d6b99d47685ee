"""The overview: every part in the caller's name, and one that fails never hides the others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from chassis.ids import new_id

CARD = str(new_id())
HOUSEHOLD, CITIZEN = str(new_id()), str(new_id())
GOOD = {
    f"/v1/cards/{CARD}": (200, {"card_id": CARD, "household_id": HOUSEHOLD, "citizen_id": CITIZEN}),
    f"/v1/entitlements/{CARD}": (200, {"pots": []}),
    f"/v1/coverage/{CARD}": (200, {"state": "active"}),
    f"/v1/wallets/{CARD}": (200, {"available": 500}),
    f"/v1/households/{HOUSEHOLD}": (200, {"members": 4}),
    f"/v1/messages?citizen_id={CITIZEN}": (200, {"items": [], "next": None}),
}


@dataclass
class Services:
    """All services in one server that answers by path."""

    url: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    said: list[dict[str, str]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        self.tokens |= {line.split(" ")[-1] for line in head.split("\r\n") if line.lower().startswith("authorization:")}
        given = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        wanted = {"purpose", "case-number"}
        self.said.append({name.lower(): text for name, text in given.items() if name.lower() in wanted})
        status, answer = self.answers[path]
        if status == 0:
            await self.closing.wait()
        body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()


@pytest.fixture(scope="module")
async def services() -> AsyncIterator[Services]:
    serving = Services()
    server = await asyncio.start_server(serving.serve, "127.0.0.1", 0)
    serving.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield serving
    serving.closing.set()
    server.close()


@pytest.fixture(scope="module")
async def asking(start_shared: Any, services: Services) -> Any:
    urls = {f"{name}_url": services.url for name in ("card", "supply", "health", "payment", "notify")}
    return await start_shared(**urls, gateway_part_seconds=2)


async def overview(asking: Any) -> Any:
    headers = await asking.headers(*await asking.new_client("overview:read"))
    return await asking.client.get(f"/v1/overview/{CARD}", headers=headers), headers["Authorization"].split(" ")[1]


async def test_all_parts_in_the_callers_name(asking: Any, services: Services) -> None:
    services.answers, services.tokens = dict(GOOD), set()
    reply, token = await overview(asking)
    parts = reply.json()
    assert parts.pop("card_id") == CARD
    assert {name: part["status"] for name, part in parts.items()} == dict.fromkeys(parts, "ok")
    assert parts["household"]["data"] == {"members": 4}
    assert services.tokens == {token}


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        ((403, {"code": "insufficient_scope"}), "forbidden", "insufficient_scope"),
        ((404, {"code": "card_unknown"}), "not_found", "card_unknown"),
        ((503, {"code": "unavailable"}), "unavailable", "unavailable"),
        ((500, "<html>"), "unavailable", None),
        ((0, {}), "unavailable", None),
    ],
)
async def test_a_part_that_cannot_be_had_is_marked(
    asking: Any, services: Services, answer: tuple[int, Any], status: str, code: str | None
) -> None:
    services.answers = {**GOOD, f"/v1/entitlements/{CARD}": answer}
    reply, _ = await overview(asking)
    assert reply.status_code == 200
    assert reply.json()["entitlements"] == {"status": status, "data": None, "code": code}
    assert reply.json()["messages"]["status"] == "ok"
    assert reply.elapsed.total_seconds() < 20


async def test_what_needs_the_card_is_skipped_without_it(asking: Any, services: Services) -> None:
    services.answers = {**GOOD, f"/v1/cards/{CARD}": (503, {})}
    reply, _ = await overview(asking)
    statuses = {name: part["status"] for name, part in reply.json().items() if name != "card_id"}
    assert statuses == {
        "card": "unavailable",
        "household": "skipped",
        "entitlements": "ok",
        "health": "ok",
        "wallet": "ok",
        "messages": "skipped",
    }


async def test_no_card_no_overview(asking: Any, services: Services) -> None:
    services.answers = {**GOOD, f"/v1/cards/{CARD}": (404, {"code": "card_unknown"})}
    reply, _ = await overview(asking)
    assert (reply.status_code, reply.json()["code"]) == (404, "not_found")


async def test_all_services_away(gateway: Any) -> None:
    headers = await gateway.headers(*await gateway.new_client("overview:read"))
    reply = await gateway.client.get(f"/v1/overview/{CARD}", headers=headers)
    assert reply.status_code == 200
    assert {part["status"] for name, part in reply.json().items() if name != "card_id"} == {"unavailable", "skipped"}


async def test_people_say_what_for_and_every_service_hears_it(asking: Any, services: Services) -> None:
    services.answers = dict(GOOD)
    path = f"/v1/overview/{CARD}"
    unsaid = await asking.client.get(path, headers=asking.person("overview:read"))
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "purpose_needed")
    assert unsaid.json()["title_ar"]
    services.said.clear()
    said = {b"Purpose": "شكوى المواطن".encode(), b"Case-Number": b"2026/17"}
    headers = {name.encode(): value.encode() for name, value in asking.person("overview:read").items()}
    reply = await asking.client.get(path, headers={**headers, **said})
    assert reply.status_code == 200, reply.text
    assert len(services.said) == len(GOOD)
    assert all(heard == {"purpose": "شكوى المواطن", "case-number": "2026/17"} for heard in services.said)
    case = await asking.client.get(path, headers={**asking.person("overview:read"), "Case-Number": "2026/17"})
    assert case.status_code == 200


async def test_the_openapi_says_where_a_purpose_is_said(asking: Any) -> None:
    document = asking.app.openapi()
    for path, needed in {"/v1/overview/{card_id}": True, "/v1/citizens/{citizen_id}/disclosures": False}.items():
        operation = document["paths"][path]["get"]
        said = {one["name"]: one for one in operation["parameters"] if one["in"] == "header"}
        assert {"Purpose", "Case-Number"} <= said.keys()
        assert ("A person sends" in said["Purpose"]["description"]) == needed
