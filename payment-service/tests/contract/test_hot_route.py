"""The hot route of transfers and its FastAPI twin answer alike, and both as the OpenAPI says."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import orjson
import pytest
from jsonschema import Draft202012Validator

from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer, served, taken
from payment_service import MIGRATIONS
from payment_service.ledger.accounts import wallet_id
from payment_service.ledger.schemas import TransfersReply
from payment_service.main import create_app
from payment_service.settings import Settings

from ..support import House

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH = "/v1/transfers"
VOLATILE = re.compile(rb'"(transfer_id|account_id|request_id)":"[^"]*",?')
SCOPE = "ledger:write"
BALANCE = 100_000

Twins = tuple[House, House]
# What the work itself answers or refuses; everything else about a request FastAPI judges.
TAKEN = {
    "fine", "the same again", "another under its key", "held", "held twice", "id reused", "posted in part",
    "voided too late", "several", "linked", "linked, one refused", "from a wallet", "unknown account", "to itself",
    "unknown hold", "no hold named", "no amount", "null", "hold without end",
    "id without dashes", "Arabic", "twice the same member",
}  # fmt: skip


@pytest.fixture(scope="module")
async def twins(make_database: MakeDatabase, kafka_bootstrap: str, issuer: TestIssuer) -> AsyncIterator[Twins]:
    """The service with its hot route, and the same without."""
    url = await make_database(MIGRATIONS)
    settings = Settings(database_url=url, kafka_bootstrap=kafka_bootstrap, jwks=issuer.jwks)
    warm, plain = create_app(settings), create_app(settings, hot_routes=())
    async with served(warm) as one, served(plain) as other:
        yield House(warm, one, issuer), House(plain, other, issuer)


async def requests(house: House) -> dict[str, dict[str, Any]]:
    """Requests of every kind, by what is the matter with them."""
    payer, (_, payee, _) = await house.fund("test"), await house.citizen(BALANCE)
    move = {"debit_account_id": payer, "credit_account_id": str(wallet_id(payee)), "amount": 500}
    taken = move | {"debit_account_id": move["credit_account_id"], "credit_account_id": payer}
    good = orjson.dumps({"transfers": [move]})
    headers = {**house.client_headers(SCOPE), "Content-Type": "application/json"}
    held = str(new_id())
    first = {**headers, "Idempotency-Key": str(new_id())}

    def sent(content: bytes, **change: str | None) -> dict[str, Any]:
        wanted = {**headers, "Idempotency-Key": str(new_id())} | change
        return {"content": content, "headers": {name: value for name, value in wanted.items() if value is not None}}

    def one(**change: Any) -> dict[str, Any]:
        return sent(json.dumps({"transfers": [move | change]}).encode())

    def many(*moves: Mapping[str, Any], **members: Any) -> dict[str, Any]:
        return sent(json.dumps({"transfers": moves, **members}).encode())

    return {
        "the first with its token": sent(b""),
        "fine": {"content": good, "headers": first},
        "the same again": {"content": good, "headers": first},
        "another under its key": {"content": good + b" ", "headers": first},
        "held": one(transfer_id=held, kind="pending", timeout_seconds=60),
        "held twice": one(transfer_id=held, kind="pending", timeout_seconds=60),
        "id reused": one(transfer_id=held, amount=3),
        "posted in part": many({"kind": "post", "pending_id": held, "amount": 200}),
        "voided too late": many({"kind": "void", "pending_id": held}),
        "several": many(move, taken, move | {"credit_account_id": str(new_id())}),
        "linked": many(move, move, linked=True),
        "linked, one refused": many(move, taken, linked=True),
        "from a wallet": many(taken),
        "unknown account": one(debit_account_id=str(new_id())),
        "to itself": one(credit_account_id=move["debit_account_id"]),
        "unknown hold": many({"kind": "void", "pending_id": str(new_id())}),
        "no hold named": many({"kind": "post"}),
        "no amount": many({"debit_account_id": move["debit_account_id"]}),
        "hold without end": one(kind="pending"),
        "none": many(),
        "nothing": one(amount=0),
        "negative": one(amount=-5),
        "fraction": one(amount=2.5),
        "whole fraction": one(amount=2.0),
        "in words": one(amount="7"),
        "boolean": one(amount=True),
        "null": one(amount=None),
        "huge": one(amount=10**30),
        "unknown member": one(surprise=1),
        "unknown kind": one(kind="gift"),
        "bad id": one(debit_account_id="x"),
        "id without dashes": one(debit_account_id=UUID(payer).hex),
        "control character": one(reference="\x00"),
        "surrogate": sent(good[:-3] + b',"reference":"\\ud800"}]}'),
        "long reference": one(reference="r" * 129),
        "Arabic": one(reference="معاش"),
        "array": sent(b"[]"),
        "cut off": sent(good[:-3]),
        "empty": sent(b""),
        "not a number": sent(good[:-3] + b',"timeout_seconds":NaN}]}'),
        "twice the same member": sent(good[:-3] + b',"amount":7}]}'),
        "UTF-16": sent(good.decode().encode("utf-16")),
    } | {name: sent(good, **change) for name, change in headers_of_every_kind(house).items()}


def headers_of_every_kind(house: House) -> dict[str, dict[str, str | None]]:
    """What may be wrong beside the body."""
    foreign = house.issuer.token("ministry", "ledger:read")
    return {
        "text": {"Content-Type": "text/plain"},
        "JSON with a charset": {"Content-Type": "application/json; charset=utf-8"},
        "a kind of JSON": {"Content-Type": "application/ledger+json"},
        "no type": {"Content-Type": None},
        "no key": {"Idempotency-Key": None},
        "long key": {"Idempotency-Key": "k" * 200},
        "no token": {"Authorization": None},
        "bad token": {"Authorization": "Bearer x.y.z"},
        "not bearer": {"Authorization": "Basic x"},
        "other scope": {"Authorization": f"Bearer {foreign}"},
    }


async def both(twins: Twins) -> list[tuple[str, httpx.Response, httpx.Response]]:
    warm, plain = twins
    one, other = await requests(warm), await requests(plain)
    answers = []
    for name, request in one.items():
        before = taken(PATH)
        answer = await warm.client.post(PATH, **request)
        assert (taken(PATH) > before) == (name in TAKEN), name
        answers.append((name, answer, await plain.client.post(PATH, **other[name])))
    return answers


def steady(reply: httpx.Response) -> bytes:
    return VOLATILE.sub(b"", reply.content)


async def test_both_answer_alike(twins: Twins) -> None:
    answers = await both(twins)
    alike = {name: (warm.status_code, steady(warm)) for name, warm, _ in answers}
    assert alike == {name: (plain.status_code, steady(plain)) for name, _, plain in answers}
    for name, warm, plain in answers:
        assert warm.headers["content-type"] == plain.headers["content-type"], name
        assert set(warm.headers) == set(plain.headers), name
        assert warm.status_code < 500, name
    assert {warm.status_code for _, warm, _ in answers} == {201, 400, 401, 403, 404, 409, 422}
    assert (await twins[0].proof())["sound"]


async def test_both_answer_as_documented(twins: Twins) -> None:
    document = twins[0].app.openapi()
    operation = document["paths"][PATH]["post"]
    for name, warm, _ in await both(twins):
        documented = operation["responses"][str(warm.status_code)]["content"]
        kind = warm.headers["content-type"].split(";")[0]
        schema = {**documented[kind]["schema"], "components": document["components"]}
        errors = list(Draft202012Validator(schema).iter_errors(warm.json()))
        assert not errors, (name, errors)


async def test_the_reply_is_the_documented_model(twins: Twins) -> None:
    """Nothing more and nothing less than the model says, written the way pydantic writes it."""
    for name, reply, _ in await both(twins):
        if reply.status_code != 201:
            continue
        model = TransfersReply.model_validate_json(reply.content)
        assert model.model_dump_json().encode() == reply.content, name
        assert all(result.transfer_id is None or isinstance(result.transfer_id, UUID) for result in model.results)


async def test_what_was_answered_is_what_was_booked(twins: Twins) -> None:
    for house in twins:
        _, payee, _ = await house.citizen()
        ends = {"debit_account_id": await house.fund("test"), "credit_account_id": str(wallet_id(payee))}
        taken = {"debit_account_id": ends["credit_account_id"], "credit_account_id": ends["debit_account_id"]}
        body = {"transfers": [ends | {"amount": 60_000}, taken | {"amount": 60_000}, ends | {"amount": 40_000}]}
        headers = house.client_headers(SCOPE)
        first, again = [await house.client.post(PATH, json=body, headers=headers) for _ in range(2)]
        assert [result["code"] for result in first.json()["results"]] == [None, "holder_proof_required", None]
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["idempotency-replayed"] == "true"
        assert await house.balance(payee) == (BALANCE, 0)
