"""How an outlet's terminals do: when each was heard of last, when it sold last, and what is missing of its sales."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import month_start

_LOOKED_BACK: Final = timedelta(days=62)  # a terminal that has not sold for longer is shown without a last sale
_MOST: Final = 200
# The outlet's days are read from the newest back, so that a terminal that sells is found at once.
_TERMINALS = text(
    """
    SELECT t.terminal_id, t.outlet_id, t.serial, t.model, t.status, t.suspension_reason,
        t.public_key IS NOT NULL AS enrolled, t.registered_at, s.last_sale_at, coalesce(g.missing, 0) AS missing,
        g.missing_since, greatest(
            (SELECT max(at) FROM terminal_contact c WHERE c.terminal_id = t.terminal_id),
            (SELECT max(began_at) FROM terminal_key k WHERE k.terminal_id = t.terminal_id), s.online_at) AS heard_at
    FROM terminal t
    LEFT JOIN LATERAL (
        SELECT max(r.occurred_at) AS last_sale_at, max(r.occurred_at) FILTER (WHERE NOT r.offline) AS online_at
        FROM redemption r
        WHERE r.outlet_id = t.outlet_id AND r.terminal_id = t.terminal_id AND r.period >= :month
          AND r.business_day = (
            SELECT n.business_day FROM redemption n
            WHERE n.outlet_id = t.outlet_id AND n.terminal_id = t.terminal_id AND n.period >= :month
              AND n.business_day >= :since
            ORDER BY n.business_day DESC LIMIT 1)
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT CAST(sum(last - first + 1) AS bigint) AS missing, min(found_at) AS missing_since
        FROM offline_gap WHERE terminal_id = t.terminal_id
    ) g ON true
    WHERE t.outlet_id = :outlet_id ORDER BY t.terminal_id LIMIT :most
    """
)


async def terminals(session: AsyncSession, outlet_id: UUID, today: date) -> Sequence[RowMapping]:
    """The terminals of an outlet, in the order of their registration."""
    since = today - _LOOKED_BACK
    asked = {"outlet_id": outlet_id, "since": since, "month": month_start(since), "most": _MOST}
    return (await session.execute(_TERMINALS, asked)).mappings().all()
