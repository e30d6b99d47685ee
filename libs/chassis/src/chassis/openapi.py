"""OpenAPI document of a service: every route also documents its scopes and the refusals that all routes share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI

from chassis.endpoints import Endpoint
from chassis.idempotency import HEADER, MAX_KEY
from chassis.openapi_examples import restore_nulls
from chassis.problems import COMMON, ProblemDocument, responses

_BEARER = {"type": "http", "scheme": "bearer", "description": "A token of POST /oauth/token"}


def install(app: FastAPI, endpoints: Iterable[Endpoint]) -> None:
    """Make `app.openapi()` produce the completed document, once."""

    plain = app.openapi
    completed: dict[str, object] = {}

    def openapi() -> dict[str, Any]:
        if not completed:
            completed.update(complete(plain(), endpoints))
        return completed

    app.openapi = openapi  # type: ignore[method-assign]


def complete(document: dict[str, Any], endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Add the problem schema, scopes, the common refusals, and the idempotency header of mutations."""
    components = document.setdefault("components", {})
    components["securitySchemes"] = {"bearer": _BEARER}
    schemas = components.setdefault("schemas", {})
    schemas["ProblemDocument"] = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    restore_nulls(schemas)
    for endpoint in endpoints:
        operation = document["paths"][endpoint.path][endpoint.method.lower()]
        if endpoint.scopes:
            operation["security"] = [{"bearer": []}]
            operation["x-scopes"] = [str(scope) for scope in endpoint.scopes]
            operation["x-callers"] = sorted(endpoint.callers)
        _complete_operation(operation)
    return document


def _complete_operation(operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == HEADER:
            parameter["required"] = True
            parameter["schema"] = {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_KEY,
                "pattern": "^[!-~]+$",
            }
    declared = operation.setdefault("responses", {})
    if "HTTPValidationError" in str(declared.get("422")):
        del declared["422"]
    for status, response in responses(*COMMON).items():
        declared.setdefault(str(status), response)
