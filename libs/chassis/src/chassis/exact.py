"""Values are taken as they are said: no `true` for 1, no `7.0` or `"7"` for 7, no `"yes"` for true, no blanks as words.

pydantic helps what it can be made of; at a place that registers, moves money or counts, whoever sends another kind of
value has a fault in the program and must hear of it. A body is held against its own JSON Schema before pydantic
reads it: numbers, truth values, and free text, which must have something to see where it must not be empty, and no
character that is none. Query parameters, which are text, are held against the shape of a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain, repeat
from typing import Any, Final

from pydantic import TypeAdapter

from chassis.text import INVISIBLE, unreadable

JsonSchema = Mapping[str, Any]
Check = Callable[[object], bool]

_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")
_NUMBERS: Final = frozenset({"integer", "number", "boolean"})
# Text of a list or with a format is held against that by pydantic; a pattern may let blanks pass.
_LISTED: Final = frozenset({"format", "enum", "const"})
_BYTES: Final = "application/octet-stream"  # a file: no text
# pydantic would read a number as seconds since 1970.
_MOMENTS: Final = {
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "date-time": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}"),
    "time": re.compile(r"[0-9]{2}:[0-9]{2}"),
}
# Days are reckoned with: in Cairo, a month on, some years back. At the ends of what a date can be that overflows.
_YEARS: Final = re.compile(r"[12][0-9]{3}-")
_FAR: Final = "far"
_DAYS: Final = frozenset({"date", "date-time"})
_MOST: Final = 2**63  # what a database keeps of a whole number
_TRUTH: Final = frozenset({"true", "false"})
_REASONS: Final = {
    "integer": (
        "int_exact",
        "a whole number below 2^63 is needed, without a point or quotes",
        "المطلوب رقم صحيح بدون كسور",
    ),
    "number": ("number_exact", "a number is needed, written without quotes", "المطلوب رقم"),
    "boolean": ("bool_exact", "true or false is needed", "المطلوب true أو false"),
    "blank": ("text_blank", "there is nothing to read in it", "النص فارغ أو لا يحتوي على حروف ظاهرة"),
    "moment": ("date_exact", "a date or time as in ISO 8601 is needed", "المطلوب تاريخ أو وقت بصيغة ISO 8601"),
    "far": ("date_far", "a day of the years 1000 to 2999 is needed", "المطلوب تاريخ بين عامي 1000 و2999"),
    "unreadable": ("text_unreadable", "it has characters that are none", "النص يحتوي على رموز غير صالحة"),
}
MOST_NAMED: Final = 50


class Fault(dict[str, str]):
    """One value that is not what it is said to be, as a member of a problem document."""

    @classmethod
    def of(cls, kind: str, *where: str | int) -> Fault:
        """What is wrong there; the value itself is never repeated."""
        code, reason, reason_ar = _REASONS[kind]
        return cls(where=".".join(map(str, where)), reason=reason, reason_ar=reason_ar, code=code)


class Exactly:
    """The numbers, truth values and free texts of a body, by its type."""

    def __init__(self, adapter: TypeAdapter[Any]) -> None:
        """`adapter`: of the body's type."""
        self._adapter = adapter

    @cached_property
    def _schema(self) -> JsonSchema:
        schema = self._adapter.json_schema(mode="validation")
        self._definitions: Mapping[str, JsonSchema] = schema.get("$defs", {})
        self._told: dict[int, bool] = {}
        return schema if self._counts(schema, ()) else {}

    def faults(self, body: object) -> list[Fault]:
        """What of a body is no number, truth value or text where one is to be."""
        if self._fine(body):
            return []
        found: list[Fault] = []
        for fault in self._faults(self._schema, body, ("body",)):
            found.append(fault)
            if len(found) == MOST_NAMED:
                break
        return found

    @cached_property
    def _fine(self) -> Check:
        """Whether nothing is wrong, as nearly always: told without naming any place, in a third of the time."""
        return self._check(self._schema, {})

    def _check(self, schema: JsonSchema, known: dict[int, Check]) -> Check:
        schema = self._followed(schema)
        if not schema or not self._counts(schema, ()):
            return _anything
        if (made := known.get(id(schema))) is not None:
            return made
        known[id(schema)] = lambda value: known[id(schema)](value)  # it may be within itself
        known[id(schema)] = made = self._made(schema, known)
        return made

    def _made(self, schema: JsonSchema, known: dict[int, Check]) -> Check:
        if branches := schema.get("anyOf") or schema.get("oneOf"):
            return self._one_of(schema, [self._followed(one) for one in branches], known)
        if (kind := schema.get("type")) in _NUMBERS:
            return lambda value: _is(kind, value)
        if kind == "string":
            return lambda value: not _wrong(value, schema)
        named = {name: self._check(part, known) for name, part in schema.get("properties", {}).items()}
        more, items = schema.get("additionalProperties"), schema.get("items")
        others = self._check(more, known) if isinstance(more, dict) else _anything
        each = self._check(items, known) if isinstance(items, dict) else _anything
        first = [self._check(one, known) for one in schema.get("prefixItems", ())]

        def within(value: object) -> bool:
            if isinstance(value, dict):
                return all(named.get(name, others)(part) for name, part in value.items())
            if isinstance(value, list):
                return all(check(part) for check, part in zip(chain(first, repeat(each)), value, strict=False))
            return True

        return within

    def _one_of(self, schema: JsonSchema, branches: list[JsonSchema], known: dict[int, Check]) -> Check:
        told = schema.get("discriminator", {})
        checks = [(branch, self._check(branch, known)) for branch in branches]
        chosen = {value: self._check({"$ref": to}, known) for value, to in told.get("mapping", {}).items()}

        def one(value: object) -> bool:
            if chosen and isinstance(value, dict):
                name = value.get(told["propertyName"])
                return chosen.get(name, _anything)(value) if isinstance(name, str) else True
            return any(_may_be(branch, value) and check(value) for branch, check in checks)

        return one

    def _followed(self, schema: JsonSchema) -> JsonSchema:
        while "$ref" in schema:
            schema = self._definitions[schema["$ref"].rpartition("/")[2]]
        return schema

    def _counts(self, schema: JsonSchema, within: tuple[int, ...]) -> bool:
        """Whether there is anything to look at in what has this schema."""
        schema = self._followed(schema)
        if id(schema) in within:
            return False
        if (told := self._told.get(id(schema))) is not None:
            return told
        inner = (*within, id(schema))
        counts = (
            schema.get("type") in _NUMBERS
            or _looked_at(schema)
            or any(self._counts(part, inner) for part in _parts(schema))
        )
        if counts or not within:  # what has been found nothing in may lead back to what is not yet known
            self._told[id(schema)] = counts
        return counts

    def _faults(self, schema: JsonSchema, value: object, where: tuple[str | int, ...]) -> Iterator[Fault]:
        schema = self._followed(schema)
        if not schema or not self._counts(schema, ()):
            return
        if branches := schema.get("anyOf") or schema.get("oneOf"):
            yield from self._of_branches(schema, branches, value, where)
        elif (kind := schema.get("type")) in _NUMBERS:
            if not _is(kind, value):
                yield Fault.of(kind, *where)
        elif kind == "string":
            if wrong := _wrong(value, schema):
                yield Fault.of(wrong, *where)
        elif isinstance(value, dict):
            named, others = schema.get("properties", {}), schema.get("additionalProperties")
            for name, part in value.items():
                wanted = named.get(name, others if isinstance(others, dict) else {})
                yield from self._faults(wanted, part, (*where, name))
        elif isinstance(value, list):
            first = schema.get("prefixItems", ())
            for place, part in enumerate(value):
                wanted = first[place] if place < len(first) else schema.get("items", {})
                yield from self._faults(wanted if isinstance(wanted, dict) else {}, part, (*where, place))

    def _of_branches(
        self, schema: JsonSchema, branches: list[JsonSchema], value: object, where: tuple[str | int, ...]
    ) -> Iterator[Fault]:
        told = schema.get("discriminator", {})
        if told and isinstance(value, dict):
            name = value.get(told["propertyName"])
            chosen = told["mapping"].get(name) if isinstance(name, str) else None  # what is no text is pydantic's
            yield from self._faults({"$ref": chosen} if chosen else {}, value, where)
            return
        found: list[Fault] = []
        for branch in map(self._followed, branches):
            if not _may_be(branch, value):
                continue
            faults = [*self._faults(branch, value, where)]
            if not faults:
                return
            found = found or faults
        if not found:
            kinds = [kind for kind in map(_kind, map(self._followed, branches)) if kind]
            found = [Fault.of(kinds[0], *where)] if kinds else []
        yield from found


