"""What a citizen's message answers to «did you receive it?». Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from notify_service.complaints.inbound import behind
from notify_service.words import Topic, choice_in, normalise_words

_NUMBERS: Final = {1: Topic.RECEIVED, 2: Topic.NOT_RECEIVED}
ANSWERS: Final = frozenset(_NUMBERS.values())


def by_number(text: str, said_at: datetime | None, wrote_at: datetime | None) -> Topic | None:
    """What a bare 1 or 2 says where our question is the last that was asked.

    `said_at`: when it was; `wrote_at`: when its reader last wrote what a bare number may answer, too.
    """
    number = choice_in(text) if text.strip().isdecimal() else None
    behind_another = wrote_at is not None and (said_at is None or wrote_at > said_at)
    return None if number is None or behind_another else _NUMBERS.get(number)


def by_words(text: str, keywords: Mapping[Topic, Collection[str]]) -> Topic | None:
    """What a message of more than the keyword says: a no with its reasons, or nothing but words of a yes.

    «نعم لكنه ناقص» is neither: a person reads it.
    """
    if behind(text, keywords[Topic.NOT_RECEIVED]):
        return Topic.NOT_RECEIVED
    known = {word for phrase in keywords[Topic.RECEIVED] for word in normalise_words(phrase)}
    said = normalise_words(text)
    return Topic.RECEIVED if said and known.issuperset(said) else None
