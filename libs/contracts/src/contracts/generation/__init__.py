"""What is generated from the events: JSON Schemas, the AsyncAPI document and `docs/events.md`."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from contracts.event import Event, registry

PUBLISHERS = ("card", "supply", "health", "payment", "notify", "gateway")

Document = dict[str, Any]


def all_events() -> list[type[Event]]:
    """Every event of every publisher, by topic, then in the order of its module."""
    for publisher in PUBLISHERS:
        import_module(f"contracts.{publisher}")
    own = [event for event in registry().values() if event.__module__.startswith("contracts.")]
    return sorted(own, key=lambda event: PUBLISHERS.index(event.__module__.rpartition(".")[2]))


def as_json(document: Document) -> str:
    """The document as it is checked in."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
