"""The worker of dry runs: a file is judged chunk by chunk as an import judges it, and nothing of it is registered."""

from __future__ import annotations

import asyncio
from itertools import chain

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.registry import import_check_repository as checks
from card_service.registry import import_refused, import_worker, repository
from card_service.registry.import_reading import LeftOpen
from card_service.registry.import_worker import Chunk, CitizensFile, Sorted
from card_service.registry.models import ImportJob, Known
from card_service.registry.updates.rows import Content
from card_service.registry.updates.worker import Updates
from chassis.ids import new_id


class Checker:
    """Does dry runs, one chunk at a time; remembers the open file between chunks."""

    def __init__(self) -> None:
        """Start with no file open."""
        self._open = LeftOpen[CitizensFile]()
        self._updates = Updates(dry=True)

    async def chunk(self, session: AsyncSession, runtime: Runtime, job: ImportJob) -> None:
        """One chunk of a dry run."""
        if job.content != Content.CITIZENS:
            await self._updates.chunk(session, runtime, job)
            return
        deps = runtime.state.dependencies
        reader = self._open.of(job, lambda: CitizensFile(deps, job, deps.today()))
        chunk = await import_worker.gathered(session, deps, reader)
        facts = await import_worker.facts_of(session, job, chunk)
        # What an import finds in the register, of rows before, a dry run knows by its marks.
        before = await checks.marked(
            session, job.import_id, [*chunk.prints.values(), *chunk.marks.values(), *chunk.cards]
        )
        facts.known.update({one: _taken(facts.known.get(one), job) for one in chunk.prints.values() if one in before})
        facts.seen.update(before)
        facts.cards.update(before)
        result = await asyncio.to_thread(reader.sort, chunk, facts, import_worker.joining(deps))
        for join in result.joins:
            household = await repository.find_household(session, join.household_id)
            if household is None or household.status != "active":
                join.family.reject("household_ended", "household_ref")
        await checks.mark(session, job.import_id, _met(reader, chunk, result))
        refused = list(chain.from_iterable(map(import_worker.refused_of, chunk.families)))
        await import_refused.keep(session, deps.vault, job.import_id, refused)
        step = chunk.progress(job, result, len(refused))
        await checks.advance(session, job.import_id, step, last=chunk.last)
        if not chunk.last:
            self._open.leave(reader, step.done_row)


def _taken(known: Known | None, job: ImportJob) -> Known:
    """What the register would know of somebody whom an earlier row of the file registers."""
    before = known or Known(new_id(), in_a_household=False, import_id=None)
    return before._replace(in_a_household=True, import_id=job.import_id)


def _met(reader: CitizensFile, chunk: Chunk, result: Sorted) -> set[bytes]:
    """The marks of references, and of the people and ration cards that would be registered."""
    people = (chunk.prints[person.row] for family in chunk.families for person in family.people)
    return {*result.refs, *people, *reader.cards_of(chunk)}