def _anything(_: object) -> bool:
    return True


def _parts(schema: JsonSchema) -> Iterator[JsonSchema]:
    for several in ("anyOf", "oneOf", "allOf", "prefixItems"):
        yield from schema.get(several, ())
    yield from schema.get("properties", {}).values()
    for one in ("items", "additionalProperties"):
        if isinstance(schema.get(one), dict):
            yield schema[one]


def _kind(schema: JsonSchema) -> str | None:
    """What a value of another JSON type is told that is to be: a number, a truth value, a moment."""
    kind: str | None = schema.get("type")
    return kind if kind in _NUMBERS else "moment" if schema.get("format") in _MOMENTS else None


def _looked_at(schema: JsonSchema) -> bool:
    if schema.get("type") != "string" or schema.get("contentMediaType") == _BYTES:
        return False
    return _LISTED.isdisjoint(schema) or schema.get("format") in _MOMENTS


def _wrong(value: object, schema: JsonSchema) -> str | None:
    """What is wrong with a text or a moment; what is no text at all is pydantic's to refuse, but for a moment."""
    if (shape := _MOMENTS.get(form := schema.get("format", ""))) is not None:
        if not (isinstance(value, str) and shape.match(value)):
            return "moment"
        return "far" if form in _DAYS and not _YEARS.match(value) else None
    free = isinstance(value, str) and _LISTED.isdisjoint(schema)
    return _unreadable(str(value), schema) if free else None


