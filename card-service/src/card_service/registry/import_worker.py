"""The worker of bulk imports: households are registered chunk by chunk, each chunk in one transaction.

It holds a part of the file, sealed elsewhere, and the households of a chunk at a time, whatever the size of the file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.jobs import ChunkFailed
from card_service.registry import announcements, enrolment, import_joins, import_results, repository, telling
from card_service.registry import import_repository as store
from card_service.registry.import_joins import Join
from card_service.registry.import_repository import Progress
from card_service.registry.import_results import Outcome, State
from card_service.registry.intake import COLUMNS, Family, Reader, Rejection, check_household
from card_service.registry.memberships import Joining
from card_service.registry.models import Former, ImportJob, Known, NewCitizen, NewHousehold
from card_service.sealing import HOUSEHOLD_REF, PART, UPLOAD
from card_service.tools import Tools
from chassis import outbox
from chassis.row_files import RowFile
from chassis.sealing import Vault
from contracts.event import Event

MAX_EVENTS = 4000


def part_purpose(number: int) -> bytes:
    """What a part is sealed for: itself, so that none takes another's place."""
    return PART + str(number).encode()


@dataclass
class _Chunk:
    """Households of one transaction, whether the file ends with them, and the marks of persons and references."""

    families: list[Family]
    prints: enrolment.Fingerprints
    marks: dict[str, bytes]
    rows: int
    last: bool


@dataclass
class _Sorted:
    """What a chunk comes to."""

    households: list[NewHousehold] = field(default_factory=list)
    citizens: list[NewCitizen] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    warnings: int = 0
    returning: list[UUID] = field(default_factory=list)  # households with members the register knew before
    refs: dict[bytes, UUID | None] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)

    def taken(self, family: Family, citizens: list[NewCitizen], state: State) -> None:
        """Note the ids that the people of a family were given."""
        self.warnings += sum(not person.national_id.check_digit_agrees for person in family.people)
        self.outcomes.extend(
            Outcome(person.row, family.ref, state, str(one.household_id), str(one.citizen_id), None, None)
            for person, one in zip(family.people, citizens, strict=True)
        )

    def refused(self, family: Family) -> list[Rejection]:
        """Note why rows of a family were refused."""
        self.outcomes.extend(
            Outcome(one.row, family.ref, "rejected", None, None, one.field, one.code) for one in family.rejections
        )
        return family.rejections


class OpenFile:
    """A file being read, `done_row` the last line that is done. Kept between chunks, built anew after a crash."""

    def __init__(self, tools: Tools, job: ImportJob, today: date) -> None:
        """Begin at the first part; households before `done_row` are passed over."""
        self.import_id, self.done_row = job.import_id, job.done_row
        self._vault, self._contacts, self._sender = tools.vault, tools.contacts, job.created_by
        self._corrects, self._parts = job.corrects, job.parts
        self._file = RowFile(COLUMNS, form=job.form, charset=job.charset)
        self._reader = Reader(today, job.governorate)
        self._families: Iterator[Family] = iter(())
        self._waiting: Family | None = None
        self._taken: list[Family] = []
        self.wanted = 1  # the part to be fed next

    def feed(self, sealed: bytes, purpose: bytes) -> None:
        """Go on with the next part. Raises SealBroken."""
        body = self._vault.open(self.import_id, sealed, purpose)
        rows = self._file.feed(body)
        if self.wanted < self._parts:
            self._families = self._reader.take(rows)
        else:
            self._families = chain(self._reader.take(chain(rows, self._file.close())), _closing(self._reader))
        self.wanted += 1

    def fill(self, max_rows: int) -> bool:
        """Gather whole households, about `max_rows` rows of them; False where another part must be fed first.

        Raises NotRows or WrongColumns.
        """
        rows = sum(family.rows for family in self._taken)
        while True:
            if self._waiting is None:
                self._waiting = next((one for one in self._families if one.last_row > self.done_row), None)
            if self._waiting is None:
                return self.wanted > self._parts
            if self._taken and rows + self._waiting.rows > max_rows:
                return True
            rows += self._waiting.rows
            self._taken.append(self._waiting)
            self._waiting = None

    def chunk(self) -> _Chunk:
        """What `fill` has gathered."""
        taken, self._taken = self._taken, []
        people = chain.from_iterable(family.people for family in taken)
        marks = {family.ref: self._mark(family.ref) for family in taken if family.ref}
        rows, last = sum(family.rows for family in taken), self._waiting is None
        return _Chunk(taken, enrolment.fingerprints(self._vault, people), marks, rows, last)

    def _mark(self, ref: str) -> bytes:
        return self._vault.fingerprint(f"{self._sender}\n{ref}", HOUSEHOLD_REF)

    def sort(
        self,
        chunk: _Chunk,
        known: dict[bytes, Known],
        joining: Joining,
        seen: set[bytes],
        former: Mapping[bytes, list[Former]],
    ) -> _Sorted:
        """Rows and events of a chunk, now that it is known who of it, and which reference, is registered."""
        result, new, old = _Sorted(), list[Family](), list[tuple[Family, Former]]()
        for family in chunk.families:
            mark = chunk.marks.get(family.ref)
            if mark is None:
                continue
            if mark in seen:
                family.reject("household_not_consecutive", "household_ref")
                continue
            seen.add(mark)
            result.refs[mark] = None
            before = import_joins.former_of(family, former.get(mark, ()), chunk.prints, known, self._corrects)
            if before is None:
                new.append(check_household(family, family.heads))
            else:
                old.append((family, before))
                result.refs[mark] = before.household_id
        enrolment.withdraw_known(new, chunk.prints, known, self.import_id)
        for family in new:
            if family.people:
                result.refs[chunk.marks[family.ref]] = self._register(family, chunk, known, joining, result)
        taken = {chunk.prints[person.row] for family in new for person in family.people}
        joins = (import_joins.settle(family, before, chunk.prints, known, taken) for family, before in old)
        result.joins.extend(join for join in joins if join is not None)
        return result

    def _register(
        self, family: Family, chunk: _Chunk, known: dict[bytes, Known], joining: Joining, result: _Sorted
    ) -> UUID:
        household, citizens = enrolment.new_household(self._vault, family, chunk.prints, known)
        result.households.append(household)
        result.citizens.extend(citizens)
        result.events.extend(announcements.registered(self._contacts, household, citizens))
        result.taken(family, citizens, "registered")
        if any(citizen.known for citizen in citizens):
            result.returning.append(household.household_id)
        else:
            result.events.append(announcements.first_months(household, citizens, joining))
        return household.household_id

    def sealed_outcomes(self, vault: Vault, outcomes: list[Outcome]) -> tuple[int, int, bytes]:
        """What became of rows, as it is kept."""
        return import_results.sealed(vault, self.import_id, outcomes)


