"""Rows of a file of legacy draws: the ration card's number, and piastres of goods drawn with it in the month."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from chassis.ration_card import RationCardMarks, normalise
from chassis.row_files import ROW_FAULTS, Columns, NotRows, Row, WrongColumns, read_all, words_of
from chassis.row_files.reader import Form
from supply_service.legacy.errors import NotLegacyDraws

COLUMNS: Final = Columns(("ration_card", "goods"), one_line=True)
MAX_ROWS: Final = 20_000  # each is answered
MAX_DIGITS: Final = 9

FAULTS: Final[dict[str, tuple[str, str]]] = {
    **ROW_FAULTS,
    "ration_card_invalid": ("This is no number of a ration card.", "رقم البطاقة التموينية غير صحيح."),
    "goods_invalid": ("Goods must be whole piastres, 0 where nothing was drawn.", "قيمة السلع يجب أن تكون بالقروش."),
    "ration_card_twice": ("This card stands in the file twice.", "هذه البطاقة مكررة في الملف."),
    "ration_card_unknown": ("No household of your area has this card.", "لا توجد أسرة في نطاقكم بهذه البطاقة."),
}  # fmt: skip


class Draw(NamedTuple):
    """A good row: its line, the mark of its card, what was drawn."""

    line: int
    mark: str
    goods: int


def read(body: bytes, form: Form, charset: str | None, marks: RationCardMarks) -> tuple[list[Draw], dict[int, str]]:
    """The good rows of a file, and the codes of what is wrong with others by line. Raises NotLegacyDraws."""
    try:
        rows = read_all(body, COLUMNS, form=form, charset=charset)
    except NotRows as error:
        english, arabic = words_of(error.found)
        raise NotLegacyDraws(english, detail_ar=arabic) from error
    except WrongColumns as error:
        raise NotLegacyDraws(
            "The first line must name the columns ration_card and goods.",
            detail_ar="يجب أن يذكر السطر الأول العمودين ration_card و goods.",
        ) from error
    if len(rows) > MAX_ROWS:
        raise NotLegacyDraws(f"A file has {MAX_ROWS} rows at most.", detail_ar="قسّم الملف إلى ملفات أصغر.")
    return _sorted(rows, marks)


def _sorted(rows: Iterable[Row], marks: RationCardMarks) -> tuple[list[Draw], dict[int, str]]:
    draws: list[Draw] = []
    faults: dict[int, str] = {}
    seen: set[str] = set()
    for row in rows:
        number = normalise(row.cells[0].strip()) if row.fault is None else None
        fault = row.fault or _fault(number, row.cells[1].strip(), seen)
        if fault is not None or number is None:
            faults[row.line] = fault or "ration_card_invalid"
            continue
        seen.add(number)
        draws.append(Draw(row.line, marks.mark(number), int(row.cells[1])))
    return draws, faults


def _fault(number: str | None, goods: str, seen: set[str]) -> str | None:
    if number is None:
        return "ration_card_invalid"
    if not (goods.isascii() and goods.isdigit() and len(goods) <= MAX_DIGITS):
        return "goods_invalid"
    return "ration_card_twice" if number in seen else None
