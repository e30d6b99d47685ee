"""Outbox reader: rows in the order of its numbers, without skipping one that a transaction has yet to commit.

Numbers are given out when a row is written, so a slow transaction commits a lower one after a higher one. A number
that is missing before a visible one is therefore waited for, until every transaction that was writing to the outbox
when it was missed has ended: such a transaction holds a lock on the table from before its first number until its end.
Transactions that write no events, here or in other databases of the server, are not waited for.

Among transactions that change the same row the order is that of the changes: the second gets its numbers after it
got the row's lock, hence after the first committed. The order of transaction ids would not promise that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

# Moves the cursor over what is published and reads on behind it, in one round trip. The cursor comes along with the
# rows, since an operator may have moved it back: then it is theirs.
READ = """
    WITH moved AS (UPDATE outbox_cursor SET id = $2 WHERE id = $1 AND $1 <> $2)
    SELECT c.id AS cursor, o.*
    FROM (SELECT CASE WHEN id = $1 THEN $2 ELSE id END AS id FROM outbox_cursor) c CROSS JOIN LATERAL (
        SELECT * FROM outbox WHERE outbox.id > c.id ORDER BY outbox.id LIMIT $3
    ) o
"""
# The newest number first (by the statement's snapshot), then who is writing (at this moment).
_WRITERS = """
    SELECT (SELECT coalesce(max(id), 0) FROM outbox) AS newest, ARRAY(
        SELECT virtualtransaction FROM pg_locks
        WHERE locktype = 'relation' AND relation = 'outbox'::regclass AND mode = 'RowExclusiveLock'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) AS writers
"""
# Every partition is reached through its index, whatever was known of it when the statement was planned.
PLANNER = {"enable_seqscan": "off", "enable_bitmapscan": "off", "enable_sort": "off", "jit": "off"}


@dataclass(frozen=True)
class _Fence:
    """Numbers up to `newest` are final when none of the `writers` is writing any more."""

    newest: int
    writers: frozenset[str]


class OutboxReader:
    """Outbox reader: the end of one database's outbox, as one connection reads it."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        """Know nothing yet: the first missing number is looked into."""
        self._connection = connection
        self._cursor = self._published = -1  # the cursor as it was read, and where it belongs
        self._final = 0
        self._fence: _Fence | None = None

    async def read(self, limit: int) -> Sequence[asyncpg.Record]:
        """The next rows after the cursor, at most `limit`, that nothing can come before any more."""
        rows = await self._read(limit)
        ready = self._ready(rows)
        if rows and not ready and await self._moved_on():
            rows = await self._read(limit)  # what they committed is visible now
            ready = self._ready(rows)
        return ready

    def published(self, rows: Sequence[asyncpg.Record]) -> None:
        """Everything up to the last of these rows is out; the next reading says so to the database."""
        self._cursor, self._published = rows[0]["cursor"], rows[-1]["id"]

    async def _read(self, limit: int) -> Sequence[asyncpg.Record]:
        rows = await self._connection.fetch(READ, self._cursor, self._published, limit)
        self._cursor = self._published = -1
        return rows

    def _ready(self, rows: Sequence[asyncpg.Record]) -> Sequence[asyncpg.Record]:
        if not rows or rows[-1]["id"] == rows[0]["cursor"] + len(rows):
            return rows
        before = rows[0]["cursor"]
        for position, row in enumerate(rows):
            number = row["id"]
            if number != before + 1 and number - 1 > self._final:
                return rows[:position]
            before = number
        return rows

    async def _moved_on(self) -> bool:
        """Whether more numbers are final than before."""
        seen = await self._connection.fetchrow(_WRITERS)
        if seen is None:
            raise RuntimeError("a statement without FROM gave no row")
        writers = frozenset(seen["writers"])
        fence = self._fence or _Fence(seen["newest"], writers)
        if fence.writers & writers:
            self._fence = fence
            return False
        self._final, self._fence = fence.newest, None
        return True
