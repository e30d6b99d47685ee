"""What sales need for some time only: keys that are asked for again, holds that may pay."""

from __future__ import annotations

from datetime import date, datetime

import asyncpg.pool

from chassis.partitions import delete_by_chunks

_FORGET_KEYS = "DELETE FROM sale_key WHERE ctid = ANY(ARRAY(SELECT ctid FROM sale_key WHERE day < $1 LIMIT $2))"
_FORGET_HOLDS = "DELETE FROM hold WHERE ctid = ANY(ARRAY(SELECT ctid FROM hold WHERE expires_at < $1 LIMIT $2))"


async def forget_keys(pool: asyncpg.Pool, before: date) -> None:
    """Forget keys under which nobody asks any more, little by little."""
    await delete_by_chunks(pool, _FORGET_KEYS, before)


async def forget_holds(pool: asyncpg.Pool, before: datetime) -> None:
    """Forget holds that ran out before an instant, little by little: the consumer writes to the same rows."""
    await delete_by_chunks(pool, _FORGET_HOLDS, before)
