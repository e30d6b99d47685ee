"""One time line over the services: a card's steps and the messages sent about it, the newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from staff_console.documents import Document
from staff_console.services.parts import Part

_MOST = 30
# Why a card is blocked; every other reason of a step is the id of what ordered it, and no word.
REASONS = ("lost", "stolen", "damaged", "fraud", "order")


@dataclass(frozen=True)
class Entry:
    """Something that happened. `text` names its words, `why` those of its reason; `about` are words for the citizen."""

    at: datetime
    text: str
    why: str = ""
    about: str = ""
    by: str = ""


def merged(history: Part, messages: Part) -> list[Entry]:
    """What both tell, as far as they answer."""
    entries = [*_steps(history), *_messages(messages)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:_MOST]


def _steps(history: Part) -> Iterable[Entry]:
    for step in _items(history):
        name = f"action.{step['action']}" if step["action"] else f"state.{step['state']}"
        why = f"reason.{step['because']}" if step["because"] in REASONS else ""
        yield Entry(datetime.fromisoformat(step["at"]), name, why=why, by=_who(step["done_by"]))


def _messages(messages: Part) -> Iterable[Entry]:
    for message in _items(messages):
        name = f"message.{message['status']}"
        yield Entry(datetime.fromisoformat(message["created_at"]), name, about=message["text"] or "")


def _items(part: Part) -> list[Document]:
    return list(part.told["items"]) if part.state == "there" else []


def _who(subject: str | None) -> str:
    """What kind of caller did it; people's names are not this page's to show."""
    kind = (subject or "").partition(":")[0]
    return f"by.{kind}" if kind in {"person", "citizen"} else "by.system"
