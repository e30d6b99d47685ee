"""Sheets of exports: texts stay texts, in CSV as in a workbook, and a file without rows has its first line."""

from __future__ import annotations

import csv
import io
from uuid import UUID

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from card_service.exports.columns import HEADS
from card_service.exports.rows import Shown, neutral, packed, unpacked
from card_service.exports.sheets import BOM, sheet_of

# What XML 1.0 cannot hold is in no cell of a workbook.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=40)


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_what_would_begin_a_formula_is_shown_as_text(begins: str) -> None:
    assert neutral(f"{begins}1") == f"'{begins}1"
    assert neutral(f"1{begins}") == f"1{begins}"


@given(st.lists(st.lists(TEXTS, min_size=13, max_size=13), max_size=5))
def test_both_kinds_of_file_hold_the_same_texts(rows: list[list[str]]) -> None:
    sheet, book = sheet_of("csv", "ar"), sheet_of("xlsx", "ar")
    plain, whole = sheet.add(rows[:2]) + sheet.add(rows[2:]) + sheet.close(), book.add(rows) + book.close()
    assert plain.startswith(BOM)
    read = list(csv.reader(io.StringIO(plain.decode("utf-8-sig"), newline="")))
    assert read == [[arabic for arabic, _ in HEADS], *rows]
    active = openpyxl.load_workbook(io.BytesIO(whole)).active
    assert active.sheet_view.rightToLeft
    cells = [[cell.value or "" for cell in row] for row in active.iter_rows(max_col=13)]
    assert cells == read[: len(cells)]
    assert not any(any(row) for row in read[len(cells) :])


def test_a_file_without_rows_has_its_first_line() -> None:
    sheet = sheet_of("csv", "en")
    assert sheet.close().decode("utf-8-sig").strip().split(",")[0] == "household id"


def test_whom_rows_show_is_packed_and_read_back() -> None:
    one, two = Shown(UUID(int=5), UUID(int=6), None), Shown(UUID(int=7), None, UUID(int=8))
    assert unpacked(packed([one, two])) == [one, two]
    assert unpacked(b"") == []
