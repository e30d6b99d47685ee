"""Every route under generated requests: no server error, no status or body the OpenAPI does not announce."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openapi_spec_validator import validate

from chassis.ids import new_id
from chassis.testing_requests import Generated
from contracts.scopes import Scope

if TYPE_CHECKING:
    from ..support import House

SCOPES = " ".join(Scope)


async def things(house: House) -> dict[str, str]:
    """One of everything, by the names of the paths' parameters."""
    card, _, _ = await house.citizen(100_000)
    held = await house.hold(card, 500, reference="contract")
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


@pytest.mark.parametrize("as_terminal", [False, True], ids=["client", "terminal"])
async def test_generated_requests(house: House, as_terminal: bool) -> None:
    document = (await house.client.get("/openapi.json")).json()
    validate(document)
    generated = Generated(document)
    ids = await things(house)
    caller = str(new_id())

    def sent() -> dict[str, str]:
        kind = "terminal" if as_terminal else "client"
        return house.issuer.headers(caller, SCOPES, kind=kind, outlet_id=house.outlet_id, authority="pension-authority")

    for method, path in generated.operations():
        if as_terminal and not path.startswith(("/v1/payments", "/v1/wallets")):
            continue
        replies = await generated.send(house.client, method, path, sent, ids)
        assert replies
        if path.startswith("/v1/training/"):
            assert {reply.status_code for reply in replies} <= {403, 422, 400, 415}
    assert (await house.proof())["sound"]
