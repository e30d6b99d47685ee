"""One document out of several: nothing is lost, nothing means two things."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import validate
from tools.generated import OPENAPI, refresh
from tools.merge_openapi import merge

from api_gateway.route import Upstream

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
            (Upstream.CARD, document("Cards", "/v1/cards/{card_id}", TEXT)),
            (Upstream.SUPPLY, document("Supply", "/v1/catalogue", NUMBER)),
            (Upstream.NOTIFY, document("Messages", "/v1/templates", TEXT)),
        ]
    )
    assert merged["components"]["schemas"] == {"Answer": TEXT, "SupplyAnswer": NUMBER}
    content = merged["paths"]["/v1/catalogue"]["get"]["responses"]["200"]["content"]
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/SupplyAnswer"}


def test_the_edges_own_refusals_are_added() -> None:
    merged = merge([(Upstream.SUPPLY, document("Supply", "/v1/catalogue", TEXT))])
    operation = merged["paths"]["/v1/catalogue"]["get"]
    assert operation["tags"] == ["Supply"]
    assert operation["responses"].keys() >= {"200", "401", "403", "408", "413", "429", "431", "503", "504"}
    assert "upstream_unavailable" in operation["responses"]["503"]["description"]


def test_a_refusal_of_the_service_is_completed_by_the_edges() -> None:
    part = document("Supply", "/v1/catalogue", TEXT)
    answers = part["paths"]["/v1/catalogue"]["get"]["responses"]
    answers["503"] = {"description": "`unavailable`: Not just now", "content": REFUSAL}
    merged = merge([(Upstream.SUPPLY, part)])
    described = merged["paths"]["/v1/catalogue"]["get"]["responses"]["503"]["description"]
    assert described.startswith("`unavailable`: Not just now; `upstream_unavailable`: ")


def test_what_several_routes_refuse_alike_is_said_once() -> None:
    merged = merge([(Upstream.SUPPLY, document(p, p, TEXT, operation_id=p)) for p in ("/v1/catalogue", "/v1/outlets")])
    references = [operations["get"]["responses"]["429"] for operations in merged["paths"].values()]
    assert references == [{"$ref": "#/components/responses/429.rate_limited"}] * 2
    assert merged["components"]["responses"]["429.rate_limited"]["content"] == REFUSAL


def test_two_services_cannot_answer_the_same() -> None:
    with pytest.raises(ValueError, match="answered by two services"):
        merge([(name, document(str(name), "/v1/catalogue", TEXT)) for name in (Upstream.CARD, Upstream.SUPPLY)])


def test_an_operation_id_is_used_once() -> None:
    parts = [
        (Upstream.SUPPLY, document("Supply", path, TEXT, operation_id="read"))
        for path in ("/v1/catalogue", "/v1/outlets")
    ]
    with pytest.raises(ValueError, match="read names both"):
        merge(parts)


def test_the_document_of_the_services_names_the_gateways_and_their_problems() -> None:
    """Written by a process of its own: what other tests have built of the services would be in it, too."""
    refresh(OPENAPI)
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))
    validate(document)
    assert {"/oauth/token", "/v1/redemptions", "/fhir/metadata"} <= document["paths"].keys()
    assert {"not_found", "upstream_unavailable"} <= document["x-problems"].keys()
