"""Rows of a list of households: one column, the number of the ration card or the household's id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple
from uuid import UUID

from chassis.ration_card import RationCardMarks, normalise
from chassis.row_files import ROW_FAULTS, Columns, NotRows, Row, WrongColumns, read_all, words_of
from chassis.row_files.reader import Form
from supply_service.beneficiaries.errors import NotHouseholdList

BY_CARD: Final = Columns(("ration_card",), one_line=True)
BY_HOUSEHOLD: Final = Columns(("household_id",), one_line=True)
MAX_ROWS: Final = 100_000

FAULTS: Final[dict[str, tuple[str, str]]] = {
    **ROW_FAULTS,
    "ration_card_invalid": ("This is no number of a ration card.", "رقم البطاقة التموينية غير صحيح."),
    "household_id_invalid": ("This is no id of a household.", "معرف الأسرة غير صحيح."),
    "household_twice": ("This household stands in the file before.", "الأسرة مكررة في الملف."),
    "household_unknown": ("There is no such household.", "لا توجد أسرة بهذا الرقم."),
}


class Named(NamedTuple):
    """A good row: its line, and the household by the mark of its ration card or by its id."""

    line: int
    household: str | UUID


def read(body: bytes, form: Form, charset: str | None, marks: RationCardMarks) -> tuple[list[Named], dict[int, str]]:
    """The good rows of a file, and the codes of what is wrong with others by line. Raises NotHouseholdList."""
    rows, by_card = _rows(body, form, charset)
    if len(rows) > MAX_ROWS:
        raise NotHouseholdList(f"A file has {MAX_ROWS} rows at most.", detail_ar="قسّم الملف إلى ملفات أصغر.")
    named: list[Named] = []
    faults: dict[int, str] = {}
    seen: set[str | UUID] = set()
    for row in rows:
        found = row.fault or (_by_card(row, marks) if by_card else _by_id(row))
        if isinstance(found, Named) and found.household in seen:
            found = "household_twice"
        if isinstance(found, Named):
            seen.add(found.household)
            named.append(found)
        else:
            faults[row.line] = found
    return named, faults


def _rows(body: bytes, form: Form, charset: str | None) -> tuple[list[Row], bool]:
    for columns in (BY_CARD, BY_HOUSEHOLD):
        try:
            return list(_read(body, columns, form, charset)), columns is BY_CARD
        except WrongColumns:
            continue
    raise NotHouseholdList(
        "The first line must name the column ration_card or household_id.",
        detail_ar="يجب أن يذكر السطر الأول العمود ration_card أو household_id.",
    )


def _read(body: bytes, columns: Columns, form: Form, charset: str | None) -> Iterable[Row]:
    try:
        return read_all(body, columns, form=form, charset=charset)
    except NotRows as error:
        english, arabic = words_of(error.found)
        raise NotHouseholdList(english, detail_ar=arabic) from error


def _by_card(row: Row, marks: RationCardMarks) -> Named | str:
    number = normalise(row.cells[0].strip())
    return "ration_card_invalid" if number is None else Named(row.line, marks.mark(number))


def _by_id(row: Row) -> Named | str:
    try:
        return Named(row.line, UUID(row.cells[0].strip()))
    except ValueError:
        return "household_id_invalid"
