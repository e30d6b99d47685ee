"""The refused rows of an import as they were sent: kept sealed, given back as a file to correct and send again."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry import import_check_repository as store
from card_service.registry.intake import COLUMNS, Rejection
from card_service.registry.reasons import reason
from card_service.registry.updates.rows import COLUMNS as UPDATE_COLUMNS
from card_service.registry.updates.rows import Content
from card_service.sealing import REFUSED
from chassis.sealing import Vault
from chassis.spreadsheets import neutral, plain


class Refused(NamedTuple):
    """A row that was refused: its line, the column and why, and its cells as far as they can be read."""

    row: int
    field: str
    code: str
    cells: Sequence[str]

    @property
    def rejection(self) -> Rejection:
        """The same without its cells."""
        return Rejection(self.row, self.field, self.code)


def _purpose(first_row: int) -> bytes:
    return REFUSED + str(first_row).encode()


async def keep(session: AsyncSession, vault: Vault, import_id: UUID, refused: Iterable[Refused]) -> None:
    """Keep the refused rows of a chunk."""
    rows = sorted(refused)
    if rows:
        first, last = rows[0].row, rows[-1].row
        plainly = zlib.compress(orjson.dumps([tuple(row) for row in rows]), 1)
        await store.keep_refused(session, import_id, first, last, vault.seal(import_id, plainly, _purpose(first)))


async def after(session: AsyncSession, vault: Vault, import_id: UUID, row: int, most: int) -> list[Refused]:
    """Refused rows behind one, in the order of the file: `most` of them, and the rest of the last one's chunk."""
    found: list[Refused] = []
    while len(found) < most and (kept := await store.refused(session, import_id, row)):
        first, sealed = kept
        chunk = [Refused(*one) for one in orjson.loads(zlib.decompress(vault.open(import_id, sealed, _purpose(first))))]
        found += [one for one in chunk if one.row > row]
        row = chunk[-1].row
    return found


def as_csv(content: Content, rows: Iterable[Refused]) -> bytes:
    """A file that the import takes again: UTF-8 with a mark, every cell quoted, none that is carried out as a formula.

    Its last column says in Arabic what is to be put right, and is not read.
    """
    names = UPDATE_COLUMNS.get(content, COLUMNS).names
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(names)
    for one in rows:
        cells = [neutral(plain(cell)) for cell in one.cells[: len(names) - 1]]
        cells += [""] * (len(names) - 1 - len(cells))
        writer.writerow([*cells, remark(one)])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def remark(one: Refused) -> str:
    """What is to be put right in a row, in Arabic."""
    return f"{one.row}: {reason(one.code)[1]} ({one.field})"
