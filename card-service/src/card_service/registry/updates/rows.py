"""What a row of another registry's file says: columns by kind of file, and what is wrong with a row. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from card_service.registry import names
from card_service.registry.intake import REMARK, Rejection
from chassis import months
from chassis.national_id import NationalId, NationalIdError, parse
from chassis.row_files import Columns, Row
from chassis.spreadsheets import plain
from chassis.text import normalise_digits


class Content(StrEnum):
    """What a file is about."""

    CITIZENS = "citizens"
    DEATHS = "deaths"
    BIRTHS = "births"
    MARRIAGES = "marriages"
    TRAVEL = "travel"
    INCOME = "income"
    TAKAFUL = "takaful"


# Who it is about comes first, the day of the fact where there is one. `effective_month`: a later month where it shall
# count later; `reference`: of the registry's own record.
_MORE: Final = ("effective_month", "reference", REMARK)
COLUMNS: Final[Mapping[Content, Columns]] = {
    Content.DEATHS: Columns(("national_id", "died_on"), _MORE),
    Content.BIRTHS: Columns(("parent_national_id", "child_national_id", "child_name"), _MORE),
    Content.MARRIAGES: Columns(("national_id", "married_on", "spouse_national_id"), _MORE),
    Content.TRAVEL: Columns(("national_id", "since", "travel"), _MORE),
    Content.INCOME: Columns(("national_id", "since", "income"), _MORE),
    Content.TAKAFUL: Columns(("national_id", "since", "programme"), _MORE),
}
# What the third column of those may say that tell of a state.
STATES: Final[Mapping[Content, frozenset[str]]] = {
    Content.TRAVEL: frozenset({"abroad", "returned"}),
    Content.INCOME: frozenset({"above_limit", "within_limit"}),
    Content.TAKAFUL: frozenset({"takaful", "karama"}),
}
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_LOCAL: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")  # as spreadsheets in Egypt write it: day first
_MONTH: Final = re.compile(months.PATTERN)
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{2,119}")


class Said(NamedTuple):
    """A row that passed. `other`: the child that was born, or the spouse; `state`: what a list says of the person."""

    row: int
    national_id: NationalId
    fact_on: date
    other: NationalId | None
    name: str | None
    state: str
    effective_month: str | None
    reference: str | None


class Line(NamedTuple):
    """A row of the file, whatever became of it."""

    last_row: int
    said: Said | Rejection
    row: Row
    rows: int = 1


class Reader:
    """Judges rows as they come; `today` is the day births and facts are judged by."""

    def __init__(self, content: Content, today: date) -> None:
        """`content`: any but citizens."""
        self._content, self._today = content, today
        self._columns = COLUMNS[content].names

    def take(self, rows: Iterable[Row]) -> Iterator[Line]:
        """Every row, judged."""
        return (Line(row.line, self._judged(row), row) for row in rows)

    def close(self) -> Iterator[Line]:
        """Nothing stands open: a row is whole."""
        return iter(())

    def _judged(self, row: Row) -> Said | Rejection:
        if row.fault is not None:
            return Rejection(row.line, "row", row.fault)
        cells = dict(zip(self._columns, map(plain, row.cells), strict=True))
        try:
            return self._said(row.line, cells)
        except _Wrong as wrong:
            return Rejection(row.line, wrong.field, wrong.code)

    def _said(self, line: int, cells: Mapping[str, str]) -> Said:
        who, second, third, *_ = self._columns
        person, other, name, state = self._number(cells, who), None, None, ""
        match self._content:
            case Content.BIRTHS:
                other, name = self._number(cells, second), names.name(cells[third])
                if name is None:
                    raise _Wrong(third, "name_invalid")
                fact_on = other.birth_date
            case Content.DEATHS:
                fact_on = self._day(cells, second)
            case Content.MARRIAGES:
                fact_on, other = self._day(cells, second), self._number(cells, third)
            case _:
                fact_on, state = self._day(cells, second), cells[third].strip().lower()
                if state not in STATES[self._content]:
                    raise _Wrong(third, "state_unknown")
        month = _matching(cells, "effective_month", _MONTH, "month_invalid")
        return Said(line, person, fact_on, other, name, state, month, _matching(cells, "reference", _REFERENCE))

    def _number(self, cells: Mapping[str, str], column: str) -> NationalId:
        try:
            return parse(cells[column], self._today)
        except NationalIdError as error:
            raise _Wrong(column, error.code) from None

    def _day(self, cells: Mapping[str, str], column: str) -> date:
        text = normalise_digits(cells[column])
        iso, local = _ISO.fullmatch(text), _LOCAL.fullmatch(text)
        try:
            day = date(*map(int, iso.groups() if iso else local.groups()[::-1] if local else ()))
        except (TypeError, ValueError):
            raise _Wrong(column, "date_invalid") from None
        if day > self._today:
            raise _Wrong(column, "date_in_future")
        return day


class _Wrong(Exception):
    """What is wrong with a cell of a row."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field, self.code = field, code


def _matching(
    cells: Mapping[str, str], column: str, pattern: re.Pattern[str], code: str = "reference_invalid"
) -> str | None:
    text = normalise_digits(cells[column])
    if text and pattern.fullmatch(text) is None:
        raise _Wrong(column, code)
    return text or None
