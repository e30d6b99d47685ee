"""Nulls of examples in an OpenAPI document: FastAPI leaves out every null that it meets, in examples as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]


def restore_nulls(schemas: Schemas) -> None:
    """Put the nulls of required members back into the examples of these schemas."""
    for schema in schemas.values():
        for example in schema.get("examples", ()):
            _restore(example, schema, schemas)


def _restore(value: object, schema: Schema, schemas: Schemas) -> None:
    schema = _resolved(schema, schemas)
    if isinstance(value, list):
        for item in value:
            _restore(item, schema.get("items", {}), schemas)
    if not isinstance(value, dict):
        return
    for name, member in schema.get("properties", {}).items():
        if name in value:
            _restore(value[name], member, schemas)
        elif name in schema.get("required", ()) and _may_be_null(member):
            value[name] = None


def _resolved(schema: Schema, schemas: Schemas) -> Schema:
    """What a reference names; of several alternatives the one that is no null."""
    while True:
        if "$ref" in schema:
            schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
        elif others := [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]:
            schema = others[0]
        else:
            return schema


def _may_be_null(schema: Schema) -> bool:
    return schema.get("type") == "null" or any(one.get("type") == "null" for one in schema.get("anyOf", ()))
