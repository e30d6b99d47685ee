"""The reader: bytes go in piece by piece, rows come out, each with its line or the code of what is wrong with it.

It holds one piece and the beginning of one record at a time, whatever the size of the file.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from chassis.row_files.csv_records import MAX_RECORD, parsed, record_at
from chassis.row_files.json_lines import cells_of, members_of
from chassis.row_files.recognition import (
    DELIMITERS,
    HEAD_BYTES,
    Found,
    NotRows,
    WrongColumns,
    declared,
    delimiter_of,
    encoding_of,
    refuse_other_text,
)

Form = Literal["csv", "ndjson"]
_FORMS: Final[dict[str, Form]] = {
    "text/csv": "csv",
    "application/csv": "csv",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/x-jsonlines": "ndjson",
}
_BROKEN_LETTER: Final = "\ufffd"
_PIECE: Final = 1024 * 1024


class Row(NamedTuple):
    """A row: its line in the file (the first is 1), its cells in the order of `Columns.names`, or what is wrong."""

    line: int
    cells: Sequence[str]
    fault: str | None = None


@dataclass(frozen=True)
class Columns:
    """What the columns of a file are called. They may stand in any order; those that are `optional` may be left out.

    `one_line`: no cell goes over several lines. `delimiters`: what may divide the cells; others are refused by name.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    one_line: bool = False
    delimiters: str = DELIMITERS

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in the order in which cells are given."""
        return self.required + self.optional


def form_of(content_type: str) -> tuple[Form, str | None] | None:
    """The form and charset a media type names: `text/csv; charset=utf-8`. None where it is another kind of file."""
    kind, *parameters = (part.strip() for part in content_type.split(";"))
    form = _FORMS.get(kind.lower())
    if form is None:
        return None
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return form, value.strip()
    return form, None


class RowFile:
    """A file being read: `feed` it from its beginning, `close` it at its end. Blank lines are nothing."""

    def __init__(self, *alternatives: Columns, form: Form = "csv", charset: str | None = None) -> None:
        """`alternatives`: what its columns may be; `charset`: as the sender names it. Raises NotRows for an unknown."""
        self.columns = alternatives[0]
        self.encoding = "utf-8"
        self._alternatives = alternatives
        self._form = form
        self._named = declared(charset)
        self._head = bytearray()
        self._decoder: io.IncrementalNewlineDecoder | None = None
        self._lines: list[str] = []
        self._rest = ""
        self._too_long = False  # the rest of a line that has been refused is passed over
        self._line = 1
        self._places: list[int] | None = None
        self._in_order = True
        self._members: dict[str, int] = {}
        self._doubtful = False  # whether bytes have come that are no text
        self._delimiter = ","
        self._blank = " \t\x1a"

    @property
    def recognisable(self) -> bool:
        """Whether the encoding is found again without the sender's word."""
        return self.encoding.startswith("utf-")

    def feed(self, data: bytes) -> Iterator[Row]:
        """The rows that a piece of the file completes. Raises NotRows or WrongColumns before the first of them."""
        if self._decoder is None:
            self._head += data
            if len(self._head) < HEAD_BYTES:
                return
            data = self._begin()
        for start in range(0, len(data), _PIECE):
            yield from self._decoded(data[start : start + _PIECE], last=False)

    def close(self) -> Iterator[Row]:
        """The rows that the end of the file completes. Raises NotRows or WrongColumns as `feed` does."""
        data = self._begin() if self._decoder is None else b""
        yield from self._decoded(data, last=True)
        if self._places is None:
            raise NotRows(Found.EMPTY)

    def _begin(self) -> bytes:
        head, self._head = bytes(self._head), bytearray()
        self.encoding, mark = encoding_of(head[:HEAD_BYTES], self._named)
        decoder = codecs.getincrementaldecoder(self.encoding)(errors="replace")
        self._decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        return head[mark:]

    def _decoded(self, data: bytes, *, last: bool) -> Iterator[Row]:
        if self._decoder is None:
            raise ValueError("the encoding is not known yet")
        text = self._rest + self._decoder.decode(data, final=last)
        self._doubtful = self._doubtful or _is_doubtful(text)
        self._lines.extend(text.split("\n"))
        self._rest = "" if last else self._lines.pop()
        yield from self._rows(last=last)
        if len(self._rest) > MAX_RECORD and not self._lines:
            if self._places is None:
                raise NotRows(Found.NO_COLUMNS)
            if not self._too_long:
                self._too_long = True
                yield Row(self._line, (), "row_too_long")
            self._rest = ""

    def _rows(self, *, last: bool) -> Iterator[Row]:
        lines, at = self._lines, 0
        if lines and self._too_long:
            self._too_long, at = False, 1
        if self._places is None:
            at = self._header(at)
        while self._places is not None and at < len(lines):
            found, taken = self._row(at, self._places, last=last)
            if taken == 0:
                break
            if found is not None:
                if self._doubtful and any(map(_is_doubtful, lines[at : at + taken])):
                    found = Row(found.line, _readable(found.cells), "row_encoding")
                yield found
            at += taken
        self._line += at
        self._lines = lines[at:]

    def _row(self, at: int, places: list[int], *, last: bool) -> tuple[Row | None, int]:
        """The row at a line, None for a blank one, and how many lines it takes: 0 where more must come first."""
        line = self._lines[at]
        if not line.strip(self._blank):
            return None, 1
        number = self._line + at
        if len(line) > MAX_RECORD:
            return Row(number, (), "row_too_long"), 1
        if self._form == "ndjson":
            cells = cells_of(line, self._members, self.columns.required)
            if isinstance(cells, str):
                return Row(number, (), cells), 1
            escaped = any(map(_is_doubtful, cells))  # `\\u0000`: the line itself is text
            return (Row(number, _readable(cells), "row_encoding") if escaped else Row(number, cells)), 1
        if self.columns.one_line:
            record = record_at([line], 0, self._delimiter, len(places), last=True)
        else:
            record = record_at(self._lines, at, self._delimiter, len(places), last=last)
        if record is None:
            return None, 0
        if record.cells is None:
            return Row(number, (), "row_broken"), record.lines
        if '"' in line and not any(map(str.strip, record.cells)):
            return None, record.lines
        if len(record.cells) != len(places):
            code = "row_incomplete" if len(record.cells) < len(places) else "row_too_many_fields"
            return Row(number, record.cells, code), record.lines
        return Row(number, self._ordered(record.cells, places)), record.lines

    def _ordered(self, cells: list[str], places: list[int]) -> list[str]:
        if self._in_order:
            return cells
        ordered = [""] * len(self.columns.names)
        for place, cell in zip(places, cells, strict=True):
            ordered[place] = cell
        return ordered

    def _header(self, at: int) -> int:
        """Read the names of the columns, and where the rows begin; leaves `_places` unset where only blanks came."""
        lines = self._lines
        while at < len(lines) and not lines[at].strip():
            at += 1
        if at == len(lines):
            return at
        first = lines[at]
        if self._form == "ndjson":
            if first.lstrip()[:1] == "[":
                raise NotRows(Found.JSON_ARRAY)
            self.columns = self._fitting(members_of(first))
            self._members = {name: n for n, name in enumerate(self.columns.names)}
            self._places = list(self._members.values())
            return at
        refuse_other_text(first)
        named = first.strip().lower()
        if len(named) == len("sep=;") and named.startswith("sep="):  # what Excel writes in front
            at += 1
            if at == len(lines):
                return at - 1
            first = lines[at]
        named_by = [name for one in self._alternatives for name in one.names]
        self._delimiter = delimiter_of(first, named_by, self.columns.delimiters)
        self._blank += self._delimiter
        self._choose(parsed(first, self._delimiter) or [])
        return at + 1

    def _fitting(self, named: Collection[str]) -> Columns:
        """The alternative whose columns a first row names, the first where none fits: each row is then named."""
        fits = [one for one in self._alternatives if set(one.required) <= set(named)]
        return fits[0] if fits else self._alternatives[0]

    def _choose(self, header: Sequence[str]) -> None:
        """Find which columns the header names. Raises WrongColumns."""
        named = [cell.strip().lower() for cell in header]
        for columns in self._alternatives:
            names = columns.names
            if len(set(named)) == len(named) and set(columns.required) <= set(named) <= set(names):
                self.columns = columns
                self._places = [names.index(name) for name in named]
                self._in_order = self._places == list(range(len(names)))
                return
        raise WrongColumns("unexpected columns")


def _readable(cells: Sequence[str]) -> Sequence[str]:
    """The cells before the first that is no text: enough to tell where a row belongs."""
    doubtful = [n for n, cell in enumerate(cells) if _is_doubtful(cell)]
    return cells[: doubtful[0]] if doubtful else cells


def _is_doubtful(text: str) -> bool:
    return _BROKEN_LETTER in text or "\x00" in text


def read_all(body: bytes, *alternatives: Columns, form: Form = "csv", charset: str | None = None) -> list[Row]:
    """Every row of a file that is at hand. Raises NotRows or WrongColumns."""
    file = RowFile(*alternatives, form=form, charset=charset)
    return [*file.feed(body), *file.close()]
