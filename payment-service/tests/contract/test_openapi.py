"""Every route under generated requests: no server error, no status or body the OpenAPI does not announce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate

from chassis.ids import new_id
from contracts.scopes import Scope

if TYPE_CHECKING:
    from ..support import House

SCOPES = " ".join(Scope)
METHODS = frozenset({"get", "post", "put", "patch", "delete"})
EXAMPLES = 25


def generated(operation: Any) -> list[Any]:
    cases: list[Any] = []

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def collect(case: Any) -> None:
        cases.append(case)

    collect()
    return cases


async def things(house: House) -> dict[str, str]:
    """One of everything, by the names of the paths' parameters."""
    card, _, _ = await house.citizen(100_000)
    body = {"card_id": str(card), "amount": 500, "reference": "contract"}
    headers = house.terminal() | {"Idempotency-Key": str(new_id())}
    held = await house.client.post("/v1/payments/authorizations", json=body, headers=headers)
    assert held.status_code == 201, held.text
    declared = {
        "reference": "contract",
        "programme": "pension",
        "declared_count": 1,
        "declared_total": 10,
        "currency": "EGP",
    }
    headers = house.client_headers(SCOPES, authority="pension-authority") | {"Idempotency-Key": str(new_id())}
    batch = await house.client.post("/v1/payout-batches", json=declared, headers=headers)
    assert batch.status_code == 201, batch.text
    return {
        "card_id": str(card),
        "payment_id": held.json()["payment_id"],
        "batch_id": batch.json()["batch_id"],
        "account_id": str(house.merchant()),
        "parked_id": str(new_id()),
        "number": "1",
        "fund": "pension",
        "programme": "pension",
        "proposal_id": batch.json()["proposal_id"],
    }


def check_body(document: dict[str, Any], response: dict[str, Any], reply: httpx.Response) -> None:
    """The body is of an announced type and has the announced shape."""
    media = reply.headers["content-type"].split(";")[0]
    schema = response["content"][media]["schema"]
    if media == "text/csv":
        assert schema == {"type": "string"}
        return
    jsonschema.Draft202012Validator(schema | {"components": document["components"]}).validate(reply.json())


@pytest.mark.parametrize("as_terminal", [False, True], ids=["client", "terminal"])
async def test_generated_requests(house: House, as_terminal: bool) -> None:
    document = (await house.client.get("/openapi.json")).json()
    validate(document)
    schema = schemathesis.openapi.from_dict(document)
    ids = await things(house)
    sent = house.issuer.headers(
        str(new_id()),
        SCOPES,
        kind="terminal" if as_terminal else "client",
        outlet_id=house.outlet_id,
        authority="pension-authority",
    )
    for path, operations in document["paths"].items():
        if as_terminal and not path.startswith(("/v1/payments", "/v1/wallets")):
            continue
        for method in METHODS & operations.keys():
            announced = operations[method]["responses"]
            for number, case in enumerate(generated(schema[path][method])):
                if number % 2 and case.path_parameters:  # every other time for what is really there
                    case.path_parameters |= {name: ids.get(name) or str(new_id()) for name in case.path_parameters}
                headers = sent | {"Idempotency-Key": str(new_id())}
                arguments = case.as_transport_kwargs(headers=headers, base_url="http://test")
                arguments.pop("cookies", None)
                reply = await house.client.request(**arguments)
                if path.startswith("/v1/training/"):
                    assert reply.status_code in {403, 422, 400, 415}, reply.text
                assert reply.status_code < 500, (arguments, reply.text)
                assert str(reply.status_code) in announced, (arguments, reply.status_code, reply.text)
                if reply.content:
                    check_body(document, announced[str(reply.status_code)], reply)
    assert (await house.proof())["sound"]
