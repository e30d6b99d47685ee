"""Citizens sign in by national id and a code by SMS: what they get, and what a stranger learns."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.ids import new_id
from chassis.testing import eventually

from .conftest import Offices


@dataclass
class Others:
    """What plays card-service and notify-service."""

    offices: Offices
    known: dict[str, str] = field(default_factory=dict)
    codes: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        claims = await self.offices.claims(request.headers["authorization"].removeprefix("Bearer "))
        self.asked.append((str(claims["sub"]), str(claims["scope"])))
        body = json.loads(request.content)
        if request.url.path == "/v1/citizen-verifications":
            return httpx.Response(200, json={"citizen_id": self.known.get(body["national_id"])})
        self.codes.append(body)
        return httpx.Response(200, json={"sent": True})


@pytest.fixture
def others(offices: Offices) -> Iterator[Others]:
    playing = Others(offices)
    services = offices.gateway.runtime.state.services
    kept = services.card, services.notify
    for name in ("card", "notify"):
        client = httpx.AsyncClient(transport=httpx.MockTransport(playing.answer), base_url="http://other.test")
        object.__setattr__(services, name, client)
    yield playing
    for name, client in zip(("card", "notify"), kept, strict=True):
        object.__setattr__(services, name, client)


def _number() -> str:
    return f"2900101{new_id().int % 10**7:07d}"


async def _begin(offices: Offices, number: str) -> httpx.Response:
    return await offices.gateway.client.post("/v1/citizen-sign-ins", json={"national_id": number})


async def _enter(offices: Offices, sign_in_id: str, code: str) -> httpx.Response:
    return await offices.gateway.client.post(f"/v1/citizen-sign-ins/{sign_in_id}/code", json={"code": code})


async def _sent(others: Others, citizen_id: str) -> str:
    async def found() -> str | None:
        return next((one["code"] for one in others.codes if one["citizen_id"] == citizen_id), None)

    return str(await eventually(found))


async def _signed_in(offices: Offices, others: Others) -> tuple[str, dict[str, str]]:
    number, citizen_id = _number(), str(new_id())
    others.known[number] = citizen_id
    begun = (await _begin(offices, number)).json()
    reply = await _enter(offices, begun["sign_in_id"], await _sent(others, citizen_id))
    assert reply.status_code == 200, reply.text
    return citizen_id, {"Authorization": f"Bearer {reply.json()['access_token']}"}


async def test_a_citizen_signs_in_and_sees_their_own_sign_ins(offices: Offices, others: Others) -> None:
    citizen_id, headers = await _signed_in(offices, others)
    claims = await offices.claims(headers["Authorization"].removeprefix("Bearer "))
    assert (claims["sub"], claims["kind"], claims["acr"]) == (f"citizen:{citizen_id}", "citizen", "urn:unicard:aal1")
    assert (
        claims["scope"]
        == "data:export disclosures:read privacy:ask self:balances self:card self:complaints self:messages"
        " self:sessions"
    )
    assert "gov" not in claims
    listed = (await offices.gateway.client.get("/v1/self/sessions", headers=headers)).json()["items"]
    assert [one["this_one"] for one in listed] == [True]
    _, others_headers = await _signed_in(offices, others)
    path = f"/v1/self/sessions/{listed[0]['session_id']}"
    assert (await offices.gateway.client.delete(path, headers=others_headers)).status_code == 404
    assert (await offices.gateway.client.delete(path, headers=headers)).status_code == 200
    await offices.gateway.runtime.revocations.refresh(offices.gateway.runtime.pool)
    assert (await offices.gateway.client.get("/v1/self/sessions", headers=headers)).status_code == 401
    assert others.asked[0] == ("service:gateway", "citizens:verify codes:send")
    assert others.codes[0]["host"] == "edge.test"


async def test_a_citizen_opens_nothing_of_others(offices: Offices, others: Others) -> None:
    _, headers = await _signed_in(offices, others)
    for path in ("/v1/clients", f"/v1/overview/{new_id()}"):
        assert (await offices.gateway.client.get(path, headers=headers)).status_code == 403
    for what in ("disclosures", "data-export"):
        others_path = f"/v1/citizens/{new_id()}/{what}"
        assert (await offices.gateway.client.get(others_path, headers=headers)).status_code == 404


async def test_a_citizen_may_ask_who_has_seen_their_data(offices: Offices, others: Others) -> None:
    citizen_id, headers = await _signed_in(offices, others)
    reply = await offices.gateway.client.get(f"/v1/citizens/{citizen_id}/disclosures", headers=headers)
    assert reply.status_code in {200, 503}, "the services that are asked are away here; the caller is let in"


async def test_a_citizen_has_a_copy_of_what_is_held_on_themselves(
    offices: Offices, others: Others, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen_id, headers = await _signed_in(offices, others)
    asked: list[str] = []

    def held(request: httpx.Request) -> httpx.Response:
        service, place = request.url.path.split("/")[3], request.url.path.rsplit("/", 1)[-1]
        asked.append(place)
        return httpx.Response(
            200, json={"service": service, "tables": {"citizen": [{"household_id": None}], "card": []}}
        )

    clients = {
        name: httpx.AsyncClient(transport=httpx.MockTransport(held), base_url="http://other")
        for name in ("card", "supply", "health", "payment", "notify")
    }
    monkeypatch.setattr(offices.gateway.runtime.state.gatherer, "clients", clients)
    reply = await offices.gateway.client.get(f"/v1/citizens/{citizen_id}/data-export", headers=headers)
    assert reply.status_code == 200, reply.text
    assert reply.json()["services"].keys() == {*clients, "gateway"}
    (session,) = reply.json()["services"]["gateway"]["session"]
    assert session["citizen_id"] == citizen_id
    assert set(asked) == {str(citizen_id)}, "nobody else's is fetched"
    rows = await offices.gateway.runtime.pool.fetch(
        "SELECT who, kind, outcome FROM record WHERE citizen_id = $1 AND purpose = 'data_export'", UUID(citizen_id)
    )
    assert [tuple(row) for row in rows] == [(f"citizen:{citizen_id}", "citizen", "done")]


async def test_the_answer_is_the_same_whoever_asks(offices: Offices, others: Others) -> None:
    known = _number()
    others.known[known] = str(new_id())
    shapes = set()
    for number in (known, _number(), "not a national id", known, known, known, known):
        reply = await _begin(offices, number)
        shapes.add((reply.status_code, *sorted(reply.json())))
    assert shapes == {(202, "expires_at", "sign_in_id")}
    await asyncio.gather(*offices.gateway.runtime.state.citizens.under_way)
    assert len([one for one in others.codes if one["citizen_id"] == others.known[known]]) == 3, "three an hour"


async def test_a_code_is_good_once_within_its_time_and_tries(offices: Offices, others: Others) -> None:
    number, citizen_id = _number(), str(new_id())
    others.known[number] = citizen_id
    begun = (await _begin(offices, number)).json()["sign_in_id"]
    code = await _sent(others, citizen_id)
    wrong = "000000" if code != "000000" else "000001"
    refused = await _enter(offices, begun, wrong)
    assert (refused.status_code, refused.json()["code"]) == (401, "sign_in_code_refused")
    assert (await _enter(offices, begun, code)).status_code == 200
    assert (await _enter(offices, begun, code)).status_code == 401
    others.codes.clear()
    begun = (await _begin(offices, number)).json()["sign_in_id"]
    code = await _sent(others, citizen_id)
    for _ in range(5):
        await _enter(offices, begun, wrong if wrong != code else "111111")
    assert (await _enter(offices, begun, code)).status_code == 401, "five tries, then the code is void"
    others.codes.clear()
    begun = (await _begin(offices, number)).json()["sign_in_id"]
    code = await _sent(others, citizen_id)
    await offices.gateway.runtime.pool.execute(
        "UPDATE code_challenge SET expires_at = now() WHERE challenge_id = $1", UUID(begun)
    )
    assert (await _enter(offices, begun, code)).status_code == 401
    assert (await _enter(offices, str(uuid4()), code)).status_code == 401


async def test_no_table_holds_a_code_or_a_national_id(offices: Offices, others: Others) -> None:
    number, citizen_id = _number(), str(new_id())
    others.known[number] = citizen_id
    await _begin(offices, number)
    code = await _sent(others, citizen_id)
    rows = await offices.gateway.runtime.pool.fetch(
        "SELECT c::text AS row FROM code_challenge c UNION ALL SELECT o::text FROM outbox o"
    )
    assert not [row for row in rows if number in row["row"] or f",{code}," in row["row"]]
