"""How a text travels as SMS: the alphabet it needs and the parts it takes. Pure.

One letter outside the GSM 7-bit alphabet, hence any Arabic letter, turns the whole message to UCS-2.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from chassis.text import INVISIBLE, TATWEEL

# 3GPP TS 23.038 §6.2.1: the default alphabet, and the characters that take an escape before them.
_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("^{}\\[~]|€\f")

# Units in the 140 bytes of one message, and in one part of several, where six bytes are the header's.
_SINGLE = {"gsm7": 160, "ucs2": 70}
_JOINED = {"gsm7": 153, "ucs2": 67}

_LEFT_OUT = {**INVISIBLE, TATWEEL: None}


class Encoding(StrEnum):
    """The two alphabets of SMS."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True)
class Length:
    """What a text costs: `units` are septets in GSM-7 and UTF-16 units in UCS-2."""

    encoding: Encoding
    units: int
    parts: int


def measure(text: str) -> Length:
    """The alphabet, units and parts of a text. An empty text is one empty part."""
    if all(letter in _GSM_BASIC or letter in _GSM_EXTENSION for letter in text):
        widths = [2 if letter in _GSM_EXTENSION else 1 for letter in text]
        return Length(Encoding.GSM7, sum(widths), _parts(widths, Encoding.GSM7))
    units = len(text.encode("utf-16-le")) // 2
    single, joined = _SINGLE[Encoding.UCS2], _JOINED[Encoding.UCS2]
    return Length(Encoding.UCS2, units, 1 if units <= single else -(-units // joined))


def compact(text: str) -> str:
    """The same words in fewer units: no tatweel, vowel or direction marks, no line breaks."""
    composed = unicodedata.normalize("NFC", text.translate(_LEFT_OUT))
    kept = (c for c in composed if unicodedata.category(c) != "Mn")
    return " ".join("".join(kept).split())


def _parts(widths: list[int], encoding: Encoding) -> int:
    """Parts of a GSM-7 text; an escape and its character are never torn apart."""
    if sum(widths) <= _SINGLE[encoding]:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > _JOINED[encoding]:
            parts, used = parts + 1, 0
        used += width
    return parts
