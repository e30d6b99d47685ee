"""For tests: whether the copy of all that is held on a person (`held.py`) knows every table that names one."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

from chassis.personal import Whose
from chassis.records import TABLES as RECORDS
from chassis.records.held import Held

# Columns that name somebody: `citizen_id`, and what says who of several it is (`old_citizen_id`).
_COLUMNS = """
    SELECT c.relname AS name, array_agg(a.attname::text) AS columns FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
        AND a.attname ~ '(^|_)(citizen|household|card|patient|payer|beneficiary)_id$'
    GROUP BY c.relname ORDER BY c.relname
"""


async def unheld(pool: asyncpg.Pool, held: Held, elsewhere: Mapping[str, str]) -> list[str]:
    """Tables that name a person and are neither in the copy nor in `elsewhere`, with the reason of each.

    The record is no part of it: the copy names who has seen the data by itself (disclosures).
    """
    tables = {row["name"]: row["columns"] for row in await pool.fetch(_COLUMNS)}
    known = {*held, *elsewhere, *RECORDS}
    faults = [f"{name}: {', '.join(columns)}" for name, columns in tables.items() if name not in known]
    faults += [f"{name}: no such table names anybody" for name in elsewhere if name not in tables]
    for name, one in held.items():
        wanting = [column for column in one.whose if not one.source and column not in tables.get(name, ())]
        faults += [f"{name}: it has no {column}" for column in wanting]
        faults += [
            f"{name}: {whose!r} says nothing of whose it is" for whose in one.whose.values() if whose not in Whose
        ]
    return faults
