"""Recorder: appends what reads leave, many requests by one commit. No record, no answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import chain

import asyncpg

from chassis.group_commit import GroupCommit
from chassis.records.keys import PersonKeys
from chassis.records.rows import Record, append
from chassis.sealing import Keyring


class Recorder:
    """What a process keeps for the record: the lane by which reads append to it, and the keys of persons."""

    def __init__(self, pool: asyncpg.Pool, ring: Keyring) -> None:
        """Nothing runs before `running`; `ring` wraps the persons' keys."""
        self.keys = PersonKeys(ring)
        self._pool = pool
        self._lane: GroupCommit[Sequence[Record], None] = GroupCommit(self._run)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the lane; on the way out append what was taken on."""
        async with self._lane.running():
            yield

    async def submit(self, records: Sequence[Record]) -> None:
        """Append records; they are committed when this returns. Raises Busy, or what the database says."""
        await self._lane.submit(0, records)

    async def _run(self, _: int, batches: Sequence[Sequence[Record]]) -> list[BaseException | None]:
        async with self._pool.acquire() as connection:
            await append(connection, list(chain.from_iterable(batches)))
        return [None] * len(batches)
