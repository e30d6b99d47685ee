"""Use cases of the desk: the queue by when an answer is owed, and one matter with all that is known beside it."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Final

from chassis.clock import Clock
from contracts.scopes import Scope
from staff_console.complaints.answers import LONGEST, of_category
from staff_console.documents import Answer, Document
from staff_console.services.parts import Part, together
from staff_console.web.visit import Form, Visit

MOST: Final = 50
_CLOCK: Final = Clock()
_SHORTEST: Final = 3
_LONGEST_REASON: Final = 500
STATES: Final = ("open", "answered", "closed")
LEVELS: Final = ("governorate", "nation")
CLAIMED: Final = ("mine", "nobody")


def asked(filters: Mapping[str, str], known: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The filters of an address that a queue knows, by name; what is no filter is left out."""
    return {name: filters[name] for name, values in known.items() if filters.get(name) in values}


async def beside(visit: Visit, citizen_id: str | None) -> dict[str, Part]:
    """What is known of whoever wrote: cards, messages, other complaints; each part with its own time."""
    if citizen_id is None:
        return {}
    services, parts = visit.services, dict[str, Coroutine[None, None, Answer]]()
    if visit.may(Scope.CARDS_READ, Scope.CARDS_WRITE):
        parts["cards"] = services.get("card", f"/v1/citizens/{citizen_id}/cards")
    parts["messages"] = services.get("notify", f"/v1/citizens/{citizen_id}/messages", {"limit": 100})
    parts["others"] = services.get("notify", "/v1/complaints", {"citizen_id": citizen_id, "limit": 20})
    return await together(visit.context.settings.part_seconds, **parts)


def held_by(found: Document, subject: str) -> str:
    """Whose turn it is: `me`, `other` or `nobody`; what that is worth, the service judges."""
    until = found["claimed_until"]
    if until is None or found["claimed_by"] is None or datetime.fromisoformat(until) <= _CLOCK.now():
        return "nobody"
    return "me" if found["claimed_by"] == subject else "other"


def answer_of(form: Form, category: str, say: Mapping[str, tuple[str, str]]) -> tuple[str, dict[str, str]]:
    """What was typed, else the answer chosen, in Arabic as messages are; and what is wrong with it."""
    chosen, typed = form.field("ready"), form.field("text")
    text = typed or (say[chosen][0] if chosen in of_category(category) else "")
    if not text:
        return "", {"text": "answer_missing"}
    return text, {"text": "answer_length"} if not _SHORTEST <= len(text) <= LONGEST else {}


def reason_of(form: Form, name: str = "reason") -> tuple[str, dict[str, str]]:
    """A reason as it was typed, and what is wrong with it."""
    said = form.field(name)
    return said, {} if _SHORTEST <= len(said) <= _LONGEST_REASON else {name: "reason_length"}
