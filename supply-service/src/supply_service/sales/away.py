"""Terminals that say on day after day that their holders could not be proved: told, for an inspector to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import asyncpg
from prometheus_client import Gauge

from chassis.logging import get_logger
from chassis.metrics import BACKGROUND

log = get_logger(__name__)

OFTEN: Final = Gauge(
    "unicard_terminals_often_away", "Terminals whose sales went on without a proof on several days", registry=BACKGROUND
)
_OFTEN: Final = """
    SELECT t.terminal_id FROM unproven_total u JOIN terminal t ON t.terminal_id = u.place_id
    WHERE u.day > $1 AND u.day <= $2 AND u.away > 0
    GROUP BY t.terminal_id HAVING count(*) >= $3 ORDER BY t.terminal_id
"""


async def look(pool: asyncpg.Pool, today: date, days: int, within: int) -> Sequence[UUID]:
    """Terminals with sales above the limits and without a proof on so many of the last days; told by log and metric."""
    rows = await pool.fetch(_OFTEN, today - timedelta(days=within), today, days)
    found = [row["terminal_id"] for row in rows]
    OFTEN.set(len(found))
    if found:
        log.warning("holders could not be proved on several days", terminal_ids=[str(one) for one in found])
    return found
