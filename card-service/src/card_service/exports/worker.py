"""The worker that makes files: all rows from one snapshot of the database, so that a file is of one moment.

A process that is killed leaves a file that another begins anew, from a snapshot of its own: each row stands in it once.
Whoever makes a file holds an advisory lock by its snapshot's transaction, which reads only: it holds no transaction
number, behind which the relay and the lists of changes would wait. What is written is committed beside it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from card_service.context import Runtime
from card_service.exports import noting, repository, rows
from card_service.exports.models import Export
from card_service.exports.repository import Chunk, RunGivenUp
from card_service.exports.rows import Kept
from card_service.exports.sheets import Sheet, sheet_of
from card_service.jobs import MAX_ATTEMPTS, MAX_IDLE_SECONDS
from card_service.listings import repository as lists
from card_service.sealing import EXPORT, EXPORT_SHOWN
from chassis import metrics
from chassis.ids import new_id
from chassis.infrastructure_errors import is_infrastructure
from chassis.logging import get_logger
from chassis.periodic import Periodic
from chassis.sealing import Vault

log = get_logger(__name__)
NAME: Final = "register_exports"
ROWS_AT_ONCE: Final = 1000
PART_BYTES: Final = 512 * 1024


class _File:
    """A file in the making: what of it is ready is cut into parts, sealed under its export's id."""

    def __init__(self, vault: Vault, one: Export) -> None:
        """A file without rows."""
        self._vault, self._export = vault, one
        self._sheet: Sheet = sheet_of(one.format, one.language)
        self._digest = hashlib.sha256()

    def add(self, kept: Sequence[Kept]) -> Chunk:
        """What more rows add. CPU only."""
        ready = self._sheet.add(rows.cells(self._vault, row, self._export.language) for row in kept)
        shown = rows.packed([rows.shown(row) for row in kept])
        return self._chunk(len(kept), ready, self._vault.seal(self._export.export_id, shown, EXPORT_SHOWN))

    def close(self) -> Chunk:
        """What the end adds. CPU only."""
        return self._chunk(0, self._sheet.close(), None)

    def digest(self) -> bytes:
        """SHA-256 of all that was ready."""
        return self._digest.digest()

    def _chunk(self, count: int, ready: bytes, shown: bytes | None) -> Chunk:
        self._digest.update(ready)
        cut = [ready[at : at + PART_BYTES] for at in range(0, len(ready), PART_BYTES)]
        parts = [self._vault.seal(self._export.export_id, part, EXPORT) for part in cut]
        return Chunk(count, parts, len(ready), shown)


async def run(runtime: Runtime) -> bool:
    """Make one file, whichever nobody makes yet; whether there was one."""
    async with runtime.sessions() as session:
        waiting = await repository.waiting(session)
    for one in waiting:
        async with runtime.engine.connect() as snapshot:
            await snapshot.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            at = await repository.take(snapshot, one.export_id)
            if at is not None:
                await _attempt(runtime, snapshot, one, at)
                return True
    return False


async def _attempt(runtime: Runtime, snapshot: AsyncConnection, one: Export, at: datetime) -> None:
    """Go on with a file; a failure that is no server's is counted, and after some of them the file is given up."""
    try:
        await _write(runtime, snapshot, one, at)
        await noting.note(runtime, one.export_id)
    except RunGivenUp:
        log.info("another attempt at the file has begun", export_id=str(one.export_id))
    except Exception as error:  # why: whatever it was, the attempt is counted and the file begun anew or given up
        if is_infrastructure(error):
            raise
        metrics.ITEMS_FAILED.labels(NAME).inc()
        log.error("an export failed", export_id=str(one.export_id), exc_info=error)
        async with runtime.sessions() as session, session.begin():
            await repository.fail(session, one.export_id, MAX_ATTEMPTS)


async def _write(runtime: Runtime, snapshot: AsyncConnection, one: Export, at: datetime) -> None:
    """Write the file from the snapshot, unless it is written already. Raises RunGivenUp."""
    asked, sort = one.wanted
    deps, run_id = runtime.state.dependencies, new_id()
    reading = AsyncSession(bind=snapshot)
    count = await lists.count(reading, one.bound, asked)
    async with runtime.sessions() as session, session.begin():
        if not await repository.begin(session, one.export_id, run_id, count, at):
            return
    file = _File(deps.vault, one)
    statement, parameters = lists.whole(one.bound, asked, sort, deps.today())
    done = 0
    found = await snapshot.stream(statement, parameters)
    async for batch in found.partitions(ROWS_AT_ONCE):
        kept = [Kept(*row) for row in batch]
        await _keep(runtime, one.export_id, run_id, await asyncio.to_thread(file.add, kept), done + 1)
        done += len(kept)
    await _keep(runtime, one.export_id, run_id, await asyncio.to_thread(file.close), done + 1)
    async with runtime.sessions() as session, session.begin():
        await repository.written(session, one.export_id, run_id, file.digest())


async def _keep(runtime: Runtime, export_id: UUID, run_id: UUID, chunk: Chunk, first: int) -> None:
    async with runtime.sessions() as session, session.begin():
        await repository.advance(session, export_id, run_id, chunk, first)


EXPORTING: Final[Periodic[Runtime]] = Periodic(
    NAME, run, lambda runtime: runtime.state.dependencies.settings.card_job_poll_seconds, MAX_IDLE_SECONDS
)
EXPIRED_AT_ONCE: Final = 5
_EXPIRY_SECONDS: Final = 60.0


async def expire(runtime: Runtime) -> bool:
    """Remove files that have run out; whether there may be more at once."""
    async with runtime.sessions() as session, session.begin():
        removed = await repository.expire(session, EXPIRED_AT_ONCE)
    for export_id in removed:
        log.info("an export has run out", export_id=str(export_id))
    return len(removed) == EXPIRED_AT_ONCE


RUNNING_OUT: Final[Periodic[Runtime]] = Periodic("register_export_expiry", expire, _EXPIRY_SECONDS)
