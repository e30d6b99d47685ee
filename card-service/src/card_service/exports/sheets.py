"""Files in the making: CSV that is given out as it grows, and a workbook that is whole at its end only."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import xlsxwriter

from card_service.exports.columns import heads
from card_service.exports.models import Format, Language

BOM: Final = b"\xef\xbb\xbf"  # without it Excel reads Arabic in UTF-8 as Windows-1256
MEDIA: Final[dict[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Nothing of it touches a disk, and a text stays a text whatever it looks like.
_OPTIONS: Final = {
    "in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False,
}  # fmt: skip


class Sheet(Protocol):
    """A file that grows row by row; each step gives the bytes that are ready."""

    def add(self, rows: Iterable[Sequence[str]]) -> bytes:
        """More rows."""

    def close(self) -> bytes:
        """The end of the file."""


class CsvSheet:
    """CSV (RFC 4180) in UTF-8 with a byte order mark."""

    def __init__(self, language: Language) -> None:
        """`language`: of the first line."""
        self._begun = False
        self._language: Language = language

    def add(self, rows: Iterable[Sequence[str]]) -> bytes:
        """More rows; before the first of them the mark and the first line."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        if not self._begun:
            writer.writerow(heads(self._language))
        writer.writerows(rows)
        begun, self._begun = self._begun, True
        return (b"" if begun else BOM) + out.getvalue().encode()

    def close(self) -> bytes:
        """Nothing more, but the first line of a file without rows."""
        return b"" if self._begun else self.add(())


class XlsxSheet:
    """An Excel workbook of one sheet, every cell a text; from right to left in Arabic."""

    def __init__(self, language: Language) -> None:
        """`language`: of the first line, which stays in sight."""
        self._file = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._file, _OPTIONS)
        self._sheet = self._book.add_worksheet()
        if language == "ar":
            self._sheet.right_to_left()
        bold = self._book.add_format({"bold": True})
        for column, head in enumerate(heads(language)):
            self._sheet.write_string(0, column, head, bold)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(heads(language)) - 1, 18)
        self._rows = 0

    def add(self, rows: Iterable[Sequence[str]]) -> bytes:
        """More rows; nothing of the file is ready yet."""
        for row in rows:
            self._rows += 1
            for column, cell in enumerate(row):
                if cell:
                    self._sheet.write_string(self._rows, column, cell)
        return b""

    def close(self) -> bytes:
        """The whole file."""
        self._book.close()
        return self._file.getvalue()


def sheet_of(form: Format, language: Language) -> Sheet:
    """A file that has nothing but its first line."""
    return XlsxSheet(language) if form == "xlsx" else CsvSheet(language)
