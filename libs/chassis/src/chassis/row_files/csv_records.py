"""Records of a CSV file (RFC 4180) out of its lines: cells may be quoted and hold delimiters and line breaks.

A quotation mark too many would make every row behind it a part of one cell. So a cell goes over several lines only
where it ends again, soon, and no line inside it is a row of its own; otherwise the line that opened it is broken and
its neighbours are read as if it were not there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

MAX_LINES: Final = 50  # of one record
MAX_RECORD: Final = 8192  # letters of one record


class Record(NamedTuple):
    """The cells of a record, none where its quotation marks do not match, and the number of lines it takes."""

    cells: list[str] | None
    lines: int


def record_at(lines: Sequence[str], start: int, delimiter: str, columns: int, *, last: bool) -> Record | None:
    """The record that begins at a line; None where lines to come may belong to it (`last`: none will come)."""
    first = lines[start]
    if '"' not in first:
        return Record(first.split(delimiter), 1)
    cells = parsed(first, delimiter)
    if cells is not None:
        return Record(cells, 1)
    broken = Record(None, 1)
    if first.count('"') % 2 == 0:
        return broken
    length = len(first)
    for end in range(start + 1, len(lines)):
        line = lines[end]
        length += len(line) + 1
        if end - start >= MAX_LINES or length > MAX_RECORD:
            return broken
        if line.count('"') % 2 == 0:
            if _is_row(line, delimiter, columns):
                return broken
            continue
        cells = parsed("\n".join(lines[start : end + 1]), delimiter)
        if cells is not None and (len(cells) == columns or not _is_row(line, delimiter, columns)):
            return Record(cells, end - start + 1)
        return broken
    return broken if last or len(lines) - start >= MAX_LINES else None


def parsed(text: str, delimiter: str) -> list[str] | None:
    """The cells of one record, None where its quotation marks do not match."""
    try:
        rows = list(csv.reader(_kept(text), strict=True, delimiter=delimiter))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _kept(text: str) -> Iterator[str]:
    """The lines of a text with their ends, as the reader of the standard library wants them."""
    *lines, final = text.split("\n")
    yield from (f"{line}\n" for line in lines)
    yield final


def _is_row(line: str, delimiter: str, columns: int) -> bool:
    """Whether a line alone has the cells of a whole row."""
    if line.count(delimiter) < columns - 1 or columns == 1:
        return False
    cells = parsed(line, delimiter)
    return cells is not None and len(cells) == columns
