"""Which policies are asked for, and a new one as it is typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

import orjson

from chassis.text import normalise_digits
from staff_console.documents import Answer, Document
from staff_console.requests.corrections import NotRight, day_of
from staff_console.services.client import NAMES

CONFIDENCES: Final = ("sourced", "conflicting", "inferred", "unverified", "chosen")
_KEY: Final = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_SCOPE: Final = re.compile(r"[a-z_]{1,40}=[^,=\x00-\x1f]{1,100}")
_LONGEST: Final[Mapping[str, int]] = {"legal_reference": 200, "source": 500, "note": 1000}


def read(given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The conditions of an address, and by field the texts that say what would be right."""
    asked: dict[str, str] = {}
    wrong: dict[str, str] = {}
    if given.get("service") in NAMES:
        asked["service"] = given["service"]
    if given.get("assumed") == "true":
        asked["assumed"] = "true"
    for name, form in (("key", _KEY), ("scope", _SCOPE)):
        typed = normalise_digits(given.get(name, "").strip())
        if typed and form.fullmatch(typed):
            asked[name] = typed
        elif typed:
            wrong[name] = f"policy_{name}_unclear"
    if typed := given.get("on", "").strip():
        try:
            asked["on"] = day(typed).isoformat()
        except NotRight as fault:
            wrong["on"] = fault.text
    return asked, wrong


def day(typed: str) -> date:
    """A day as `2026-12-01` or by day, month and year. Raises NotRight."""
    try:
        return date.fromisoformat(normalise_digits(typed))
    except ValueError:
        return day_of(typed)


def shown(row: Document) -> str:
    """A row's value or expression as it is typed."""
    value = row["value"]
    if value is None:
        return str(row["expression"])
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def proposed(fields: Mapping[str, str], row: Document) -> tuple[Document, dict[str, str]]:
    """A new row for the key and scope of one that is known, and what is wrong with it by field."""
    wrong: dict[str, str] = {}
    body: Document = {"key": row["key"], "scope": row["scope"], "on_record": row["on_record"]}
    typed = fields.get("value", "").strip()
    try:
        body |= _value(typed, row)
    except ValueError:
        wrong["value"] = "policy_value_unclear"
    for name in ("effective_from", "effective_to"):
        if said := fields.get(name, "").strip():
            try:
                body[name] = day(said).isoformat()
            except NotRight as fault:
                wrong[name] = fault.text
    if "effective_from" not in body:
        wrong.setdefault("effective_from", "day_unclear")
    for name, longest in _LONGEST.items():
        said = fields.get(name, "").strip()
        if len(said) > longest or (not said and name != "note"):
            wrong[name] = "policy_text_missing"
        body[name] = said
    if fields.get("confidence") in CONFIDENCES:
        body["confidence"] = fields["confidence"]
    else:
        wrong["confidence"] = "choice_unclear"
    return body, wrong


def _value(typed: str, row: Document) -> dict[str, Answer]:
    """What was typed as the kind of value that the row has. Raises ValueError."""
    if not typed:
        raise ValueError("nothing typed")
    if row["value"] is None:
        return {"expression": typed}
    if isinstance(row["value"], str):
        return {"value": typed}
    value = orjson.loads(normalise_digits(typed))
    if isinstance(value, bool) is not isinstance(row["value"], bool) or value is None or isinstance(value, str):
        raise ValueError("of another kind")
    return {"value": value}
