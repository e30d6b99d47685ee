"""A file that came in parts, being read for its worker: one part and one chunk of it at a time.

It holds a part of the file, sealed elsewhere, and the units of a chunk at a time, whatever the size of the file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry import import_repository as store
from card_service.registry.models import ImportJob
from card_service.sealing import PART, UPLOAD
from chassis.row_files import Columns, Row, RowFile
from chassis.sealing import Vault


class Unit(Protocol):
    """What is taken in whole: a household, or a row that stands for itself."""

    @property
    def last_row(self) -> int:
        """The last line of the file that belongs to it."""

    @property
    def rows(self) -> int:
        """How many rows it has."""


U = TypeVar("U", bound=Unit)
Made = TypeVar("Made", bound=Unit, covariant=True)


class UnitReader(Protocol[Made]):
    """Makes units of rows."""

    def take(self, rows: Iterable[Row]) -> Iterator[Made]:
        """Every unit that the rows complete."""

    def close(self) -> Iterator[Made]:
        """The unit that no more rows will come of."""


def part_purpose(number: int) -> bytes:
    """What a part is sealed for: itself, so that none takes another's place."""
    return PART + str(number).encode()


async def _part(session: AsyncSession, import_id: UUID, number: int) -> tuple[bytes, bytes]:
    """A part of a file as it is kept, and what it was sealed for."""
    whole = await store.upload(session, import_id) if number == 1 else None
    if whole is not None:
        return whole, UPLOAD
    return await store.part(session, import_id, number), part_purpose(number)


class OpenFile(Generic[U]):
    """A file being read, `done_row` the last line that is done. Kept between chunks, built anew after a crash."""

    def __init__(self, vault: Vault, job: ImportJob, columns: Columns, reader: UnitReader[U]) -> None:
        """Begin at the first part; units before `done_row` are passed over."""
        self.import_id, self.done_row = job.import_id, job.done_row
        self._vault, self._reader, self._parts = vault, reader, job.parts
        self._file = RowFile(columns, form=job.form, charset=job.charset)
        self._units: Iterator[U] = iter(())
        self._waiting: U | None = None
        self._taken: list[U] = []
        self.wanted = 1  # the part to be fed next

    def feed(self, sealed: bytes, purpose: bytes) -> None:
        """Go on with the next part. Raises SealBroken."""
        body = self._vault.open(self.import_id, sealed, purpose)
        rows = self._file.feed(body)
        if self.wanted < self._parts:
            self._units = self._reader.take(rows)
        else:
            self._units = chain(self._reader.take(chain(rows, self._file.close())), self._closing())
        self.wanted += 1

    def _closing(self) -> Iterator[U]:
        """The last unit, once all rows before have been read."""
        yield from self._reader.close()

    def fill(self, max_rows: int) -> bool:
        """Gather whole units, about `max_rows` rows of them; False where another part must be fed first.

        Raises NotRows or WrongColumns.
        """
        rows = sum(unit.rows for unit in self._taken)
        while True:
            if self._waiting is None:
                self._waiting = next((one for one in self._units if one.last_row > self.done_row), None)
            if self._waiting is None:
                return self.wanted > self._parts
            if self._taken and rows + self._waiting.rows > max_rows:
                return True
            rows += self._waiting.rows
            self._taken.append(self._waiting)
            self._waiting = None

    async def gather(self, session: AsyncSession, max_rows: int) -> None:
        """Gather whole units, about `max_rows` rows of them, and feed the parts that it takes."""
        while not await asyncio.to_thread(self.fill, max_rows):
            await asyncio.to_thread(self.feed, *await _part(session, self.import_id, self.wanted))

    def gathered(self) -> tuple[list[U], bool]:
        """What `fill` has gathered, and whether the file ends with it."""
        taken, self._taken = self._taken, []
        return taken, self._waiting is None


class Resumable(Protocol):
    """A file of a job, at some line."""

    import_id: UUID
    done_row: int


R = TypeVar("R", bound=Resumable)


class LeftOpen(Generic[R]):
    """The file that a worker has open between chunks. One whose chunk failed is not left: it is read anew."""

    def __init__(self) -> None:
        """Start with no file open."""
        self._file: R | None = None

    def of(self, job: ImportJob, opened: Callable[[], R]) -> R:
        """A job's file, at the row the job has come to: another process may have done chunks of it."""
        known, self._file = self._file, None
        if known is None or known.import_id != job.import_id or known.done_row != job.done_row:
            return opened()
        return known

    def leave(self, file: R, done_row: int) -> None:
        """Keep a file for the next chunk."""
        file.done_row = done_row
        self._file = file
