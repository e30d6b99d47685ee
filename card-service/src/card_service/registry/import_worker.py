"""The worker of bulk imports: households are registered chunk by chunk, each chunk in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.dependencies import Dependencies, TokenRow
from card_service.registry import (
    announcements,
    enrolment,
    import_joins,
    import_refused,
    import_results,
    ration_cards,
    repository,
    telling,
)
from card_service.registry import import_repository as store
from card_service.registry.import_joins import Join
from card_service.registry.import_reading import LeftOpen, OpenFile
from card_service.registry.import_refused import Refused
from card_service.registry.import_repository import Progress
from card_service.registry.import_results import Outcome, State
from card_service.registry.intake import COLUMNS, Family, Reader, Rejection, check_household
from card_service.registry.memberships import Joining
from card_service.registry.models import Former, ImportJob, Known, NewCitizen, NewHousehold
from card_service.registry.name_tokens import token_rows
from card_service.sealing import HOUSEHOLD_REF
from chassis import outbox
from chassis.outbox import Outgoing
from chassis.sealing import Vault

MAX_EVENTS = 4000


@dataclass
class Chunk:
    """Households of one transaction, whether the file ends with them, and the marks of persons and references."""

    families: list[Family]
    prints: enrolment.Fingerprints
    marks: dict[str, bytes]
    rows: int
    last: bool
    cards: list[bytes]  # the keyed hashes of ration cards

    def progress(self, job: ImportJob, result: Sorted, refused: int) -> Progress:
        """How far an import is once it is behind this chunk, of which so many rows were refused."""
        return Progress(
            done_row=self.families[-1].last_row if self.families else job.done_row,
            rows=self.rows,
            accepted=self.rows - refused,
            rejected=refused,
            households=len(result.households),
            warnings=result.warnings,
        )


@dataclass
class Facts:
    """What is known of those whom a chunk names, and of its references; which ration cards are taken."""

    known: dict[bytes, Known]
    seen: set[bytes]  # the references of earlier rows
    former: Mapping[bytes, list[Former]]
    cards: set[bytes]


@dataclass
class Sorted:
    """What a chunk comes to."""

    households: list[NewHousehold] = field(default_factory=list)
    citizens: list[NewCitizen] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    events: list[Outgoing] = field(default_factory=list)
    warnings: int = 0
    returning: list[UUID] = field(default_factory=list)  # households with members the register knew before
    refs: dict[bytes, UUID | None] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    tokens: list[TokenRow] = field(default_factory=list)  # of the names of those who are new

    def taken(self, family: Family, citizens: list[NewCitizen], state: State) -> None:
        """Note the ids that the people of a family were given."""
        self.warnings += sum(not person.national_id.check_digit_agrees for person in family.people)
        household_id = str(citizens[0].household_id) if citizens else None
        self.outcomes.extend(
            Outcome(person.row, family.ref, state, household_id, str(one.citizen_id), None, None)
            for person, one in zip(family.people, citizens, strict=True)
        )

    def refused(self, family: Family) -> list[Rejection]:
        """Note why rows of a family were refused."""
        self.outcomes.extend(
            Outcome(one.row, family.ref, "rejected", None, None, one.field, one.code) for one in family.rejections
        )
        return family.rejections


class CitizensFile(OpenFile[Family]):
    """A file of citizens being read."""

    def __init__(self, deps: Dependencies, job: ImportJob, today: date) -> None:
        """`today`: the day births are judged by."""
        super().__init__(deps.vault, job, COLUMNS, Reader(today, job.governorate))
        self._contacts, self._names, self._cards = deps.contacts, deps.name_keys, deps.ration_cards
        self._sender, self._corrects = job.created_by, job.corrects
        self._new_until = deps.number_new_until

    def chunk(self) -> Chunk:
        """What `fill` has gathered."""
        taken, last = self.gathered()
        people = chain.from_iterable(family.people for family in taken)
        marks = {family.ref: self._mark(family.ref) for family in taken if family.ref}
        rows = sum(family.rows for family in taken)
        numbers = [family.ration_card for family in taken if family.ration_card is not None]
        cards = [ration_cards.fingerprint(self._vault, number) for number in numbers]
        return Chunk(taken, enrolment.fingerprints(self._vault, people), marks, rows, last, cards)

    def _mark(self, ref: str) -> bytes:
        return self._vault.fingerprint(f"{self._sender}\n{ref}", HOUSEHOLD_REF)

    def cards_of(self, chunk: Chunk) -> set[bytes]:
        """The keyed hashes of the ration cards of households that are left with somebody."""
        numbers = (family.ration_card for family in chunk.families if family.people)
        return {ration_cards.fingerprint(self._vault, number) for number in numbers if number is not None}

    def sort(self, chunk: Chunk, facts: Facts, joining: Joining) -> Sorted:
        """Rows and events of a chunk, now that it is known who of it, and which reference, is registered."""
        known, seen, taken_cards = facts.known, facts.seen, facts.cards
        result, new, old = Sorted(), list[Family](), list[tuple[Family, Former]]()
        for family in chunk.families:
            mark = chunk.marks.get(family.ref)
            if mark is None:
                continue
            if mark in seen:
                family.reject("household_not_consecutive", "household_ref")
                continue
            seen.add(mark)
            result.refs[mark] = None
            before = import_joins.former_of(family, facts.former.get(mark, ()), chunk.prints, known, self._corrects)
            if before is None:
                new.append(check_household(family, family.heads))
            else:
                old.append((family, before))
                result.refs[mark] = before.household_id
        enrolment.withdraw_known(new, chunk.prints, known, self.import_id)
        for family in new:
            enrolment.withdraw_card(family, taken_cards, self._vault)
            if family.people:
                if family.ration_card is not None:
                    taken_cards.add(ration_cards.fingerprint(self._vault, family.ration_card))
                result.refs[chunk.marks[family.ref]] = self._register(family, chunk, known, joining, result)
        taken = {chunk.prints[person.row] for family in new for person in family.people}
        joins = (import_joins.settle(family, before, chunk.prints, known, taken) for family, before in old)
        result.joins.extend(join for join in joins if join is not None)
        return result

    def _register(
        self, family: Family, chunk: Chunk, known: dict[bytes, Known], joining: Joining, result: Sorted
    ) -> UUID:
        household, citizens = enrolment.new_household(
            self._vault, family, chunk.prints, known, self._new_until(), self._cards
        )
        result.households.append(household)
        result.citizens.extend(citizens)
        for one in citizens:
            if not one.known:
                home = household.governorate
                result.tokens += token_rows(self._names, home, one.citizen_id, one.full_name, one.birth_date)
        result.events.extend(announcements.joined(self._contacts, citizens, household.governorate))
        result.taken(family, citizens, "registered")
        if any(citizen.known for citizen in citizens):
            result.returning.append(household.household_id)
        else:
            result.events.append(announcements.first_months(household, citizens, joining))
        return household.household_id

    def sealed_outcomes(self, vault: Vault, outcomes: list[Outcome]) -> tuple[int, int, bytes]:
        """What became of rows, as it is kept."""
        return import_results.sealed(vault, self.import_id, outcomes)


async def gathered(session: AsyncSession, deps: Dependencies, reader: CitizensFile) -> Chunk:
    """The next chunk of a file."""
    await reader.gather(session, deps.settings.card_import_chunk_rows)
    return await asyncio.to_thread(reader.chunk)


async def facts_of(session: AsyncSession, job: ImportJob, chunk: Chunk) -> Facts:
    """What the register knows of those whom a chunk names."""
    marks = list(chunk.marks.values())
    return Facts(
        known=await repository.known(session, list(chunk.prints.values())),
        seen=await store.refs_seen(session, job.import_id, marks),
        former=await store.former(session, job.import_id, marks),
        cards=await ration_cards.taken(session, chunk.cards) if chunk.cards else set(),
    )


def joining(deps: Dependencies) -> Joining:
    """How those of a file join today."""
    return Joining.registered(deps.today())


def refused_of(family: Family) -> list[Refused]:
    """The rows of a family that were refused, as they were sent."""
    sent = {row.line: row.cells for row in family.lines}
    return [Refused(*one, sent[one.row]) for one in family.rejections]


class Importer:
    """Does imports, one chunk at a time; remembers the open file between chunks."""

    def __init__(self) -> None:
        """Start with no file open."""
        self._open = LeftOpen[CitizensFile]()

    async def chunk(self, session: AsyncSession, runtime: Runtime, job: ImportJob) -> None:
        """One chunk of an import."""
        deps = runtime.state.dependencies
        reader = self._open.of(job, lambda: CitizensFile(deps, job, deps.today()))
        chunk = await gathered(session, deps, reader)
        facts = await facts_of(session, job, chunk)
        now, joined = deps.now(), joining(deps)
        result = await asyncio.to_thread(reader.sort, chunk, facts, joined)
        await deps.add_tokens(session, result.tokens)
        await repository.insert(session, result.households, result.citizens, job.import_id, now, joined)
        for household_id in result.returning:
            household = await repository.find_household(session, household_id)
            if household is not None:
                result.events.append(await telling.months_of(session, deps, household, joined.first_month))
        for join in result.joins:
            citizens, events = await import_joins.carry_out(session, deps, job, join, chunk.prints, facts.known)
            result.taken(join.family, citizens, "joined")
            result.events.extend(events)
        for start in range(0, len(result.events), MAX_EVENTS):
            await outbox.add(session, *result.events[start : start + MAX_EVENTS], at=now)
        rejections = list(chain.from_iterable(result.refused(family) for family in chunk.families))
        await store.reject(session, job.import_id, rejections)
        sent = list(chain.from_iterable(map(refused_of, chunk.families)))
        await import_refused.keep(session, deps.vault, job.import_id, sent)
        await store.keep_refs(session, job.import_id, result.refs)
        if result.outcomes:
            kept = await asyncio.to_thread(reader.sealed_outcomes, deps.vault, result.outcomes)
            await store.keep_results(session, job.import_id, *kept)
        step = chunk.progress(job, result, len(rejections))
        await store.advance(session, job, step, now if chunk.last else None)
        if not chunk.last:
            self._open.leave(reader, step.done_row)
