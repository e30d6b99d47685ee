"""Reader of a payout file: its good rows, and each faulty one with its line and the code of what is wrong.

The file is read by `chassis.row_files`. A line is a row: no cell of ours goes over several, so that a quotation mark
too many spoils its own row only. Blank lines are nothing. The header says how payees are named: `citizen_id`,
`national_id`, `card_id` or `card_number`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args
from uuid import UUID

from asyncpg.pgproto import pgproto

from chassis.national_id import NationalIdError, parse
from chassis.row_files import Columns, Form, NotRows, Row, RowFile, WrongColumns, read_all, words_of
from chassis.spreadsheets import ruined
from chassis.text import normalise_digits
from payment_service.errors import NotPayoutItems

Payee = Literal["citizen_id", "national_id", "card_id", "card_number"]
PAYEES: tuple[Payee, ...] = get_args(Payee)
BEHIND = ["amount", "item_reference"]
MAX_REFERENCE = 64
MAX_AMOUNT = 10**12
NATIONAL_ID_DIGITS = 14
_COLUMNS = {payee: Columns((payee, *BEHIND), one_line=True, delimiters=",") for payee in PAYEES}
_CODES = {"row_incomplete": "fields_missing", "row_too_many_fields": "fields_too_many"}
_IDS = frozenset({"citizen_id", "card_id"})
_LIKE_A_NUMBER = re.compile(r"[0-9\u0660-\u0669\u06f0-\u06f9]{12}")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent: its bytes, its form and the charset its sender names, if any."""

    body: bytes
    form: Form
    charset: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is not taken: its line in the file (the header is line 1), its reference if it could be read, why."""

    row: int
    reference: str | None
    code: str


@dataclass(slots=True)
class Rows:
    """Good rows as columns: `payees` are ids, or texts still to be looked up; `lines` where each stands."""

    payee: Payee
    lines: Sequence[int]
    references: Sequence[str]
    payees: Sequence[UUID | str]
    amounts: Sequence[int]
    faults: list[Fault] = field(default_factory=list)

    def without(self, codes: dict[int, str]) -> Rows:
        """The rows but those at some positions, which are faulty for the reasons given."""
        if not codes:
            return self
        keep = [n for n in range(len(self.lines)) if n not in codes]
        faults = [Fault(self.lines[n], self.references[n], code) for n, code in codes.items()]
        return Rows(
            self.payee,
            [self.lines[n] for n in keep],
            [self.references[n] for n in keep],
            [self.payees[n] for n in keep],
            [self.amounts[n] for n in keep],
            sorted([*self.faults, *faults], key=lambda fault: fault.row),
        )


def read(body: bytes, most: int = MAX_AMOUNT, form: Form = "csv", charset: str | None = None) -> Rows:
    """The rows of a file, amounts up to `most` piastres. Raises NotPayoutItems where it is no such file at all."""
    if form == "csv" and (found := _plain(body, most)) is not None:
        return found
    try:
        file = RowFile(*_COLUMNS.values(), form=form, charset=charset)
        rows = [*file.feed(body), *file.close()]
    except NotRows as error:
        english, arabic = words_of(error.found)
        raise NotPayoutItems(english, detail_ar=arabic, found=str(error.found)) from error
    except WrongColumns as error:
        raise _wrong_header() from error
    return _judged(_payee_of(file.columns), rows, most)


def _plain(body: bytes, most: int) -> Rows | None:
    """A file in UTF-8 with commas in which nothing is quoted and nothing wrong; None for any other."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    header, _, rest = text.replace("\r\n", "\n").replace("\r", "\n").partition("\n")
    cells = [cell.strip().strip('"') for cell in header.split(",")]
    payee = next((one for one in PAYEES if cells == [one, *BEHIND]), None)
    return None if payee is None else _at_once(payee, rest, most)


def _payee_of(columns: Columns) -> Payee:
    return next(payee for payee, known in _COLUMNS.items() if known == columns)


def _wrong_header() -> NotPayoutItems:
    names = " | ".join(PAYEES)
    return NotPayoutItems(
        f"The first line must be one of {names}, then amount,item_reference, divided by commas (,).",
        detail_ar=f"السطر الأول يجب أن يكون أحد {names} ثم amount,item_reference وتفصل بينها فاصلة (,).",
    )


