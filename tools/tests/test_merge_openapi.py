"""One document out of several: nothing is lost, nothing means two things."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tools.generated import OPENAPI, refresh
from tools.merge_openapi import merge

from api_gateway.routes import ROUTES

REFUSAL = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}


def document(title: str, path: str, schema: dict[str, Any], **operation: Any) -> dict[str, Any]:
    """A service's document with one operation that answers with `Answer`."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}
    method = operation.pop("method", "get")
    return {
        "info": {"title": title},
        "paths": {
            path: {
                method: {
                    "operationId": operation.pop("operation_id", title),
                    "responses": {"200": {"description": "Here it is.", "content": content}},
                    **operation,
                }
            }
        },
        "components": {"schemas": {"Answer": schema}},
    }


TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


def test_a_name_that_means_something_else_is_prefixed_with_its_service() -> None:
    merged = merge(
        [
            ("card_service", document("Cards", "/v1/cards/{card_id}", TEXT)),
            ("supply_service", document("Supply", "/v1/catalogue", NUMBER)),
            ("notify_service", document("Messages", "/v1/templates", TEXT)),
        ]
    )
    assert merged["components"]["schemas"] == {"Answer": TEXT, "SupplyAnswer": NUMBER}
    content = merged["paths"]["/v1/catalogue"]["get"]["responses"]["200"]["content"]
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/SupplyAnswer"}


def test_scopes_and_the_edges_own_refusals_are_added() -> None:
    merged = merge([("supply_service", document("Supply", "/v1/catalogue", TEXT))])
    operation = merged["paths"]["/v1/catalogue"]["get"]
    (route,) = (route for route in ROUTES if route.name == "GET /v1/catalogue")
    assert operation["x-scopes"] == list(route.scopes)
    assert operation["security"] == [{"bearer": []}]
    assert operation["tags"] == ["Supply"]
    assert operation["responses"].keys() >= {"200", "401", "403", "408", "413", "429", "431", "503", "504"}
    assert "upstream_unavailable" in operation["responses"]["503"]["description"]


def test_a_refusal_of_the_service_is_completed_by_the_edges() -> None:
    part = document("Supply", "/v1/catalogue", TEXT)
    answers = part["paths"]["/v1/catalogue"]["get"]["responses"]
    answers["503"] = {"description": "`unavailable`: Not just now", "content": REFUSAL}
    merged = merge([("supply_service", part)])
    described = merged["paths"]["/v1/catalogue"]["get"]["responses"]["503"]["description"]
    assert described.startswith("`unavailable`: Not just now; `upstream_unavailable`: ")


def test_what_several_routes_refuse_alike_is_said_once() -> None:
    merged = merge([("supply_service", document(p, p, TEXT, operation_id=p)) for p in ("/v1/catalogue", "/v1/outlets")])
    references = [operations["get"]["responses"]["429"] for operations in merged["paths"].values()]
    assert references == [{"$ref": "#/components/responses/429.rate_limited"}] * 2
    assert merged["components"]["responses"]["429.rate_limited"]["content"] == REFUSAL


def test_a_public_route_asks_for_no_token() -> None:
    merged = merge([("card_service", document("Cards", "/v1/pin-key", TEXT, security=[{"bearer": []}]))])
    assert "security" not in merged["paths"]["/v1/pin-key"]["get"]


def test_two_services_cannot_answer_the_same() -> None:
    with pytest.raises(ValueError, match="answered by two services"):
        merge([(name, document(name, "/v1/catalogue", TEXT)) for name in ("card_service", "supply_service")])


def test_an_operation_id_is_used_once() -> None:
    parts = [
        ("supply_service", document("Supply", path, TEXT, operation_id="read"))
        for path in ("/v1/catalogue", "/v1/outlets")
    ]
    with pytest.raises(ValueError, match="read names both"):
        merge(parts)


def test_a_route_the_edge_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match=r"missing in api_gateway\.routes: GET /v1/secret"):
        merge([("supply_service", document("Supply", "/v1/secret", TEXT))])


def test_the_document_of_the_services_names_the_gateways_and_their_problems() -> None:
    """Written by a process of its own: what other tests have built of the services would be in it, too."""
    refresh(OPENAPI)
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))
    assert {"/oauth/token", "/v1/redemptions", "/fhir/metadata"} <= document["paths"].keys()
    assert {"not_found", "upstream_unavailable"} <= document["x-problems"].keys()
