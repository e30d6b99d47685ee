"""What every service tells of its record of who has seen what: where its chain ends, for copies kept elsewhere."""

from __future__ import annotations

from datetime import date

from contracts.event import Event, registry


class ChainHead(Event):
    """Where the chain of a month ends: how many records it has, and the code (HMAC-SHA256, hexadecimal) of the last."""

    KEY = "month"

    month: date
    position: int
    mac: str


def head_event(service: str) -> type[ChainHead] | None:
    """The event by which a service tells where its chain ends; None for one that tells nobody."""
    found = registry().get(f"eg.unicard.{service}.RecordsChained.v1")
    return found if found is not None and issubclass(found, ChainHead) else None
