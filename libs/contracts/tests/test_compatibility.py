"""An event may gain optional fields and better words; everything else needs a new version."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from contracts.generation.schemas import breaking_changes

PUBLISHED: dict[str, Any] = {
    "title": "CardIssued",
    "description": "A card was handed over.",
    "x-type": "eg.unicard.card.CardIssued.v1",
    "x-topic": "card.events.v1",
    "x-key": "household_id",
    "$defs": {
        "Line": {"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]},
        "Service": {"type": "string", "enum": ["supply", "health"], "description": "A service."},
    },
    "properties": {
        "household_id": {"type": "string", "format": "uuid"},
        "members": {"type": "integer"},
        "phase_id": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
    },
    "required": ["household_id", "members"],
    "type": "object",
}


def changed(*path: str, to: Any = None) -> dict[str, Any]:
    """The published schema with one thing replaced, or removed where `to` is None."""
    schema = deepcopy(PUBLISHED)
    part = schema
    for name in path[:-1]:
        part = part[name]
    if to is None:
        del part[path[-1]]
    else:
        part[path[-1]] = to
    return schema


@pytest.mark.parametrize(
    "proposed",
    [
        PUBLISHED,
        changed("properties", "note", to={"type": "string", "default": ""}),
        changed("description", to="Said better."),
        changed("properties", "members", to={"type": "integer", "description": "How many."}),
        changed("$defs", "Line", "properties", "note", to={"type": "string", "default": ""}),
        changed("$defs", "Extra", to={"type": "string"}),
        changed("$defs", "Service", "enum", to=["health", "supply"]),
        changed("required", to=["members", "household_id"]),
    ],
)
def test_readers_do_not_notice(proposed: dict[str, Any]) -> None:
    assert list(breaking_changes(PUBLISHED, proposed)) == []


@pytest.mark.parametrize(
    ("proposed", "fault"),
    [
        (changed("properties", "members"), "members: removed"),
        (changed("properties", "phase_id"), "phase_id: removed"),
        (changed("properties", "members", to={"type": "string"}), "members: "),
        (changed("properties", "phase_id", "default", to="none"), "phase_id: "),
        (changed("required", to=["household_id", "members", "phase_id"]), "phase_id: became required"),
        (changed("required", to=["household_id", "members", "new"]), "new: became required"),
        (changed("required", to=["household_id"]), "members: became optional"),
        (changed("$defs", "Service", "enum", to=["supply", "health", "payment"]), "Service.enum: "),
        (changed("$defs", "Service", "enum", to=["supply"]), "Service.enum: "),
        (changed("$defs", "Line", "properties", "item"), "Line.item: removed"),
        (changed("x-topic", to="card.events.v2"), "x-topic: "),
        (changed("x-key", to="card_id"), "x-key: household_id became card_id"),
    ],
)
def test_readers_would_break(proposed: dict[str, Any], fault: str) -> None:
    faults = list(breaking_changes(PUBLISHED, proposed))
    assert len(faults) == 1
    assert faults[0].startswith(fault)
