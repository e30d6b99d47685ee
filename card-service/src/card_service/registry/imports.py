"""Bulk import: a file is taken in at once, sealed, and registered chunk by chunk by a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import WithTools
from card_service.jobs import ChunkFailed
from card_service.registry import announcements, enrolment, repository, telling
from card_service.registry import import_repository as store
from card_service.registry.errors import ImportUnknown, NotCsvFile, WrongHeaderLine
from card_service.registry.import_repository import Progress
from card_service.registry.intake import COLUMNS, HEADER, Family, Rejection, families_of
from card_service.registry.memberships import Joining
from card_service.registry.models import ImportJob, Known, NewCitizen, NewHousehold
from card_service.registry.reasons import reason
from card_service.registry.schemas import ImportOut, RejectionOut, RejectionPage
from card_service.sealing import UPLOAD
from card_service.tools import Tools
from chassis import outbox
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal
from chassis.problems import PayloadTooLarge, UnsupportedMedia
from chassis.row_files import NotRows, Row, RowFile, WrongColumns, form_of, words_of
from chassis.sealing import Vault
from contracts.event import Event

MAX_EVENTS = 4000
_EXPECTED = ",".join(HEADER)


async def limit_body(request: Request, tools: WithTools) -> None:
    """A dependency that refuses a body said to be too large, before it is read. Raises PayloadTooLarge."""
    limit = tools.settings.card_import_max_bytes
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > limit:
        raise too_large(limit)


def too_large(limit: int) -> PayloadTooLarge:
    """The refusal of a file of more than `limit` bytes."""
    return PayloadTooLarge(f"A file may have {limit} bytes.", detail_ar="قسّم الملف إلى ملفات أصغر.")


async def body_of(request: Request, limit: int) -> tuple[bytes, str | None]:
    """The file in a request and the charset it is said to be in. Raises PayloadTooLarge or UnsupportedMedia."""
    kind = form_of(request.headers.get("content-type", ""))
    if kind is None or kind[0] != "csv":
        raise UnsupportedMedia("Send the file as text/csv.", detail_ar="أرسل الملف بصيغة text/csv.")
    body = await request.body()
    if len(body) > limit:
        raise too_large(limit)
    return body, kind[1]


def rows_of(body: bytes) -> Iterator[Row]:
    """The rows of a file as it is read. Raises NotRows or WrongColumns before the first."""
    file = RowFile(COLUMNS)
    yield from file.feed(body)
    yield from file.close()


def _checked(body: bytes, charset: str | None) -> bytes:
    """A file whose beginning is what it must be, in an encoding that the worker recognises without being told."""
    file = RowFile(COLUMNS, charset=charset)
    next(chain(file.feed(body), file.close()), None)
    return body if file.recognisable else body.decode(file.encoding, "replace").encode()


async def accept(session: AsyncSession, tools: Tools, caller: Principal, body: bytes, charset: str | None) -> UUID:
    """Keep a file, sealed, as a job that waits for its turn. Raises NotCsvFile or WrongHeaderLine."""
    try:
        body = await asyncio.to_thread(_checked, body, charset)
    except NotRows as error:
        english, arabic = words_of(error.found)
        raise NotCsvFile(english, detail_ar=arabic, found=str(error.found)) from error
    except WrongColumns as error:
        raise WrongHeaderLine(
            f"The first line must name these columns, divided by commas (,): {_EXPECTED}",
            detail_ar=f"يجب أن يذكر السطر الأول هذه الأعمدة مفصولة بفواصل (,): {_EXPECTED}",
            expected=list(HEADER),
        ) from error
    import_id = new_id()
    sealed = await asyncio.to_thread(tools.vault.seal, import_id, body, UPLOAD)
    await store.create(session, import_id, caller.bound.only_governorate, caller.subject, tools.now(), sealed)
    return import_id


async def _visible(session: AsyncSession, caller: Principal, import_id: UUID) -> ImportJob:
    return caller.bound.own(await store.find(session, import_id), ImportUnknown)


async def progress(session: AsyncSession, caller: Principal, import_id: UUID) -> ImportOut:
    """How far an import has come. Raises ImportUnknown."""
    job = await _visible(session, caller, import_id)
    return ImportOut(
        id=job.import_id,
        status=job.status,
        rows=job.rows,
        accepted=job.accepted,
        rejected=job.rejected,
        households=job.households,
        warnings=job.warnings,
    )


async def rejections(session: AsyncSession, caller: Principal, import_id: UUID, page: Paging[int]) -> RejectionPage:
    """A page of the rows that were not taken. Raises ImportUnknown."""
    await _visible(session, caller, import_id)
    found = await store.rejections(session, import_id, page)
    items = [
        RejectionOut(row=r.row, field=r.field, code=r.code, reason=reason(r.code)[0], reason_ar=reason(r.code)[1])
        for r in found
    ]
    return RejectionPage.of(page, items, lambda rejection: rejection.row)


@dataclass
class _Chunk:
    """Households of one transaction, and whether the file ends with them."""

    families: list[Family]
    prints: enrolment.Fingerprints
    rows: int
    last: bool


@dataclass
class _Sorted:
    """What a chunk comes to."""

    households: list[NewHousehold]
    citizens: list[NewCitizen]
    rejections: list[Rejection]
    events: list[Event]
    warnings: int
    returning: list[UUID]  # households with members the register knew before, whose months are computed


class OpenFile:
    """A file being read, `done_row` the last line that is done. Kept between chunks, built anew after a crash."""

    def __init__(self, vault: Vault, contacts: Vault, job: ImportJob, sealed: bytes, today: date) -> None:
        """Open the sealed upload and go to where the job stands. Raises SealBroken, NotRows, WrongColumns."""
        rows = rows_of(vault.open(job.import_id, sealed, UPLOAD))
        self.import_id = job.import_id
        self.done_row = job.done_row
        self._vault, self._contacts = vault, contacts
        self._families: Iterator[Family] = families_of(rows, today, job.governorate)
        self._waiting: Family | None = None
        for family in self._families:
            if family.last_row > job.done_row:
                self._waiting = family
                break

    def next_chunk(self, max_rows: int) -> _Chunk:
        """The next whole households, about `max_rows` rows of them."""
        taken: list[Family] = []
        rows = 0
        while self._waiting is not None and (not taken or rows + self._waiting.rows <= max_rows):
            taken.append(self._waiting)
            rows += self._waiting.rows
            self._waiting = next(self._families, None)
        people = chain.from_iterable(family.people for family in taken)
        return _Chunk(taken, enrolment.fingerprints(self._vault, people), rows, self._waiting is None)

    def sort(self, chunk: _Chunk, known: dict[bytes, Known], joining: Joining) -> _Sorted:
        """Rows and events of a chunk, now that it is known who of it is registered."""
        enrolment.withdraw_known(chunk.families, chunk.prints, known, self.import_id)
        sorted_chunk = _Sorted([], [], [], [], 0, [])
        for family in chunk.families:
            sorted_chunk.rejections.extend(family.rejections)
            if not family.people:
                continue
            household, citizens = enrolment.new_household(self._vault, family, chunk.prints, known)
            sorted_chunk.households.append(household)
            sorted_chunk.citizens.extend(citizens)
            sorted_chunk.events.extend(announcements.registered(self._contacts, household, citizens))
            if any(citizen.known for citizen in citizens):
                sorted_chunk.returning.append(household.household_id)
            else:
                sorted_chunk.events.append(announcements.first_months(household, citizens, joining))
            sorted_chunk.warnings += sum(not person.national_id.check_digit_agrees for person in family.people)
        return sorted_chunk


class Importer:
    """Does imports, one chunk at a time; remembers the open file between chunks."""

    def __init__(self) -> None:
        """Start with no file open."""
        self._open: OpenFile | None = None

    async def chunk(self, session: AsyncSession, tools: Tools) -> UUID | None:
        """One chunk of the oldest open import; None where there is none. Raises ChunkFailed."""
        job = await store.claim(session)
        if job is None:
            self._open = None
            return None
        try:
            await self._take_chunk(session, tools, job)
        except Exception as error:  # why: whatever it was, the file is opened anew and the attempt counted
            self._open = None
            raise ChunkFailed(job.import_id) from error
        return job.import_id

    async def _take_chunk(self, session: AsyncSession, tools: Tools, job: ImportJob) -> None:
        reader = await self._reader(session, tools, job)
        chunk = await asyncio.to_thread(reader.next_chunk, tools.settings.card_import_chunk_rows)
        known = await repository.known(session, list(chunk.prints.values()))
        now, joining = tools.now(), Joining.registered(tools.today())
        sorted_chunk = await asyncio.to_thread(reader.sort, chunk, known, joining)
        await repository.insert(session, sorted_chunk.households, sorted_chunk.citizens, job.import_id, now, joining)
        for household_id in sorted_chunk.returning:
            household = await repository.find_household(session, household_id)
            if household is not None:
                sorted_chunk.events.append(await telling.months_of(session, tools, household, joining.first_month))
        for start in range(0, len(sorted_chunk.events), MAX_EVENTS):
            await outbox.add(session, *sorted_chunk.events[start : start + MAX_EVENTS], at=now)
        await store.reject(session, job.import_id, sorted_chunk.rejections)
        done_row = chunk.families[-1].last_row if chunk.families else job.done_row
        step = Progress(
            done_row=done_row,
            rows=chunk.rows,
            accepted=len(sorted_chunk.citizens),
            rejected=len(sorted_chunk.rejections),
            households=len(sorted_chunk.households),
            warnings=sorted_chunk.warnings,
        )
        await store.advance(session, job, step, now if chunk.last else None)
        reader.done_row = done_row

    async def _reader(self, session: AsyncSession, tools: Tools, job: ImportJob) -> OpenFile:
        """The file of the job, at the row the job has come to: another process may have done chunks of it."""
        known = self._open
        if known is None or known.import_id != job.import_id or known.done_row != job.done_row:
            sealed = await store.upload(session, job.import_id)
            known = await asyncio.to_thread(OpenFile, tools.vault, tools.contacts, job, sealed, tools.today())
        self._open = known
        return known
