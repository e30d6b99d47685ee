"""What is generated from the events: JSON Schemas, the AsyncAPI document and `docs/events.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from itertools import groupby
from typing import Any

from contracts.event import Event, registry

PUBLISHERS = ("card", "supply", "health", "payment", "notify", "gateway")

Document = dict[str, Any]

LINE = 120


def all_events() -> list[type[Event]]:
    """Every event of every publisher, by publisher, then in the order of the modules."""
    for publisher in PUBLISHERS:
        import_module(f"contracts.{publisher}")
    for module in (
        "change_requests",
        "housecalls",
        "losses",
        "pins",
        "mandates",
        "appointments",
        "rollout",
        "seminars",
        "trials",
        "summaries",
        "complaints",
        "receipt_notices",
        "outlets",
    ):  # in modules of their own
        import_module(f"contracts.{module}")
    own = [event for event in registry().values() if event.__module__.startswith("contracts.")]
    return sorted(own, key=_place)


def _place(event: type[Event]) -> tuple[int, bool, str]:
    """By publisher; what its own module declares comes before what it tells from others, whichever was read first."""
    publisher = event.TOPIC.partition(".")[0]
    return PUBLISHERS.index(publisher), event.__module__ != f"contracts.{publisher}", event.__module__


def as_json(document: Document) -> str:
    """The document as it is checked in: what fits one line stands on one, so that a property is a line to review.

    Plain values that follow one another share their lines.
    """
    return _laid_out(document, "") + "\n"


def _laid_out(value: Any, indent: str) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or (indent and len(indent) + len(line) <= LINE):
        return line
    deeper = indent + "  "
    if isinstance(value, dict):
        return "{\n" + "\n".join(deeper + row for row in _members(value, deeper)) + f"\n{indent}}}"
    if not any(isinstance(item, dict | list) for item in value):
        words = [json.dumps(word, ensure_ascii=False) for word in value]
        return "[\n" + "\n".join(deeper + row for row in _filled(words, LINE - len(deeper))) + f"\n{indent}]"
    return "[\n" + ",\n".join(deeper + _laid_out(item, deeper) for item in value) + f"\n{indent}]"


def _members(value: dict[str, Any], indent: str) -> Iterator[str]:
    """The lines of an object's members, each but the last with a comma at its end."""
    blocks: list[list[str]] = []
    for plain, members in groupby(value.items(), lambda member: not isinstance(member[1], dict | list)):
        laid = [f"{json.dumps(key, ensure_ascii=False)}: {_laid_out(item, indent)}" for key, item in members]
        blocks += [list(_filled(laid, LINE - len(indent)))] if plain else [[one] for one in laid]
    for block in blocks[:-1]:
        block[-1] += ","
    return (row for block in blocks for row in block)


def _filled(words: list[str], width: int) -> Iterator[str]:
    """As many words to a line as fit, each line but the last with a comma at its end."""
    row = ""
    for word in words:
        if row and len(row) + len(word) + 3 > width:
            yield row + ","
            row = word
        else:
            row += f", {word}" if row else word
    yield row
