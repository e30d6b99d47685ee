"""What a citizen's message asks. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from chassis.text import fold

_NOT_WORDS = re.compile(r"[^\w]+")


class Topic(StrEnum):
    """What an inbound message is about."""

    BALANCE = "balance"
    HELP = "help"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"


def normalise_words(text: str) -> list[str]:
    """The words of a text without what writers vary: hamza, ى/ي, ة/ه, tatweel, vowel marks, case."""
    return _NOT_WORDS.sub(" ", fold(text)).split()


def topic_of(text: str, keywords: Mapping[Topic, Collection[str]]) -> Topic:
    """The topic whose keyword, of one word or several, stands in the text; help where none does."""
    padded = f" {' '.join(normalise_words(text))} "
    for topic, phrases in keywords.items():
        if any(f" {' '.join(normalise_words(phrase))} " in padded for phrase in phrases):
            return topic
    return Topic.HELP
