"""Every route under generated requests: no server error, no status the OpenAPI does not announce."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate

from chassis.ids import new_id

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

SCOPES = (
    "citizens:read citizens:write citizens:import sites:read sites:write rollout:read rollout:write"
    " cards:read cards:write cards:handover"
)
PLANS = "/v1/rollout-phases/{phase_id}/pickup-plans"
ACTIVATIONS = "/v1/rollout-phases/{phase_id}/activations"
OPERATIONS = [
    ("POST", "/v1/imports"),
    ("GET", "/v1/imports/{import_id}"),
    ("GET", "/v1/imports/{import_id}/rejections"),
    ("POST", "/v1/households"),
    ("GET", "/v1/households/{household_id}"),
    ("POST", "/v1/households/{household_id}/members"),
    ("DELETE", "/v1/households/{household_id}/members/{citizen_id}"),
    ("GET", "/v1/citizens/{citizen_id}"),
    ("PATCH", "/v1/citizens/{citizen_id}"),
    ("POST", "/v1/citizens/search"),
    ("POST", "/v1/citizens/lookup"),
    ("GET", "/v1/citizens/{citizen_id}/accesses"),
    ("POST", "/v1/pickup-sites"),
    ("GET", "/v1/pickup-sites"),
    ("GET", "/v1/pickup-sites/{site_id}/appointments"),
    ("POST", "/v1/rollout-phases"),
    ("GET", "/v1/rollout-phases"),
    ("GET", "/v1/rollout-phases/{phase_id}"),
    ("POST", "/v1/rollout-phases/{phase_id}/pause"),
    ("POST", "/v1/rollout-phases/{phase_id}/resumption"),
    ("POST", PLANS),
    ("GET", "/v1/pickup-plans/{plan_id}"),
    ("POST", ACTIVATIONS),
    ("GET", "/v1/activations/{activation_id}"),
    ("POST", "/v1/cards/search"),
    ("POST", "/v1/cards/{card_id}/handover"),
    ("GET", "/v1/pin-key"),
    ("PUT", "/v1/cards/{card_id}/pin"),
    ("POST", "/v1/cards/{card_id}/pin-checks"),
    ("GET", "/v1/cards/{card_id}"),
    ("POST", "/v1/cards/{card_id}/block"),
    ("POST", "/v1/cards/{card_id}/unblock"),
    ("POST", "/v1/cards/{card_id}/replacement"),
    ("PUT", "/v1/cards/{card_id}/services/{service}"),
    ("DELETE", "/v1/cards/{card_id}/services/{service}"),
    ("GET", "/v1/cards/{card_id}/credential"),
    ("GET", "/v1/credential-keys"),
]


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
        yield (
            office,
            {
                "import_id": accepted["id"],
                "household_id": made["household_id"],
                "citizen_id": made["members"][1]["citizen_id"],
                "site_id": site["site_id"],
                "phase_id": phase_id,
                "plan_id": plan["id"],
                "activation_id": activation["id"],
                "card_id": card["card_id"],
                "service": "health",
            },
        )


def generated(operation: Any, examples: int = 30) -> list[Any]:
    cases: list[Any] = []

    @given(case=operation.as_strategy())
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def collect(case: Any) -> None:
        cases.append(case)

    collect()
    return cases


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_generated_requests(peopled: tuple[Office, dict[str, str]], method: str, path: str) -> None:
    office, ids = peopled
    document = (await office.client.get("/openapi.json")).json()
    operation = schemathesis.openapi.from_dict(document)[path][method]
    announced = document["paths"][path][method.lower()]["responses"]
    for number, case in enumerate(generated(operation)):
        if number % 2 and case.path_parameters:  # every other time for what is really there
            case.path_parameters |= {name: ids[name] for name in case.path_parameters}
        headers = office.issuer.headers("fuzzer", SCOPES, site_id=ids["site_id"])
        headers |= {"Idempotency-Key": str(new_id())}
        arguments = case.as_transport_kwargs(headers=headers, base_url="http://test")
        arguments.pop("cookies", None)
        reply = await office.client.request(**arguments)
        assert reply.status_code < 500, (arguments, reply.text)
        assert str(reply.status_code) in announced, (arguments, reply.status_code, reply.text)
        check_body(document, announced[str(reply.status_code)], reply)


def check_body(document: dict[str, Any], response: dict[str, Any], reply: httpx.Response) -> None:
    """The body is of an announced type and has the announced shape."""
    media = reply.headers["content-type"].split(";")[0]
    schema = response["content"][media]["schema"]
    jsonschema.Draft202012Validator(schema | {"components": document["components"]}).validate(reply.json())


async def test_every_route_is_announced_and_tried(peopled: tuple[Office, dict[str, str]]) -> None:
    document = (await peopled[0].client.get("/openapi.json")).json()
    validate(document)
    own = {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if "/operations/" not in path and "/training/" not in path
    }
    assert own == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_a_token_without_the_scope_opens_nothing(
    peopled: tuple[Office, dict[str, str]], method: str, path: str
) -> None:
    office, ids = peopled
    if path in {"/v1/pin-key", "/v1/credential-keys"}:
        return
    headers = office.issuer.headers("stranger", "unknown:scope")
    reply = await office.client.request(method, path.format(**ids), headers=headers)
    assert reply.status_code == 403
    assert reply.json()["code"] == "insufficient_scope"
    del headers["Authorization"]
    nobody = await office.client.request(method, path.format(**ids), headers=headers)
    assert nobody.status_code == 401
