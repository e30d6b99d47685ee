"""What services say of themselves as the page shows it, and events set aside in order of whom they hold up. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

from staff_console.documents import Document
from staff_console.services.client import Name
from staff_console.services.parts import Part

LATE_SECONDS: Final = 5.0  # an event that waits longer in its outbox is late, as the runbook says
# Chapters of docs/runbook.md, by what somebody is about to do or looks at.
CHAPTERS: Final = {
    "watch": "What to watch",
    "outbox": "Events wait in an outbox",
    "aside": "Events are set aside",
    "lag": "A consumer lags",
    "silent": "What the probes mean",
    "discard": "What takes two persons",
}


@dataclass(frozen=True)
class Row:
    """A service: how it is, what it said (None where it does not), and what it has set aside of all topics."""

    name: Name
    state: Literal["up", "late", "aside", "silent"]
    said: Document | None = None
    dead: int = 0
    parked: int = 0


@dataclass(frozen=True)
class Stuck:
    """An event that could not be handled; `behind` are those of its topic and key that wait for it."""

    event: Document
    behind: int

    @property
    def kind(self) -> str:
        """`CardIssued` of `unicard.card.CardIssued.v1`."""
        pieces = str(self.event["type"] or "").split(".")
        return pieces[-2] if len(pieces) > 1 else pieces[0]


def row(name: Name, told: Part) -> Row:
    """A service as its part says."""
    if told.state != "there":
        return Row(name, "silent")
    said: Document = told.told
    dead, parked = (sum(one[which] for one in said["set_aside"]) for which in ("dead", "parked"))
    late = said["outbox_oldest_seconds"] > LATE_SECONDS
    return Row(name, "aside" if dead or parked else "late" if late else "up", said, dead, parked)


def stuck(events: list[Document]) -> list[Stuck]:
    """The dead events of a list, the oldest first, each with how many wait behind it."""
    behind = Counter((one["topic"], one["key"]) for one in events if one["state"] == "parked")
    return [Stuck(one, behind[one["topic"], one["key"]]) for one in events if one["state"] == "dead"]
