"""The plain ASGI route and its FastAPI twin answer alike, and both as the OpenAPI says."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from jsonschema import Draft202012Validator

from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer
from supply_service import MIGRATIONS
from supply_service.redemptions.schemas import RedemptionReply

from ..support import NOON, Supply, Till, bread, goods, serve, settings_for

PATH = "/v1/redemptions"
VOLATILE = re.compile(rb'"(redemption_id|request_id|card_id|server_time|offset_seconds|occurred_at)":("[^"]*"|-?\d+),?')


@pytest.fixture(scope="module")
async def twins(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[tuple[Supply, Supply]]:
    """The service with its hot route, and the same without."""
    settings = settings_for(await make_database(MIGRATIONS), issuer)
    async with serve(settings, issuer) as hot, serve(settings, issuer, hot_routes={}) as plain:
        yield hot, plain


def requests(card: str, till: Till, foreign: str) -> dict[str, dict[str, Any]]:
    """Requests of every kind, by what is the matter with them."""
    good = orjson.dumps({"card_id": card, "lines": [bread(5)]})
    json_type = {"Content-Type": "application/json"}
    headers = {**till.headers(), **json_type}

    def body(**change: Any) -> bytes:
        return json.dumps(orjson.loads(good) | change).encode()

    def without(name: str) -> dict[str, str]:
        return {key: value for key, value in headers.items() if key != name}

    return {
        "fine": {"content": good, "headers": headers},
        "unknown card": {"content": body(card_id=str(new_id())), "headers": headers},
        "too many days": {"content": body(lines=[bread(500)]), "headers": headers},
        "wrong outlet": {"content": body(lines=[goods("oil", 1)]), "headers": headers},
        "clock": {"content": body(occurred_at="2026-11-01T00:00:00Z"), "headers": headers},
        "amount": {"content": body(expected_amount=1), "headers": headers},
        "naive time": {"content": body(occurred_at="2026-11-01T00:00:00"), "headers": headers},
        "no lines": {"content": body(lines=[]), "headers": headers},
        "negative": {"content": body(lines=[bread(-5)]), "headers": headers},
        "fraction": {"content": body(lines=[bread(5) | {"quantity": 2.5}]), "headers": headers},
        "boolean": {"content": body(lines=[bread(5) | {"quantity": True}]), "headers": headers},
        "huge": {"content": body(expected_amount=10**30), "headers": headers},
        "unknown member": {"content": body(surprise=1), "headers": headers},
        "unknown programme": {"content": body(lines=[bread(5) | {"programme": "gold"}]), "headers": headers},
        "bad id": {"content": body(card_id="x"), "headers": headers},
        "array": {"content": b"[]", "headers": headers},
        "cut off": {"content": good[:-3], "headers": headers},
        "empty": {"content": b"", "headers": headers},
        "not a number": {"content": good[:-1] + b',"expected_amount":NaN}', "headers": headers},
        "nul": {"content": body(lines=[bread(5) | {"item": "\x00"}]), "headers": headers},
        "text": {"content": good, "headers": {**headers, "Content-Type": "text/plain"}},
        "no type": {"content": good, "headers": without("Content-Type")},
        "no key": {"content": good, "headers": without("Idempotency-Key")},
        "long key": {"content": good, "headers": {**headers, "Idempotency-Key": "k" * 200}},
        "no token": {"content": good, "headers": without("Authorization")},
        "bad token": {"content": good, "headers": {**headers, "Authorization": "Bearer x.y.z"}},
        "not bearer": {"content": good, "headers": {**headers, "Authorization": "Basic x"}},
        "other scope": {"content": good, "headers": {**headers, "Authorization": f"Bearer {foreign}"}},
    }


async def both(twins: tuple[Supply, Supply]) -> list[tuple[str, httpx.Response, httpx.Response]]:
    hot, plain = twins
    tills, holders = [], []
    for supply in twins:
        supply.at(NOON)
        tills.append(await supply.till())
        holders.append(await supply.holder(members=1))
    foreign = hot.issuer.token("ministry", "cards:read")
    kinds = [requests(str(h.card_id), t, foreign) for h, t in zip(holders, tills, strict=True)]
    return [
        (name, await hot.client.post(PATH, **kinds[0][name]), await plain.client.post(PATH, **kinds[1][name]))
        for name in kinds[0]
    ]


def steady(reply: httpx.Response) -> bytes:
    return VOLATILE.sub(b"", reply.content)


async def test_both_answer_alike(twins: tuple[Supply, Supply]) -> None:
    answers = await both(twins)
    alike = {name: (hot.status_code, steady(hot)) for name, hot, _ in answers}
    assert alike == {name: (plain.status_code, steady(plain)) for name, _, plain in answers}
    for name, hot, plain in answers:
        assert hot.headers["content-type"] == plain.headers["content-type"], name
        assert set(hot.headers) == set(plain.headers), name
        assert hot.status_code < 500, name


async def test_both_answer_as_documented(twins: tuple[Supply, Supply]) -> None:
    document = twins[0].app.openapi()
    operation = document["paths"][PATH]["post"]
    for name, hot, _ in await both(twins):
        documented = operation["responses"][str(hot.status_code)]["content"]
        kind = hot.headers["content-type"].split(";")[0]
        schema = {**documented[kind]["schema"], "components": document["components"]}
        errors = list(Draft202012Validator(schema).iter_errors(hot.json()))
        assert not errors, (name, errors)


async def test_the_reply_is_the_documented_model(twins: tuple[Supply, Supply]) -> None:
    """Nothing more and nothing less than the model says, written the way pydantic writes it."""
    hot, _ = twins
    bakery, shop, holder = await hot.till(), await hot.till("grocer"), await hot.holder(members=1)
    for till, line in ((bakery, bread(10)), (shop, goods("sugar", 1))):
        reply = await hot.draw(till, holder, line)
        model = RedemptionReply.model_validate_json(reply.content)
        assert orjson.loads(model.model_dump_json(exclude_unset=True)) == reply.json()
        assert set(model.model_fields_set) == set(RedemptionReply.model_fields)