def _at_once(payee: Payee, rest: str, most: int) -> Rows | None:
    """What the rows hold where nothing is quoted and nothing wrong with any of them, found out column by column."""
    rest = rest.rstrip("\n")
    lines = rest.split("\n")
    if '"' in rest or any(line.count(",") != 2 for line in lines):
        return None
    cells = rest.replace("\n", ",").split(",")
    named, amounts, references = cells[0::3], cells[1::3], cells[2::3]
    try:
        payees: Sequence[UUID | str] = [pgproto.UUID(one) for one in named] if payee in _IDS else named
        numbers = [int(amount) for amount in amounts]
    except ValueError:
        return None
    digits = "".join(amounts)
    fine = (
        digits.isascii() and digits.isdigit() and min(numbers) > 0 and max(numbers) <= most and min(map(len, named)) > 0
        and min(map(len, references)) > 0 and max(map(len, references)) <= MAX_REFERENCE
        and all(map(str.isprintable, references)) and len(set(references)) == len(references)
        and not any(len(one) == NATIONAL_ID_DIGITS and is_national_id(one) for one in references)
        and all(map(str.strip, references)) and all(map(str.strip, named))
    )  # fmt: skip
    return Rows(payee, range(2, len(lines) + 2), references, payees, numbers) if fine else None


def _row_by_row(payee: Payee, lines: Sequence[str], most: int) -> Rows:
    columns = _COLUMNS[payee]
    return _judged(payee, read_all("\n".join([",".join(columns.names), *lines]).encode(), columns), most)


def _judged(payee: Payee, rows: Iterable[Row], most: int) -> Rows:
    numbers: list[int] = []
    references: list[str] = []
    payees: list[UUID | str] = []
    amounts: list[int] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for row in rows:
        if code := _fault(payee, row, seen, most):
            faults.append(Fault(row.line, _shown(row.cells), code))
            continue
        named, amount, reference = row.cells
        seen.add(reference)
        numbers.append(row.line)
        references.append(reference)
        payees.append(UUID(named) if payee in _IDS else named)
        amounts.append(int(amount))
    return Rows(payee, numbers, references, payees, amounts, faults)


def _fault(payee: Payee, row: Row, seen: set[str], most: int) -> str | None:
    """The code of what is wrong with a row."""
    if row.fault is not None:
        return _CODES.get(row.fault, row.fault)
    named, amount, reference = row.cells
    if not named.strip():
        return "payee_missing"
    if payee in _IDS:
        if not _is_id(named):
            return f"{payee}_invalid"
    elif ruined(normalise_digits(named)):
        return f"{payee}_ruined"
    return _amount_fault(amount, most) or _reference_fault(reference, seen)


def _amount_fault(amount: str, most: int) -> str | None:
    if not amount.strip():
        return "amount_missing"
    digits = amount.lstrip("0")
    if not (amount.isascii() and amount.isdigit() and digits):
        return "amount_invalid"
    return "amount_above_ceiling" if len(digits) > len(str(most)) or int(digits) > most else None


def _reference_fault(reference: str, seen: set[str]) -> str | None:
    if not reference.strip():
        return "reference_missing"
    if not reference.isprintable():
        return "reference_invalid"
    if len(reference) > MAX_REFERENCE:
        return "reference_too_long"
    if is_national_id(reference):
        return "reference_is_national_id"
    return "reference_twice" if reference in seen else None


def _shown(cells: Sequence[str]) -> str | None:
    """A faulty row's reference, as far as it may be kept: nothing that might name the payee."""
    reference = cells[-1] if len(cells) > len(BEHIND) else ""
    fit = reference.isprintable() and 0 < len(reference) <= MAX_REFERENCE
    return reference if fit and not _LIKE_A_NUMBER.search(reference) else None


def is_national_id(text: str) -> bool:
    """Whether a text is somebody's national id, by its form."""
    try:
        parse(text, date.max)
    except NationalIdError:
        return False
    return True


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
