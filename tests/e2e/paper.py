"""What stands on the pages of a PDF that Chromium has printed, read from right to left as Arabic is.

Chromium's own form and no other: plain objects, deflated streams, fonts whose glyphs are told by a `ToUnicode` table.
Glyphs stand in it as they are drawn, from left to right.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from typing import Final

_OBJECT: Final = re.compile(rb"(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
_STREAM: Final = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_FONT: Final = re.compile(rb"/(F\d+) (\d+) 0 R")
_SHOWN: Final = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>")
_PAIR: Final = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>(?: <([0-9A-Fa-f]+)>)?")
Glyphs = dict[int, str]


def pages(pdf: bytes) -> list[str]:
    """The Arabic text of each page, its letters in the form in which they are typed; numbers come out backwards."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    return [_text(objects, body) for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]


def _text(objects: dict[int, bytes], page: bytes) -> str:
    fonts = {name: _glyphs(objects, int(number)) for name, number in _FONT.findall(_resources(objects, page))}
    found: list[str] = []
    glyphs: Glyphs = {}
    for font, shown in _SHOWN.findall(_stream(objects, _number(page, b"Contents"))):
        if font:
            glyphs = fonts[font]
        else:
            found += [glyphs.get(code, "") for code in _codes(shown)]
    # Joined forms of letters are those letters.
    return unicodedata.normalize("NFKC", "".join(reversed(found)))


def _resources(objects: dict[int, bytes], page: bytes) -> bytes:
    told = re.search(rb"/Resources (\d+) 0 R", page)
    return objects[int(told[1])] if told else page


def _glyphs(objects: dict[int, bytes], font: int) -> Glyphs:
    """The letters of a font's glyphs; ranges go on from their first letter."""
    table = _stream(objects, _number(objects[font], b"ToUnicode"))
    found: Glyphs = {}
    for kind, body in re.findall(rb"beginbf(char|range)(.*?)endbf", table, re.DOTALL):
        for first, second, third in _PAIR.findall(body):
            last, letters = (first, second) if kind == b"char" else (second, third)
            text = bytes.fromhex(letters.decode()).decode("utf-16-be")
            for place, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                found[code] = text[:-1] + chr(ord(text[-1]) + place)
    return found


def _codes(shown: bytes) -> Iterator[int]:
    yield from (int(shown[place : place + 4], 16) for place in range(0, len(shown), 4))


def _number(body: bytes, name: bytes) -> int:
    told = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    if told is None:
        raise LookupError(name.decode())
    return int(told[1])


def _stream(objects: dict[int, bytes], number: int) -> bytes:
    told = _STREAM.search(objects[number])
    if told is None:
        raise LookupError(number)
    return zlib.decompress(told[1])
