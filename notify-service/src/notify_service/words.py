"""What a citizen's message asks. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from chassis.text import fold, normalise_digits

_DIGITS = 2
_NOT_WORDS = re.compile(r"[^\w]+")


class Topic(StrEnum):
    """What an inbound message is about."""

    BALANCE = "balance"
    HELP = "help"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    DEBITS_DIGEST = "debits_digest"
    DEBITS_AT_ONCE = "debits_at_once"
    LOST = "lost"
    COMPLAINT = "complaint"
    CARD = "card"
    APPOINTMENT = "appointment"
    STOP = "stop"
    NEAREST = "nearest"
    LANGUAGE_AR = "language_ar"
    LANGUAGE_EN = "language_en"
    RECEIVED = "received"
    NOT_RECEIVED = "not_received"
    UNCLEAR = "unclear"  # no keyword of any other


# What these change lasts: only a message that is the keyword means it, not one in which it stands.
ALONE = frozenset(
    {
        Topic.DEBITS_DIGEST,
        Topic.DEBITS_AT_ONCE,
        Topic.LOST,
        Topic.OPT_OUT,
        Topic.OPT_IN,
        Topic.STOP,
        Topic.LANGUAGE_AR,
        Topic.LANGUAGE_EN,
        Topic.RECEIVED,
        Topic.NOT_RECEIVED,
    }
)
# What a bare number means where it follows a question of ours.
CHOICES = {Topic.STOP: {1: Topic.LOST, 2: Topic.OPT_OUT}}

# Whatever words follow, a message that begins so is this.
FIRST = frozenset({Topic.COMPLAINT})


def normalise_words(text: str) -> list[str]:
    """The words of a text without what writers vary: hamza, ى/ي, ة/ه, tatweel, vowel marks, case."""
    return _NOT_WORDS.sub(" ", fold(text)).split()


def choice_in(text: str) -> int | None:
    """The number of one or two digits, in either script, that stands in a text alone among its numbers."""
    numbers = re.findall(r"[0-9]+", normalise_digits(text))
    return int(numbers[0]) if len(numbers) == 1 and len(numbers[0]) <= _DIGITS else None


def joined(parts: Mapping[int, str], total: int) -> str:
    """The text of a message of so many parts by their places, counted from 1; what lacks stands as `…`.

    Parts are cut anywhere, in UCS-2 within a character, too: its halves come together here.
    """
    pieces = (parts.get(place, " … ") for place in range(1, total + 1))
    return "".join(pieces).encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace").strip()


def topic_of(text: str, keywords: Mapping[Topic, Collection[str]]) -> Topic:
    """The topic whose keyword, of one word or several, stands in the text or is all of it; else unclear."""
    said = " ".join(normalise_words(text))
    for topic in FIRST & keywords.keys():
        if any(f"{said} ".startswith(f"{' '.join(normalise_words(phrase))} ") for phrase in keywords[topic]):
            return topic
    for topic, phrases in keywords.items():
        meant = {" ".join(normalise_words(phrase)) for phrase in phrases}
        if said in meant or (topic not in ALONE | FIRST and any(f" {phrase} " in f" {said} " for phrase in meant)):
            return topic
    return Topic.UNCLEAR
