"""How a text travels as SMS: the alphabet it needs and the parts it takes. Pure.

One letter outside the GSM 7-bit alphabet, hence any Arabic letter, turns the whole message to UCS-2.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from chassis.text import INVISIBLE, TATWEEL

# 3GPP TS 23.038 §6.2.1: the default alphabet, and the characters that take an escape before them.
_GSM_TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_GSM_BASIC = {letter: code for code, letter in enumerate(_GSM_TABLE) if code != _ESCAPE}
_GSM_EXTENSION = dict(zip("\f^{}\\[~]|€", (0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65), strict=True))
_BASIC_LETTERS = {code: letter for letter, code in _GSM_BASIC.items()}
_EXTENSION_LETTERS = {code: letter for letter, code in _GSM_EXTENSION.items()}

# Units in the 140 bytes of one message, and in one part of several, where six bytes are the header's.
_SINGLE = {"gsm7": 160, "ucs2": 70}
_JOINED = {"gsm7": 153, "ucs2": 67}

_LAST_OF_THE_BMP = 0xFFFF
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
    encoding = _alphabet(text)
    widths = _widths(text, encoding)
    return Length(encoding, sum(widths), len(_cuts(widths, encoding)) + 1)


def split(text: str) -> list[str]:
    """The text of each part, as many as `measure` counts; no character is torn in two."""
    encoding = _alphabet(text)
    ends = [0, *_cuts(_widths(text, encoding), encoding), len(text)]
    return [text[start:end] for start, end in pairwise(ends)]


def gsm7(text: str) -> bytes:
    """A text of the default alphabet, a septet in each byte. Raises KeyError for a letter that is not in it."""
    octets = bytearray()
    for letter in text:
        if letter in _GSM_BASIC:
            octets.append(_GSM_BASIC[letter])
        else:
            octets += bytes([_ESCAPE, _GSM_EXTENSION[letter]])
    return bytes(octets)


def from_gsm7(octets: bytes) -> str:
    """The text of such bytes; what is no letter of the alphabet stands as a replacement character."""
    letters, escaped = [], False
    for code in octets:
        if code == _ESCAPE and not escaped:
            escaped = True
            continue
        letters.append((_EXTENSION_LETTERS if escaped else _BASIC_LETTERS).get(code, "\N{REPLACEMENT CHARACTER}"))
        escaped = False
    return "".join(letters)


def compact(text: str) -> str:
    """The same words in fewer units: no tatweel, vowel or direction marks, no line breaks."""
    composed = unicodedata.normalize("NFC", text.translate(_LEFT_OUT))
    kept = (c for c in composed if unicodedata.category(c) != "Mn")
    return " ".join("".join(kept).split())


def _alphabet(text: str) -> Encoding:
    known = all(letter in _GSM_BASIC or letter in _GSM_EXTENSION for letter in text)
    return Encoding.GSM7 if known else Encoding.UCS2


def _widths(text: str, encoding: Encoding) -> list[int]:
    """The units of each character: an escape before some in GSM-7, two surrogates beyond the BMP in UCS-2."""
    if encoding is Encoding.GSM7:
        return [2 if letter in _GSM_EXTENSION else 1 for letter in text]
    return [2 if ord(letter) > _LAST_OF_THE_BMP else 1 for letter in text]


def _cuts(widths: list[int], encoding: Encoding) -> list[int]:
    """Before which characters a further part begins; an escape and its letter, or two surrogates, stay together."""
    if sum(widths) <= _SINGLE[encoding]:
        return []
    cuts, used = [], 0
    for place, width in enumerate(widths):
        if used + width > _JOINED[encoding]:
            cuts.append(place)
            used = 0
        used += width
    return cuts
