"""The service's OpenAPI: every route also documents the refusals that all routes share."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from chassis.idempotency import HEADER, MAX_KEY
from chassis.problems import COMMON, ProblemDocument, responses

_METHODS = ("get", "put", "post", "delete", "patch")


def install(app: FastAPI) -> None:
    """Make `app.openapi()` produce the completed document, once."""

    plain = app.openapi
    completed: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not completed:
            completed.update(complete(plain()))
        return completed

    app.openapi = openapi  # type: ignore[method-assign]


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Add the problem schema, the common refusals, and the idempotency header of mutations."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["ProblemDocument"] = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in _METHODS:
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
