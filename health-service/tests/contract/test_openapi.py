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
    from ..support import Desk, Health

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


def check_body(document: dict[str, Any], response: dict[str, Any], reply: httpx.Response) -> None:
    """The body is of an announced type and has the announced shape."""
    media = reply.headers["content-type"].split(";")[0]
    schema = response["content"][media]["schema"]
    jsonschema.Draft202012Validator(schema | {"components": document["components"]}).validate(reply.json())


@pytest.mark.parametrize("as_terminal", [False, True], ids=["client", "terminal"])
async def test_generated_requests(health: Health, as_terminal: bool) -> None:
    document = (await health.client.get("/openapi.json")).json()
    validate(document)
    schema = schemathesis.openapi.from_dict(document)
    desk = await health.desk()
    ids = await things(health, desk)
    subject = str(desk.terminal_id) if as_terminal else "ministry"
    sent = health.issuer.headers(
        subject, SCOPES, kind="terminal" if as_terminal else "client", outlet_id=desk.provider_id
    )
    for path, operations in document["paths"].items():
        if as_terminal and not path.startswith(("/v1/encounters", "/v1/eligibility")):
            continue
        for method in METHODS & operations.keys():
            announced = operations[method]["responses"]
            for number, case in enumerate(generated(schema[path][method])):
                if number % 2 and case.path_parameters:  # every other time for what is really there
                    case.path_parameters |= {name: ids[name] for name in ids.keys() & case.path_parameters.keys()}
                if number % 3 == 0 and isinstance(case.body, dict):
                    case.body |= {name: ids[name] for name in ids.keys() & case.body.keys()}
                headers = sent | {"Idempotency-Key": str(new_id())}
                arguments = case.as_transport_kwargs(headers=headers, base_url="http://test")
                arguments.pop("cookies", None)
                reply = await health.client.request(**arguments)
                assert reply.status_code < 500, (arguments, reply.text)
                assert str(reply.status_code) in announced, (arguments, reply.status_code, reply.text)
                if reply.content:
                    check_body(document, announced[str(reply.status_code)], reply)


async def test_refusals_under_fhir_are_operation_outcomes(health: Health) -> None:
    document = (await health.client.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status != "200" and path.startswith("/fhir"):
                    assert "application/fhir+json" in response["content"], (path, status)
