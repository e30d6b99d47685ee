"""The result file of a batch (CSV): what became of every payout and every row that was not taken.

Rows are named by the authority's own references, never by citizen.

A spreadsheet takes a cell that begins with one of `=+-@` for a formula: such cells, which come from whoever sent the
file, get an apostrophe in front (OWASP, CSV injection), and every cell stands in quotation marks.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from payment_service.payouts.reasons import words

COLUMNS = (
    "number", "item_reference", "amount", "state", "reason", "reason_en", "reason_ar", "file", "row",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def header() -> str:
    """The first line; a byte order mark tells spreadsheets that the Arabic is UTF-8."""
    return "\ufeff" + _lines([COLUMNS])


def payouts(items: Iterable[Row[Any]]) -> str:
    """Lines of payouts."""
    return _lines(
        (one.number, one.item_reference, one.amount, one.state, one.reason, *_words(one.reason), "", "")
        for one in items
    )


def faults(rows: Iterable[Row[Any]]) -> str:
    """Lines of rows that were not taken."""
    return _lines(
        ("", one.item_reference, "", "not_taken", one.code, *_words(one.code), one.file, one.row) for one in rows
    )


def guarded(cell: object) -> str:
    """A cell as a spreadsheet shows it and does not carry it out."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _words(code: str | None) -> tuple[str, str]:
    return ("", "") if code is None else words(code)


def _lines(rows: Iterable[tuple[object, ...]]) -> str:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [guarded(cell) for cell in row] for row in rows
    )
    return written.getvalue()
