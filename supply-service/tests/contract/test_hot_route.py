"""The hot route and its FastAPI twin answer alike, and both as the OpenAPI says."""

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
from chassis.testing import MakeDatabase, TestIssuer, served, taken
from supply_service import MIGRATIONS
from supply_service.redemptions.schemas import RedemptionReply

from ..support import NOON, Supply, Till, bread, goods, serve, settings_for

PATH = "/v1/redemptions"
# What the work itself answers or refuses; everything else about a request FastAPI judges.
TAKEN = {
    "fine",
    "the same again",
    "another under its key",
    "unknown card",
    "too many days",
    "wrong outlet",
    "clock",
    "amount",
}
VOLATILE = re.compile(rb'"(redemption_id|request_id|card_id|server_time|offset_seconds|occurred_at)":("[^"]*"|-?\d+),?')


@pytest.fixture(scope="module")
async def twins(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[tuple[Supply, Supply]]:
    """The service with its hot route, and the same without."""
    settings = settings_for(await make_database(MIGRATIONS), issuer)
    async with (
        serve(settings, issuer, through=served) as hot,
        serve(settings, issuer, through=served, hot_routes=()) as plain,
    ):
        yield hot, plain


def requests(card: str, till: Till, foreign: str) -> dict[str, dict[str, Any]]:
    """Requests of every kind, by what is the matter with them."""
    good = orjson.dumps({"card_id": card, "lines": [bread(5)]})
    json_type = {"Content-Type": "application/json"}
    headers = {**till.headers(), **json_type}

    def body(**change: Any) -> bytes:
        return json.dumps(orjson.loads(good) | change).encode()

    def keyed() -> dict[str, str]:
        return {**headers, "Idempotency-Key": str(new_id())}

    def without(name: str) -> dict[str, str]:
        return {key: value for key, value in headers.items() if key != name}

    return {
        "the first with its token": {"content": b"", "headers": headers},
        "fine": {"content": good, "headers": headers},
        "the same again": {"content": good, "headers": headers},
        "another under its key": {"content": good + b" ", "headers": headers},
        "unknown card": {"content": body(card_id=str(new_id())), "headers": keyed()},
        "too many days": {"content": body(lines=[bread(500)]), "headers": keyed()},
        "wrong outlet": {"content": body(lines=[goods("oil", 1)]), "headers": keyed()},
        "clock": {"content": body(occurred_at="2026-11-01T00:00:00Z"), "headers": keyed()},
        "amount": {"content": body(expected_amount=1), "headers": keyed()},
        "naive time": {"content": body(occurred_at="2026-11-01T00:00:00"), "headers": keyed()},
        "no lines": {"content": body(lines=[]), "headers": keyed()},
        "negative": {"content": body(lines=[bread(-5)]), "headers": keyed()},
        "fraction": {"content": body(lines=[bread(5) | {"quantity": 2.5}]), "headers": keyed()},
        "boolean": {"content": body(lines=[bread(5) | {"quantity": True}]), "headers": keyed()},
        "huge": {"content": body(expected_amount=10**30), "headers": keyed()},
        "unknown member": {"content": body(surprise=1), "headers": keyed()},
        "unknown programme": {"content": body(lines=[bread(5) | {"programme": "gold"}]), "headers": keyed()},
        "bad id": {"content": body(card_id="x"), "headers": keyed()},
        "array": {"content": b"[]", "headers": keyed()},
        "cut off": {"content": good[:-3], "headers": keyed()},
        "empty": {"content": b"", "headers": keyed()},
        "not a number": {"content": good[:-1] + b',"expected_amount":NaN}', "headers": keyed()},
        "nul": {"content": body(lines=[bread(5) | {"item": "\x00"}]), "headers": keyed()},
        "text": {"content": good, "headers": {**headers, "Content-Type": "text/plain"}},
        "JSON with a charset": {
            "content": good,
            "headers": {**keyed(), "Content-Type": "application/json; charset=utf-8"},
        },
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
    answers = []
    for name, request in kinds[0].items():
        before = taken(PATH)
        answer = await hot.client.post(PATH, **request)
        assert (taken(PATH) > before) == (name in TAKEN), name
        answers.append((name, answer, await plain.client.post(PATH, **kinds[1][name])))
    return answers


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
        reply = await hot.sell(till, holder, line)
        model = RedemptionReply.model_validate_json(reply.content)
        assert orjson.loads(model.model_dump_json(exclude_unset=True)) == reply.json()
        assert set(model.model_fields_set) == set(RedemptionReply.model_fields)
