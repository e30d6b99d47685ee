"""State told again (snapshots): what a service tells of all its rows for readers that lack a fact, and who asks for it.

Events are kept for days, so a reader that learns to keep one more fact cannot get it from old ones. The owner of the
fact tells its rows again, each by an event of its own type on the topic and under the key of the events that tell of
changes: what happens meanwhile comes before or after it, as it did in the owner's table.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from contracts.event import Event, registry


class Restated(Event):
    """The state of one thing as it is now, told once more; nothing has happened to it."""

    SUBJECT: ClassVar[str] = ""  # what is told again, as `unicard restate` calls it

    restatement_id: UUID


class RestatementEnded(Event):
    """All rows of a subject were told again: so many of them."""

    KEY = "restatement_id"

    restatement_id: UUID
    subject: str
    told: int


class RestatementWanted(Event):
    """A reader lacks a fact and asks its owner to tell its state again."""

    KEY = "subject"

    subject: str
    fact: str


def ended_event(restated: type[Restated]) -> type[RestatementEnded]:
    """The event by which the publisher of a subject says that all was told. Raises LookupError where it has none."""
    publisher = restated.TOPIC.split(".", 1)[0]
    found = registry().get(f"eg.unicard.{publisher}.RestatementEnded.v1")
    if found is None or not issubclass(found, RestatementEnded):
        raise LookupError(f"{publisher} has no event that ends a restatement")
    return found


def wanted_event(service: str) -> type[RestatementWanted] | None:
    """The event by which a service asks to be told; None for one that keeps nobody's facts."""
    found = registry().get(f"eg.unicard.{service}.RestatementWanted.v1")
    return found if found is not None and issubclass(found, RestatementWanted) else None
