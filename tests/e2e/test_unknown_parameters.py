"""No operation ignores a query parameter it does not know: a filter misspelt must not show everything."""

from __future__ import annotations

import re
import time

import httpx
import pytest

from api_gateway.route import Route
from api_gateway.routes import ROUTES
from chassis.ids import new_id
from chassis.testing import PLAIN

from .conftest import System, can_be_opened

# Where RFC 6749 §3.1, OpenID Connect or an outside provider may send what is not known here.
OPEN = {"GET /oauth/authorize", "GET /oauth/end-session", "GET /sign-in/external/callback"}
# Those for people and citizens alone are tried in each service's walk.
TRIED = [route for route in ROUTES if can_be_opened(route) and route.name not in OPEN]


@pytest.mark.parametrize("query", ["no_such_parameter=1", "limit:exact=1"])
@pytest.mark.parametrize("route", TRIED, ids=lambda route: route.name)
def test_a_parameter_nobody_reads_is_refused(system: System, route: Route, query: str) -> None:
    path = re.sub(r"\{[a-z_]+\}", str(new_id()), route.path)
    headers = {
        "Authorization": f"Bearer {system.opening(route.scopes, route.callers)}",
        "Idempotency-Key": str(new_id()),
    }
    reply = httpx.request(route.method, f"{system.edge}{path}?{query}", headers=headers, verify=PLAIN)
    while reply.status_code == 429:  # one client tries hundreds of routes in a row
        time.sleep(float(reply.headers["retry-after"]))
        reply = httpx.request(route.method, f"{system.edge}{path}?{query}", headers=headers, verify=PLAIN)
    assert reply.status_code == 422, reply.text
    name = query.partition("=")[0]
    if path.startswith("/fhir/"):
        assert reply.json()["resourceType"] == "OperationOutcome"
        assert name in reply.json()["issue"][0]["diagnostics"]
    else:
        assert (reply.json()["code"], reply.json()["errors"][0]["where"]) == ("invalid_request", f"query.{name}")
