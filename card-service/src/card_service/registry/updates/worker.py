"""The worker of other registries' files: rows become change requests, some rows in each transaction.

A row that is refused leaves nothing behind and spoils no neighbour. Rows and the job's progress commit together, so
that each row is entered once, however often the worker is killed.
"""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.registry import import_check_repository as checks
from card_service.registry import import_refused, import_results
from card_service.registry import import_repository as store
from card_service.registry.import_reading import LeftOpen, OpenFile
from card_service.registry.import_repository import Progress
from card_service.registry.import_results import Outcome
from card_service.registry.intake import Rejection
from card_service.registry.models import ImportJob
from card_service.registry.updates import senders
from card_service.registry.updates.asking import enter_row
from card_service.registry.updates.rows import COLUMNS, Content, Line, Reader, Said
from chassis.principal import Principal
from chassis.refusals import Refusal

ROWS_AT_ONCE: Final = 50


class Updates:
    """Does update files, some rows at a time; remembers the open file between them."""

    def __init__(self, *, dry: bool = False) -> None:
        """Start with no file open. `dry`: what a row would do is tried and taken back."""
        self._open = LeftOpen[OpenFile[Line]]()
        self._dry = dry

    async def chunk(self, session: AsyncSession, runtime: Runtime, job: ImportJob) -> None:
        """Some rows of a file."""
        deps, content = runtime.state.dependencies, Content(job.content)
        file = self._open.of(job, lambda: OpenFile(deps.vault, job, COLUMNS[content], Reader(content, deps.today())))
        caller = senders.caller_of(job.sender or "")
        await file.gather(session, ROWS_AT_ONCE)
        lines, last = file.gathered()
        outcomes = [await _entered(session, runtime, caller, job, line, dry=self._dry) for line in lines]
        refused = [Rejection(one.row, one.field or "row", one.code) for one in outcomes if one.code is not None]
        warnings = sum(isinstance(line.said, Said) and not line.said.national_id.check_digit_agrees for line in lines)
        sent = {line.row.line: line.row.cells for line in lines}
        rows = [import_refused.Refused(*one, sent[one.row]) for one in refused]
        await import_refused.keep(session, deps.vault, job.import_id, rows)
        if not self._dry:
            await store.reject(session, job.import_id, refused)
        if outcomes and not self._dry:
            kept = await asyncio.to_thread(import_results.sealed, deps.vault, job.import_id, outcomes)
            await store.keep_results(session, job.import_id, *kept)
        done_row = lines[-1].last_row if lines else job.done_row
        step = Progress(
            done_row=done_row,
            rows=len(lines),
            accepted=len(lines) - len(refused),
            rejected=len(refused),
            households=0,
            warnings=warnings,
        )
        if self._dry:
            await checks.advance(session, job.import_id, step, last=last)
        else:
            await store.advance(session, job, step, deps.now() if last else None)
        if not last:
            self._open.leave(file, done_row)


async def _entered(
    session: AsyncSession, runtime: Runtime, caller: Principal, job: ImportJob, line: Line, *, dry: bool
) -> Outcome:
    """What became of a row: the request it made, or why it made none."""
    said = line.said
    if isinstance(said, Rejection):
        return _refused(said.row, said.field, said.code)
    try:
        async with session.begin_nested() as entering:
            request = await enter_row(session, runtime, caller, Content(job.content), said, job.import_id)
            if dry:
                await entering.rollback()
    except Refusal as refusal:
        return _refused(said.row, "row", refusal.code)
    except ValidationError:  # the reader has judged the cells; what is left is what a request's own form refuses
        return _refused(said.row, "row", "row_invalid")
    return Outcome(
        said.row, "", "requested", str(request.household_id), _text(request.citizen_id), None, None,
        str(request.request_id),
    )  # fmt: skip


def _refused(row: int, field: str, code: str) -> Outcome:
    return Outcome(row, "", "rejected", None, None, field, code)


def _text(one: UUID | None) -> str | None:
    return None if one is None else str(one)