def _closing(reader: Reader) -> Iterator[Family]:
    """The last household, once all rows before have been read."""
    yield from reader.close()


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
        reader = self._reader(tools, job)
        while not await asyncio.to_thread(reader.fill, tools.settings.card_import_chunk_rows):
            await asyncio.to_thread(reader.feed, *await _part(session, job.import_id, reader.wanted))
        chunk = await asyncio.to_thread(reader.chunk)
        known = await repository.known(session, list(chunk.prints.values()))
        marks = list(chunk.marks.values())
        seen = await store.refs_seen(session, job.import_id, marks)
        former = await store.former(session, job.import_id, marks)
        now, joining = tools.now(), Joining.registered(tools.today())
        result = await asyncio.to_thread(reader.sort, chunk, known, joining, seen, former)
        await repository.insert(session, result.households, result.citizens, job.import_id, now, joining)
        for household_id in result.returning:
            household = await repository.find_household(session, household_id)
            if household is not None:
                result.events.append(await telling.months_of(session, tools, household, joining.first_month))
        for join in result.joins:
            citizens, events = await import_joins.carry_out(session, tools, job, join, chunk.prints, known)
            result.taken(join.family, citizens, "joined")
            result.events.extend(events)
        for start in range(0, len(result.events), MAX_EVENTS):
            await outbox.add(session, *result.events[start : start + MAX_EVENTS], at=now)
        rejections = list(chain.from_iterable(result.refused(family) for family in chunk.families))
        await store.reject(session, job.import_id, rejections)
        await store.keep_refs(session, job.import_id, result.refs)
        if result.outcomes:
            kept = await asyncio.to_thread(reader.sealed_outcomes, tools.vault, result.outcomes)
            await store.keep_results(session, job.import_id, *kept)
        done_row = chunk.families[-1].last_row if chunk.families else job.done_row
        step = Progress(
            done_row=done_row,
            rows=chunk.rows,
            accepted=chunk.rows - len(rejections),
            rejected=len(rejections),
            households=len(result.households),
            warnings=result.warnings,
        )
        await store.advance(session, job, step, now if chunk.last else None)
        reader.done_row = done_row

    def _reader(self, tools: Tools, job: ImportJob) -> OpenFile:
        """The file of the job, at the row the job has come to: another process may have done chunks of it."""
        known = self._open
        if known is None or known.import_id != job.import_id or known.done_row != job.done_row:
            known = OpenFile(tools, job, tools.today())
        self._open = known
        return known


async def _part(session: AsyncSession, import_id: UUID, number: int) -> tuple[bytes, bytes]:
    """A part of a file as it is kept, and what it was sealed for."""
    whole = await store.upload(session, import_id) if number == 1 else None
    if whole is not None:
        return whole, UPLOAD
    return await store.part(session, import_id, number), part_purpose(number)
