"""Every route under generated requests: no server error, no status or body the OpenAPI does not announce."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openapi_spec_validator import validate

from chassis.testing_requests import Generated
from contracts.scopes import Scope

if TYPE_CHECKING:
    from ..support import Desk, Health

SCOPES = " ".join(Scope)


async def things(health: Health, desk: Desk) -> dict[str, str]:
    """One of everything, by the names of the paths' parameters."""
    family = await health.family()
    visit = await health.visit(desk, family)
    assert visit.status_code == 201, visit.text
    spare = await health.desk()
    return {
        "card_id": str(family.card_id),
        "household_id": str(family.household_id),
        "patient_id": str(family.child_id),
        "encounter_id": visit.json()["encounter_id"],
        "provider_id": str(desk.provider_id),
        "terminal_id": str(spare.terminal_id),
        "parked_id": "1",
    }


@pytest.mark.parametrize("as_terminal", [False, True], ids=["client", "terminal"])
async def test_generated_requests(health: Health, as_terminal: bool) -> None:
    document = (await health.client.get("/openapi.json")).json()
    validate(document)
    generated = Generated(document)
    desk = await health.desk()
    ids = await things(health, desk)
    subject = str(desk.terminal_id) if as_terminal else "ministry"

    def sent() -> dict[str, str]:
        kind = "terminal" if as_terminal else "client"
        return health.issuer.headers(subject, SCOPES, kind=kind, outlet_id=desk.provider_id)

    for method, path in generated.operations():
        if not as_terminal or path.startswith(("/v1/encounters", "/v1/eligibility")):
            assert await generated.send(health.client, method, path, sent, ids)


async def test_refusals_under_fhir_are_operation_outcomes(health: Health) -> None:
    document = (await health.client.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status != "200" and path.startswith("/fhir"):
                    assert "application/fhir+json" in response["content"], (path, status)
