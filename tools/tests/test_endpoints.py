"""What the services declare of their endpoints is whole, is what they do, and is what the edge knows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tools import routes
from tools.services import service_app

from api_gateway.route import Route, Upstream, fields, parse
from chassis.app import endpoints_of
from chassis.endpoints import Endpoint, Retry
from chassis.idempotency import HEADER
from contracts.scopes import Scope

ALL = [(service, endpoint) for service in Upstream for endpoint in endpoints_of(service_app(service))]
EACH = pytest.mark.parametrize(("service", "endpoint"), ALL, ids=[endpoint.name for _, endpoint in ALL])


def operation(service: Upstream, endpoint: Endpoint) -> dict[str, Any]:
    """The endpoint in its service's OpenAPI."""
    found: dict[str, Any] = service_app(service).openapi()["paths"][endpoint.path][endpoint.method.lower()]
    return found


def parameters(service: Upstream, endpoint: Endpoint, kind: str) -> set[str]:
    return {one["name"] for one in operation(service, endpoint).get("parameters", ()) if one["in"] == kind}


def test_the_table_checked_in_is_what_the_services_declare(capsys: pytest.CaptureFixture[str]) -> None:
    assert routes.main(["--check"]) == 0, capsys.readouterr().err


@EACH
def test_a_line_of_the_table_says_all_of_a_route(service: Upstream, endpoint: Endpoint) -> None:
    said = {**vars(endpoint), "query": frozenset()}
    assert parse(" ".join(fields(service, endpoint))) == Route(upstream=service, **said)


@pytest.mark.parametrize("service", Upstream)
def test_nothing_answers_that_is_not_declared(service: Upstream) -> None:
    announced = {
        f"{method.upper()} {path}"
        for path, operations in service_app(service).openapi()["paths"].items()
        for method in operations
    }
    assert announced == {endpoint.name for endpoint in endpoints_of(service_app(service))}


@EACH
def test_what_is_declared_is_what_the_handler_takes(service: Upstream, endpoint: Endpoint) -> None:
    assert parameters(service, endpoint, "query") == endpoint.query
    assert (HEADER in parameters(service, endpoint, "header")) == (endpoint.retry is Retry.KEYED)
    assert operation(service, endpoint).get("x-scopes", []) == [str(scope) for scope in endpoint.scopes]
    assert bool(operation(service, endpoint).get("security")) != endpoint.public


def test_every_scope_opens_something_and_says_what() -> None:
    assert {scope for _, endpoint in ALL for scope in endpoint.scopes} == set(Scope)
    assert all(scope.description.endswith(".") for scope in Scope)


def test_every_scope_says_what_it_allows_in_both_languages() -> None:
    arabic = re.compile("[\u0621-\u064a]")
    for scope in Scope:
        assert arabic.search(scope.description_ar), scope
        assert scope.description_ar.endswith("."), scope
        assert not arabic.search(scope.description), scope
    assert len({scope.description_ar for scope in Scope}) == len(Scope)
