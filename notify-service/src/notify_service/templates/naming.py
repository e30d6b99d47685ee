"""What people are called where a text is read by several. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from notify_service.words import normalise_words


def called(people: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
    """What each of those who share a number is called: the given name; who have the same one are counted."""
    known = list(people)
    same = Counter(plain(name) for _, name in known)
    before: Counter[str] = Counter()
    names: dict[UUID, str] = {}
    for citizen_id, name in known:
        before[plain(name)] += 1
        alone = bool(plain(name)) and same[plain(name)] == 1
        names[citizen_id] = name if alone else f"{name} ({before[plain(name)]})".strip()
    return names


def plain(name: str) -> str:
    """A name as it is compared."""
    return " ".join(normalise_words(name))
