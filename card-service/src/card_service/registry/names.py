"""Names and free text: Arabic and Latin letters, without the invisible marks that deceive the eye."""

from __future__ import annotations

import re
import unicodedata

from chassis.text import INVISIBLE, TATWEEL

MAX_NAME = 120
MAX_TEXT = 200

_LEFT_OUT = {**INVISIBLE, TATWEEL: None}
# Keys of a Persian keyboard that look like Arabic letters where they are typed.
_TYPED = str.maketrans("یکھہ", "يكهه")
# Arabic as PDF files and old programs copy it: the shapes of letters instead of letters.
_SHAPES = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
_LOOSE_MARK = re.compile(" (?=[\u064b-\u0652\u0670])")  # a shape of a vowel mark alone stands on a blank
_LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0621-\u063a\u0641-\u064a\u064b-\u0652\u0670-\u06d3"
_NAME = re.compile(rf"[{_LETTER}]+(?:(?:['’.-] ?| )[{_LETTER}]+)*\.?")
_BLANKS = re.compile(r"\s+")
# What cleaning would leave as it is, told in one step: nearly every field of a file.
_PLAIN = "A-Za-z0-9\u0621-\u063a\u0641-\u064a\u0660-\u0669\u060c.,'()/-"
_CLEAN = re.compile(rf"[{_PLAIN}]+(?: [{_PLAIN}]+)*")
# A first name of two words: "servant of …", "father of …".
_COMPOUND = frozenset({"عبد", "أبو", "ابو", "أم", "ام", "abd", "abdel", "abdul", "abu", "abou", "om"})


def clean(text: str) -> str:
    """NFC, shapes of letters as letters, invisible marks left out, blanks of any kind as single spaces."""
    if _CLEAN.fullmatch(text) is not None:
        return text
    letters = _SHAPES.sub(_as_letters, text.translate(_LEFT_OUT)).translate(_TYPED)
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", letters)).strip()


def _as_letters(shapes: re.Match[str]) -> str:
    return _LOOSE_MARK.sub("", unicodedata.normalize("NFKC", shapes[0])).translate(_LEFT_OUT)


def name(text: str) -> str | None:
    """The cleaned name, or None if it is not one (2–120 letters, Arabic or Latin)."""
    cleaned = clean(text)
    if not 2 <= len(cleaned) <= MAX_NAME or _NAME.fullmatch(cleaned) is None:
        return None
    return cleaned


def line(text: str) -> str | None:
    """One cleaned line of free text (an address), or None if it has control characters or is too long."""
    cleaned = clean(text)
    if len(cleaned) > MAX_TEXT or not cleaned.isprintable():
        return None
    return cleaned


def given_name(full_name: str) -> str:
    """The name to address someone by: the first word, or two where the first stands for nothing alone."""
    words = full_name.split(" ")
    return " ".join(words[:2]) if words[0].lower() in _COMPOUND else words[0]


def masked(full_name: str) -> str:
    """The given name and the initials of the others: enough to greet a citizen by, not to know one."""
    given = given_name(full_name)
    rest = full_name[len(given) :].split()
    return " ".join([given, *(f"{word[0]}***" for word in rest)])
