"""Rows of a file of recipients: the id of a citizen, or of a card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple
from uuid import UUID

from chassis.row_files import ROW_FAULTS, Columns, NotRows, Row, RowFile, WrongColumns, read_all, words_of
from chassis.row_files.reader import Form
from notify_service.campaigns.errors import NotRecipients

CITIZENS: Final = Columns(("citizen_id",), one_line=True)
CARDS: Final = Columns(("card_id",), one_line=True)
MAX_ROWS: Final = 20_000  # each is answered

FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    **ROW_FAULTS,
    "recipient_invalid": ("This is no id.", "هذا ليس رقماً صحيحاً."),
    "recipient_twice": ("This one stands in the file twice.", "هذا الرقم مكرر في الملف."),
    "recipient_unknown": ("Nobody of your area is known by this.", "لا يوجد في نطاقكم من يُعرف بهذا الرقم."),
}


class Named(NamedTuple):
    """A good row: its line, and the citizen or the card it names."""

    line: int
    id: UUID


class Read(NamedTuple):
    """What a file says: good rows, of which kind, and the codes of what is wrong with others by line."""

    by: Literal["citizen_id", "card_id"]
    named: list[Named]
    faults: dict[int, str]


def read(body: bytes, form: Form, charset: str | None) -> Read:
    """The rows of a file. Raises NotRecipients."""
    try:
        by, rows = _rows(body, form, charset)
    except NotRows as error:
        english, arabic = words_of(error.found)
        raise NotRecipients(english, detail_ar=arabic) from error
    except WrongColumns as error:
        raise NotRecipients(
            "The first line must name the column citizen_id, or card_id.",
            detail_ar="يجب أن يذكر السطر الأول العمود citizen_id أو card_id.",
        ) from error
    if len(rows) > MAX_ROWS:
        raise NotRecipients(f"A file has {MAX_ROWS} rows at most.", detail_ar="قسّم الملف إلى ملفات أصغر.")
    named: list[Named] = []
    faults: dict[int, str] = {}
    seen: set[UUID] = set()
    for row in rows:
        found = _id(row.cells[0].strip()) if row.fault is None else None
        if found is None or found in seen:
            faults[row.line] = row.fault or ("recipient_invalid" if found is None else "recipient_twice")
            continue
        seen.add(found)
        named.append(Named(row.line, found))
    return Read("citizen_id" if by is CITIZENS else "card_id", named, faults)


def _rows(body: bytes, form: Form, charset: str | None) -> tuple[Columns, list[Row]]:
    """By which column the file names people, and its rows. Raises NotRows or WrongColumns."""
    if form == "ndjson":
        file = RowFile(CITIZENS, CARDS, form=form, charset=charset)
        found = [*file.feed(body), *file.close()]
        return file.columns, found
    try:
        return CITIZENS, read_all(body, CITIZENS, form=form, charset=charset)
    except WrongColumns:
        return CARDS, read_all(body, CARDS, form=form, charset=charset)


def _id(cell: str) -> UUID | None:
    try:
        return UUID(cell) if len(cell) == 36 else None
    except ValueError:
        return None
