"""A notice as a receipt prints it: lines of so many letters, broken between words. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


def lines_of(text: str, letters: int) -> list[str]:
    """The text in lines of at most so many letters; a word that is longer stands alone in a line of its own."""
    return list(_lines(text.split(), letters))


def length(text: str) -> int:
    """The letters a text takes on paper: marks above and below them take no room."""
    return sum(not unicodedata.combining(letter) for letter in text)


def _lines(words: list[str], letters: int) -> Iterator[str]:
    line = ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if line and length(longer) > letters:
            yield line
            line = word
        else:
            line = longer
    if line:
        yield line
