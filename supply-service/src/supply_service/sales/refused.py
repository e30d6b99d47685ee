"""Sales that were refused, by day, terminal and code: counted in the process, written now and then.

What a process has counted since it last wrote is lost with it: `EVERY_SECONDS` of one process at most. The figures tell
where something goes wrong; no money hangs on them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import asyncpg

EVERY_SECONDS: Final = 10.0
_KEPT: Final = timedelta(days=62)
_ADD: Final = """
    INSERT INTO sale_refusal AS t (day, terminal_id, code, refused)
    SELECT day, terminal_id, code, refused FROM unnest($1::date[], $2::uuid[], $3::text[], $4::int[])
        AS u (day, terminal_id, code, refused) ORDER BY day, terminal_id, code
    ON CONFLICT (terminal_id, day, code) DO UPDATE SET refused = t.refused + excluded.refused
"""
_FORGET: Final = "DELETE FROM sale_refusal WHERE day < $1"


class Refused:
    """What this process has refused since it last wrote it down."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._counted: Counter[tuple[date, UUID, str]] = Counter()
        self._writing = asyncio.Lock()

    def add(self, day: date, terminal_id: UUID, code: str) -> None:
        """Count a sale that was refused."""
        self._counted[day, terminal_id, code] += 1

    async def write(self, pool: asyncpg.Pool) -> None:
        """Write down what was counted, all of it when this returns; where that fails it is counted again."""
        async with self._writing:
            counted, self._counted = self._counted, Counter()
            if not counted:
                return
            days, terminals, codes = zip(*counted, strict=True)
            try:
                await pool.execute(_ADD, days, terminals, codes, list(counted.values()))
            except BaseException:  # why: whatever it was, nothing that was counted is lost with it
                self._counted.update(counted)
                raise


async def forget(pool: asyncpg.Pool, today: date) -> None:
    """Forget what was told long ago."""
    await pool.execute(_FORGET, today - _KEPT)
