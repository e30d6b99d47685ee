"""Every route is opened by the same scopes at the edge and in its service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from tools.merge_openapi import PACKAGES, service_app

from api_gateway.routes import ROUTES
from chassis.auth import SCOPES

AT_THE_EDGE = {route.name: frozenset(route.scopes) for route in ROUTES}


def scopes_of(dependant: Dependant) -> Iterator[frozenset[str]]:
    """The scopes that `requires` was given, wherever in a route's dependencies it stands."""
    found = getattr(dependant.call, SCOPES, None)
    if found:
        yield found
    for inner in dependant.dependencies:
        yield from scopes_of(inner)


@pytest.mark.parametrize("package", PACKAGES)
def test_edge_and_service_ask_for_the_same_scopes(package: str) -> None:
    app = service_app(package)
    seen = 0
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        wanted = list(scopes_of(route.dependant))
        for method in route.methods or ():
            name = f"{method} {route.path}"
            assert len(wanted) <= 1, name
            assert AT_THE_EDGE[name] == (wanted[0] if wanted else frozenset()), name
            seen += 1
    assert seen > 5
