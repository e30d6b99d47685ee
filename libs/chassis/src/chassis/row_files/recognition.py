"""What a file is, told by its first bytes: its encoding and its delimiter, or by name what else it is.

Recognised and read: UTF-8 with and without a byte order mark, UTF-16 with and without one, commas, semicolons and
tabs. Windows-1256 ("ANSI" in an Arabic Windows) is read where the sender says so and refused by name where nobody
does: its bytes are those of other code pages too, and a name read by the wrong one is another name.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

HEAD_BYTES: Final = 64 * 1024
_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_CHARSETS: Final = {
    "utf-8": None, "utf8": None, "us-ascii": None, "ascii": None,
    "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
    "windows-1256": "cp1256", "cp1256": "cp1256", "cp-1256": "cp1256", "x-cp1256": "cp1256",
}  # fmt: skip
DELIMITERS: Final = ",;\t"
_ARABIC_LETTERS: Final = frozenset(map(chr, (*range(0x0621, 0x063B), *range(0x0641, 0x064B))))


class Found(StrEnum):
    """What a file was found to be that is no file of rows."""

    EMPTY = "empty"
    WORKBOOK = "excel_workbook"
    OLD_WORKBOOK = "excel_97_workbook"
    COMPRESSED = "compressed"
    PDF = "pdf"
    BINARY = "binary"
    JSON = "json"
    JSON_ARRAY = "json_array"
    MARKUP = "markup"
    WINDOWS_1256 = "windows_1256"
    UNKNOWN_ENCODING = "unknown_encoding"
    CHARSET = "charset_unknown"
    ARABIC_COMMAS = "arabic_commas"
    SEMICOLONS = "semicolons"
    TABS = "tabs"
    NO_COLUMNS = "no_columns"


_SIGNATURES: Final = (
    (b"PK\x03\x04", Found.WORKBOOK),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Found.OLD_WORKBOOK),
    (b"\x1f\x8b", Found.COMPRESSED),
    (b"7z\xbc\xaf\x27\x1c", Found.COMPRESSED),
    (b"Rar!", Found.COMPRESSED),
    (b"%PDF", Found.PDF),
)


class NotRows(ValueError):
    """The bytes are no file of rows; `found` says what they are instead."""

    def __init__(self, found: Found) -> None:
        """Keep what was found."""
        super().__init__(found)
        self.found = found


class WrongColumns(ValueError):
    """The first line names other columns than those expected."""


def declared(charset: str | None) -> str | None:
    """The encoding a sender names, None where it is to be recognised. Raises NotRows for one that nobody reads."""
    name = (charset or "utf-8").strip().strip('"').lower().replace("_", "-")
    if name not in _CHARSETS:
        raise NotRows(Found.CHARSET)
    return _CHARSETS[name]


def encoding_of(head: bytes, named: str | None = None) -> tuple[str, int]:
    """The encoding of a file and how many bytes its byte order mark has, by its first `HEAD_BYTES`.

    `named` is what `declared` says. UTF-8 that holds more than ASCII is UTF-8 whatever was named. Raises NotRows.
    """
    if not head.strip(b"\r\n \t\x00\xff\xfe\xef\xbb\xbf"):
        raise NotRows(Found.EMPTY)
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            raise NotRows(found)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", len(codecs.BOM_UTF8)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise NotRows(Found.UNKNOWN_ENCODING)
    for mark, encoding in _UTF16.items():
        if head.startswith(mark):
            return encoding, len(mark)
    if b"\x00" in head.split(b"\n", 1)[0]:  # behind the first line it is a row that holds no text
        return _by_zeros(head), 0
    return _one_byte_or_more(head, named), 0


def _by_zeros(head: bytes) -> str:
    """UTF-16 without a mark: the delimiters and digits of every row have a zero byte, always on the same side."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    few, many = sorted((even, odd))
    if many < len(head) // 10 or few * 10 > many:
        raise NotRows(Found.BINARY)
    return "utf-16-le" if odd > even else "utf-16-be"


def _one_byte_or_more(head: bytes, named: str | None) -> str:
    if _utf8(head[: head.rfind(b"\n") + 1] or head):
        return "utf-8" if named is None or not head.isascii() else named
    if named is not None:
        return named
    lines = [line for line in head.split(b"\n")[:-1] or [head] if line.strip()]
    broken = [line for line in lines if not _utf8(line)]
    if len(broken) * 2 < len(lines):  # some rows of a UTF-8 file: each is named
        return "utf-8"
    foreign = b"".join(broken).decode("cp1256")
    letters = [letter for letter in foreign if not letter.isascii()]
    arabic = sum(letter in _ARABIC_LETTERS for letter in letters)
    controls = sum(byte < 0x20 and byte not in b"\t\r\n" for byte in head)
    if controls * 50 > len(head):
        raise NotRows(Found.BINARY)
    raise NotRows(Found.WINDOWS_1256 if arabic * 2 > len(letters) else Found.UNKNOWN_ENCODING)


def _utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def refuse_other_text(first: str) -> None:
    """Refuse what begins as another kind of text than rows of cells. Raises NotRows."""
    start = first.lstrip()[:1]
    if start in {"{", "["}:
        raise NotRows(Found.JSON)
    if start == "<":
        raise NotRows(Found.MARKUP)


def delimiter_of(header: str, fits: Sequence[str], taken: str = DELIMITERS) -> str:
    """What divides the cells of a header line: the delimiter by which it names most of the columns `fits`.

    Raises NotRows where nothing divides it, or what is not `taken`.
    """
    found = max(DELIMITERS, key=lambda one: (_named(header, one, fits), header.count(one)))
    if found not in header and len(fits) > 1:
        raise NotRows(Found.ARABIC_COMMAS if "،" in header or "؛" in header else Found.NO_COLUMNS)
    if found not in taken:
        raise NotRows(Found.SEMICOLONS if found == ";" else Found.TABS)
    return found


def _named(header: str, delimiter: str, fits: Sequence[str]) -> int:
    return len({cell.strip().strip('"').strip().lower() for cell in header.split(delimiter)}.intersection(fits))
