"""Every route under generated requests: no server error, no status the OpenAPI does not announce."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import validate

from card_service.main import ROUTERS
from chassis.clock import business_day
from chassis.endpoints import Endpoint
from chassis.ids import new_id
from chassis.testing_requests import Generated
from contracts.scopes import Scope

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

SCOPES = " ".join(Scope)
ENDPOINTS = [endpoint for routes in ROUTERS for endpoint in routes.endpoints]


@pytest.fixture(scope="module")
async def peopled(open_office: OpenOffice) -> AsyncIterator[tuple[Office, dict[str, str]]]:
    """A service with one of everything, and the ids of those."""
    async with open_office() as office:
        site = await office.site("Contract")
        made, (head, *_) = await office.household("spouse")
        phase_id = await office.phase()
        plan = await office.planned(phase_id, holders="adults")
        (card,) = await office.find(head)
        await office.hand_over(card, head)
        activation = await office.activated(phase_id)
        accepted = await office.upload(office.row("A"))
        change = {"kind": "head_change", "household_id": made["household_id"]}
        heir = {"new_head": made["members"][1]["citizen_id"], "former_role": "other"}
        change |= heir | {"fact_on": business_day(datetime.now(UTC)).isoformat()}
        asked = await office.call("POST", "/v1/change-requests", "requests:write", json={"change": change})
        evidence = f"/v1/change-requests/{asked['request_id']}/evidence"
        asked = await office.call("POST", evidence, "requests:write", content=b"%PDF-1.7")
        order: dict[str, Any] = {"asked": {}, "format": "csv", "purpose": "contract"}
        exported = await office.call("POST", "/v1/register-exports", "citizens:read", json=order)
        yield (
            office,
            {
                "export_id": exported["export_id"],
                "import_id": accepted["id"],
                "request_id": asked["request_id"],
                "evidence_id": asked["evidence"][0]["evidence_id"],
                "household_id": made["household_id"],
                "month": "2026-12",
                "citizen_id": made["members"][1]["citizen_id"],
                "site_id": site["site_id"],
                "phase_id": phase_id,
                "plan_id": plan["id"],
                "activation_id": activation["id"],
                "card_id": card["card_id"],
                "service": "health",
                # nothing is proposed, entered or set aside here: of these no id is anything's
                "policy_id": str(new_id()),
                "proposal_id": str(new_id()),
                "restriction_id": str(new_id()),
                "duplicate_id": str(new_id()),
                "mandate_id": str(new_id()),
                "order_id": str(new_id()),
                "batch_id": str(new_id()),
                "consignment_id": str(new_id()),
                "call_id": str(new_id()),
                "closure_id": str(new_id()),
                "course_id": str(new_id()),
                "participant_id": str(new_id()),
                "place_id": site["site_id"],
                "seminar_id": str(new_id()),
                "trial_id": str(new_id()),
                "governorate": "03",
                "parked_id": "1",
                "number": "1",
            },
        )


@pytest.fixture(scope="module")
async def generated(peopled: tuple[Office, dict[str, str]]) -> Generated:
    return Generated((await peopled[0].client.get("/openapi.json")).json())


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
async def test_generated_requests(
    peopled: tuple[Office, dict[str, str]], generated: Generated, endpoint: Endpoint
) -> None:
    office, ids = peopled

    def sent() -> dict[str, str]:
        return office.issuer.headers("fuzzer", SCOPES, site_id=ids["site_id"])

    assert await generated.send(office.client, endpoint.method.lower(), endpoint.path, sent, ids, examples=30)


async def test_every_route_is_announced_and_tried(generated: Generated) -> None:
    validate(generated.document)
    own = {
        (method.upper(), path)
        for method, path in generated.operations()
        if not any(part in path for part in ("/operations/", "/training/", "/records/"))
    }
    assert own == {(one.method, one.path) for one in ENDPOINTS if "/operations/" not in one.path}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
async def test_a_token_without_the_scope_opens_nothing(
    peopled: tuple[Office, dict[str, str]], endpoint: Endpoint
) -> None:
    office, ids = peopled
    if endpoint.public:
        return
    headers = office.issuer.headers("stranger", "unknown:scope")
    reply = await office.client.request(endpoint.method, endpoint.path.format(**ids), headers=headers)
    assert reply.status_code == 403
    assert reply.json()["code"] == "insufficient_scope"
    del headers["Authorization"]
    nobody = await office.client.request(endpoint.method, endpoint.path.format(**ids), headers=headers)
    assert nobody.status_code == 401
