"""Every endpoint of the merged OpenAPI under generated requests, good and bad: no 5xx, no undocumented status."""

from __future__ import annotations

import json
import os
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import status_code_conformance
from tools.generated import OPENAPI, refresh

from api_gateway.routes import ROUTES

from .conftest import System, can_be_opened

EXAMPLES = int(os.environ.get("UNICARD_FUZZ_EXAMPLES", "15"))

refresh(OPENAPI)
document: dict[str, Any] = json.loads(OPENAPI.read_text(encoding="utf-8"))
schema = schemathesis.openapi.from_dict(document)

ROUTE = {route.name: route for route in ROUTES}


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_surprise(case: schemathesis.Case[Any], system: System) -> None:
    # so that it reaches the code behind the scopes; a method that the path does not have opens nothing
    route = ROUTE.get(f"{case.method.upper()} {case.path}")
    scopes = route.scopes if route is not None and can_be_opened(route) else ()
    response = case.call(base_url=system.edge, headers={"Authorization": f"Bearer {system.opening(scopes)}"})
    assert response.status_code < 500, f"{response.status_code}: {response.text[:300]}"
    case.validate_response(response, checks=[status_code_conformance])


def test_every_operation_is_tried() -> None:
    operations = [
        (path, method)
        for path, item in document["paths"].items()
        for method in item
        if method in {"get", "put", "post", "delete", "patch"}
    ]
    assert len(list(schema.get_all_operations())) == len(operations)
