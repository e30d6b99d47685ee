"""The JSON Schema of an event, and what may change in it without a new version."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import getdoc
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from contracts.event import Event
from contracts.generation import Document

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# What a reader's code never depends on.
_WORDS_ONLY = frozenset({"title", "description", "examples", "$schema"})
# What is compared by its own rule, or beside the rest.
_STRUCTURE = frozenset({"properties", "required", "$defs"})


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles pydantic makes of field names: they say nothing the names don't."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def event_schema(event: type[Event]) -> Document:
    """The event's data as its readers must accept it: a field with a default may be absent."""
    generated = event.model_json_schema(mode="validation", schema_generator=_Untitled)
    generated.pop("title", None)
    for definition in generated.get("$defs", {}).values():
        definition.pop("title", None)  # the name it stands under
    generated.pop("description", None)
    return {
        "$schema": DIALECT,
        "title": event.NAME or event.__name__,
        "description": getdoc(event) or "",
        "x-type": event.event_type(),
        "x-source": event.source(),
        "x-topic": event.TOPIC,
        "x-key": event.KEY,
        **generated,
    }


def breaking_changes(published: Document, proposed: Document, where: str = "") -> Iterator[str]:
    """What would break a reader of the published events: anything but new optional fields and new words.

    A new required field breaks too: the outbox may send again events written before it was thought of.
    """
    for name in sorted((published.keys() | proposed.keys()) - _WORDS_ONLY - _STRUCTURE):
        before, after = _plain(published.get(name)), _plain(proposed.get(name))
        if before != after:
            yield f"{where}{name}: {before} became {after}"

    yield from _fields(published, proposed, where)
    for name, definition in published.get("$defs", {}).items():
        if name in proposed.get("$defs", {}):
            yield from breaking_changes(definition, proposed["$defs"][name], f"{where}{name}.")


def _fields(published: Document, proposed: Document, where: str) -> Iterator[str]:
    before, after = published.get("properties", {}), proposed.get("properties", {})
    for name, field in before.items():
        if name not in after:
            yield f"{where}{name}: removed"
        elif _plain(field) != _plain(after[name]):
            yield f"{where}{name}: {_plain(field)} became {_plain(after[name])}"

    needed, needs = set(published.get("required", ())), set(proposed.get("required", ()))
    for name in sorted(needs - needed):
        yield f"{where}{name}: became required"
    for name in sorted((needed - needs) & after.keys()):
        yield f"{where}{name}: became optional"


def _plain(part: Any) -> Any:
    """The part without the words that explain it, and without regard to the order of its lists."""
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items() if name not in _WORDS_ONLY}
    if isinstance(part, list):
        return sorted((_plain(item) for item in part), key=repr)
    return part
