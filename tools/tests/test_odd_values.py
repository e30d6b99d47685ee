"""Odd values in every field of every body, of all services: each is refused where it stands, before any work is done.

Of the declared operations alone, without a server: what is refused here is answered 422 by the chassis
(`chassis.routing`), in both languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from chassis.exact import Exactly
from chassis.invalid import in_arabic
from chassis.refusals import Refusal
from chassis.routing import DeclaredRoute

MAINS = ("card_service", "supply_service", "health_service", "payment_service", "notify_service", "api_gateway")
SURROGATE, NUL, INVISIBLE = "x\ud800", "x\x00", "\u200f\u2066\u2069\u00ad"
HUGE = 10**400
Wrap = Callable[[object], object]
Schema = dict[str, Any]


@cache
def routes() -> dict[str, DeclaredRoute]:
    """Every operation with a JSON body."""
    found: dict[str, DeclaredRoute] = {}
    for name in MAINS:
        for router in import_module(f"{name}.main").ROUTERS:
            for route in router.api.routes:
                if isinstance(route, DeclaredRoute) and route.body_field is not None:
                    found[f"{name} {route.declared.name}"] = route
    return found


def leaves(schema: Schema, kinds: Schema, wrap: Wrap, where: str, within: tuple[int, ...]) -> Iterator[Any]:
    """Every value in a body that is no container: how a body with it alone is made, where it stands, its schema."""
    tag: Schema = {}
    while "$ref" in schema:
        schema = kinds[schema["$ref"].rpartition("/")[2]]
    if id(schema) in within:
        return
    inner = (*within, id(schema))
    if told := schema.get("discriminator"):
        for value, ref in told["mapping"].items():
            tag = {told["propertyName"]: value}
            marked = _marked(wrap, tag)
            yield from leaves({"$ref": ref}, kinds, marked, f"{where}[{value}]", inner)
        return
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from leaves(branch, kinds, wrap, where, inner)
    for name, part in schema.get("properties", {}).items():
        yield from leaves(part, kinds, _named(wrap, name), f"{where}.{name}", inner)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from leaves(schema["additionalProperties"], kinds, _named(wrap, "a"), f"{where}.*", inner)
    if isinstance(schema.get("items"), dict):
        yield from leaves(schema["items"], kinds, lambda value: wrap([value]), f"{where}[]", inner)
    if schema.get("type") in {"integer", "number", "boolean", "string"}:
        yield wrap, where, schema


def _named(wrap: Wrap, name: str) -> Wrap:
    return lambda value: wrap({name: value})


def _marked(wrap: Wrap, tag: Schema) -> Wrap:
    return lambda value: wrap({**tag, **value} if isinstance(value, dict) else value)


def odd(schema: Schema) -> list[object]:
    """Values that make no sense in a field of this schema."""
    match schema["type"]:
        case "integer":
            return [True, 7.0, "7", HUGE, -HUGE]
        case "number":
            return [True, "x"]
        case "boolean":
            return [1, "yes", "true"]
    if "const" in schema or "enum" in schema:
        return ["no such word", "", INVISIBLE, SURROGATE]
    if schema.get("format") in {"date", "date-time", "time"}:
        return [0, 1_700_000_000, "1700000000", "soon", ""]
    if "format" in schema:
        return ["x", 7, SURROGATE]
    wrong: list[object] = [NUL, SURROGATE, 7]
    if schema.get("minLength", 0) > 0:
        wrong += ["", "  \u00a0", INVISIBLE]
    if "maxLength" in schema:
        wrong.append("x" * (schema["maxLength"] + 1))
    return wrong


def refused(adapter: TypeAdapter[Any], exactly: Exactly, body: object, value: object) -> bool:
    """Whether a body is refused for this value, and not only for what is missing beside it."""
    if any(fault["reason_ar"] for fault in exactly.faults(body)):
        return True
    try:
        adapter.validate_python(body)
    except ValidationError as error:
        tag = {"union_tag_invalid"}  # told of the whole object that has it
        return any((one["input"] is value or one["type"] in tag) and in_arabic(dict(one)) for one in error.errors())
    except Refusal as refusal:
        return bool(refusal.title_ar)
    return False


@pytest.mark.parametrize("name", sorted(routes()))
def test_odd_values_are_refused_where_they_stand(name: str) -> None:
    field = routes()[name].body_field
    assert field is not None
    sent: Any = field.field_info.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(sent)
    exactly = Exactly(adapter)
    schema = adapter.json_schema(mode="validation")
    taken = [
        f"{where}: {str(value)[:20]!r}"
        for wrap, where, leaf in leaves(schema, schema.get("$defs", {}), lambda body: body, "body", ())
        for value in odd(leaf)
        if not refused(adapter, exactly, wrap(value), value)
    ]
    assert taken == []


def test_every_service_has_bodies() -> None:
    assert {name.split()[0] for name in routes()} == set(MAINS)
    assert len(routes()) > 90