def _unreadable(text: str, schema: JsonSchema) -> str | None:
    """What is wrong with a free text."""
    if unreadable(text):
        return "unreadable"
    needed = schema.get("minLength", 0) > 0 and text != ""  # an empty one is pydantic's to refuse
    return "blank" if needed and not text.translate(INVISIBLE).strip() else None


def _is(kind: str, value: object) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) < _MOST
    return kind == "number" and isinstance(value, float)


def _may_be(schema: JsonSchema, value: object) -> bool:
    """Whether a value is of the JSON type of a schema that names one, and has no members that it may not have."""
    match schema.get("type"):
        case "null":
            return value is None
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case "object":
            closed = schema.get("additionalProperties") is False
            return isinstance(value, dict) and not (closed and value.keys() - schema.get("properties", {}).keys())
        case kind if kind in _NUMBERS:
            return _is(kind, value)
    return True


def query_faults(kinds: Mapping[str, str], query: Iterable[tuple[str, str]], where: str = "query") -> list[Fault]:
    """What of a query (or path) is no number or truth value where one is to be, or a day that is too far away.

    `kinds`: as of `kind_of`, by parameter. A day of another shape is pydantic's to refuse.
    """
    found = []
    for name, value in query:
        kind = kinds.get(name)
        if (kind == "integer" and not _WHOLE.fullmatch(value)) or (kind == "boolean" and value not in _TRUTH):
            found.append(Fault.of(kind, where, name))
        elif kind == _FAR and _MOMENTS["date"].match(value) and not _YEARS.match(value):
            found.append(Fault.of(_FAR, where, name))
    return found


def kind_of(annotation: Any) -> str | None:
    """The JSON type of a parameter that is a whole number or a truth value; `far` for a day or a moment."""
    schema = TypeAdapter[Any](annotation).json_schema(mode="validation")
    parts = (schema, *schema.get("anyOf", ()))
    kinds = {_FAR if part.get("format") in _DAYS else part.get("type") for part in parts} - {None, "null"}
    return next(iter(kinds)) if len(kinds) == 1 and kinds <= {"integer", "boolean", _FAR} else None
