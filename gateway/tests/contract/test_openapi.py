"""The app's OpenAPI is valid, and it and the route table tell of the same routes."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from openapi_spec_validator import validate
from tools.generated import OPENAPI, refresh

from api_gateway.main import create_app
from api_gateway.routes import ROUTES, Upstream
from api_gateway.settings import Settings

METHODS = {"get", "put", "post", "delete", "patch"}


@cache
def own() -> dict[str, Any]:
    """The gateway's own document; its app is not started."""
    return create_app(Settings.model_construct(database_url="", kafka_bootstrap="")).openapi()


def names(document: dict[str, Any]) -> set[str]:
    return {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations.keys() & METHODS
    }


def shape(name: str) -> str:
    """A route's name without the names of its parameters."""
    return "/".join("{}" if part.startswith("{") else part for part in name.split("/"))


def test_it_is_valid() -> None:
    validate(json.loads(json.dumps(own())))


def test_the_table_has_every_route_of_the_gateway_and_no_other() -> None:
    table = {route.name for route in ROUTES if route.upstream is Upstream.GATEWAY}
    assert table - {"GET /openapi.json"} == names(own())


def test_what_needs_a_token_says_so() -> None:
    for route in ROUTES:
        if route.upstream is not Upstream.GATEWAY or route.name == "GET /openapi.json":
            continue
        operation = own()["paths"][route.path][route.method.lower()]
        assert bool(operation.get("security")) != route.public, route.name
        keyed = any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ()))
        assert keyed == (route.retry == "keyed"), route.name


def test_no_secret_has_an_example_or_a_default() -> None:
    text = json.dumps(own())
    assert '"client_secret"' in text
    assert '"default": "bootstrap"' not in text


def test_every_route_of_the_table_exists_upstream_and_the_other_way_round() -> None:
    refresh(OPENAPI)
    merged = {shape(name) for name in names(json.loads(OPENAPI.read_text(encoding="utf-8")))}
    table = {shape(route.name) for route in ROUTES} - {"GET /openapi.json"}
    assert table - merged == set(), "in the table, but no service answers"
    assert merged - table == set(), "answered by a service, but closed at the edge"
